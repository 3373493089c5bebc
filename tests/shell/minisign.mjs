// Signs as minisign and `tauri signer` do, with keys made here, so that a test needs no key of anybody's. Prehashed
// Ed25519: https://jedisct1.github.io/minisign, "Signature format".

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

/** A pair of keys. `publicKey` is what goes into `update.publicKey`. */
export function makeKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = randomBytes(8);
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const text = `untrusted comment: minisign public key\n${base64(Buffer.concat([Buffer.from('Ed'), id, raw]))}\n`;
  return { id, privateKey, publicKey: base64(text) };
}

/** The signature of `bytes` for `version`, as an announcement carries it. Without a version it names none. */
export function signed({ id, privateKey }, bytes, version) {
  const digest = createHash('blake2b512').update(bytes).digest();
  const signature = sign(null, digest, privateKey);
  const comment = ['timestamp:1700000000', 'file:package', version && `version:${version}`].filter(Boolean).join('\t');
  const whole = sign(null, Buffer.concat([signature, Buffer.from(comment)]), privateKey);
  const line = base64(Buffer.concat([Buffer.from('ED'), id, signature]));
  return base64(`untrusted comment: signature\n${line}\ntrusted comment: ${comment}\n${base64(whole)}\n`);
}

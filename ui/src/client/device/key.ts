// The key of this device: made here, usable here, and not to be read by anybody, this page included.

import type { PublicKey } from "../protocol";

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;

/** The part of WebCrypto that is used. It is missing on pages without https. */
export type Crypt = Pick<SubtleCrypto, "generateKey" | "exportKey" | "sign">;

/** A pair whose private half cannot leave the browser. */
export function makeKey(crypt: Crypt): Promise<CryptoKeyPair> {
  return crypt.generateKey(CURVE, false, ["sign"]) as Promise<CryptoKeyPair>;
}

/** The half the server may know: an uncompressed point, 65 bytes. */
export async function publicHalf(crypt: Crypt, key: CryptoKey): Promise<PublicKey> {
  return { alg: "p256", key: base64Url(new Uint8Array(await crypt.exportKey("raw", key))) };
}

/** What is signed to show that this device is there: bound to the server, so that no other can pass it on. */
export function proofText(serverId: string, challenge: string, deviceId: string): string {
  return `pilothouse-connect-v1\n${serverId}\n${challenge}\n${deviceId}`;
}

/** Both numbers of the signature one after the other, 64 bytes. */
export async function sign(crypt: Crypt, key: CryptoKey, text: string): Promise<string> {
  return base64Url(new Uint8Array(await crypt.sign(SIGNING, key, new TextEncoder().encode(text))));
}

export function base64Url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

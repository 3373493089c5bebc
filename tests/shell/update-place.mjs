// Where an updater is tried: a copy of the program, a server and keys of the test's own, and what is announced.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newerVersion } from '../../scripts/newer-desktop.mjs';
import { root } from '../../scripts/run.mjs';
import { makeKeys } from './minisign.mjs';
import { endAll } from './traces.mjs';
import { updateServer } from './update-server.mjs';

export const desktop = process.env.TEST_DESKTOP;
export const newer = process.env.TEST_NEWER_DESKTOP;
export const target = `linux-${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch]}`;

export const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** A copy of the program that takes itself for an AppImage, a data folder, keys and a server of the test's own. */
export async function place(t, { configured = true } = {}) {
  assert.ok(newer, 'TEST_NEWER_DESKTOP names the build of scripts/newer-desktop.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-update-'));
  const [home, program] = [join(folder, 'home'), join(folder, 'Pilothouse.AppImage')];
  mkdirSync(home);
  copyFileSync(desktop, program);
  t.after(async () => {
    await endAll(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const [server, keys] = [await updateServer(t), makeKeys()];
  const env = {
    HOME: home,
    XDG_RUNTIME_DIR: folder,
    PILOTHOUSE_CONFIG_DIR: join(folder, 'config'),
    APPIMAGE: program,
    ...(configured && {
      PILOTHOUSE_UPDATE_ENABLED: 'false',
      PILOTHOUSE_UPDATE_ENDPOINT: `${server.at}/{{channel}}/{{target}}-{{arch}}/{{current_version}}.json`,
      PILOTHOUSE_UPDATE_PUBLIC_KEY: keys.publicKey,
    }),
  };
  return { folder, data: join(folder, 'data'), program, env, server, keys };
}

/** Keys and a signature as a release has them: made by the tool that docs/RELEASE.md names. */
export function released(folder, file) {
  const [key, package_] = [join(folder, 'release.key'), join(folder, 'package')];
  const signer = (...args) => execFileSync(join(root, 'node_modules', '.bin', 'tauri'), ['signer', ...args], { stdio: 'pipe', env: { ...process.env, CI: 'true' } });
  signer('generate', '-p', 'password', '-w', key);
  copyFileSync(file, package_);
  signer('sign', '-f', key, '-p', 'password', '--app-version', newerVersion, package_);
  return { publicKey: readFileSync(`${key}.pub`, 'utf8'), signature: readFileSync(`${package_}.sig`, 'utf8') };
}

/** What a server says about `bytes`. */
export const announcing = (server, bytes, signature, more = {}) => ({
  body: {
    version: newerVersion,
    notes: 'Quieter engines.\n<b>Brighter lamps.</b>',
    pub_date: '2024-01-01T00:00:00Z',
    platforms: { [target]: { url: `${server.at}/package`, signature } },
    ...more,
  },
  package: bytes,
});

/** Writes `from` to `to` as a program of a deb: with the mark that the bundler puts into it. */
export function asDeb(from, to) {
  const bytes = readFileSync(from);
  const at = bytes.indexOf('__TAURI_BUNDLE_TYPE_VAR_UNK');
  assert.ok(at > 0, 'the program has a place for the kind of its package');
  bytes.write('__TAURI_BUNDLE_TYPE_VAR_DEB', at);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, bytes, { mode: 0o755 });
}

/** A deb with this one program at `usr/bin/pilothouse-desktop`. Answers its bytes. */
export function packedDeb(folder, program) {
  const tree = join(folder, 'tree');
  asDeb(program, join(tree, 'usr/bin/pilothouse-desktop'));
  mkdirSync(join(tree, 'DEBIAN'));
  const facts = ['Package: pilothouse', `Version: ${newerVersion}`, 'Architecture: all', 'Maintainer: nobody <nobody@localhost>', 'Description: of a test', ''];
  writeFileSync(join(tree, 'DEBIAN/control'), facts.join('\n'));
  execFileSync('dpkg-deb', ['-Znone', '--build', '--root-owner-group', tree, join(folder, 'newer.deb')], { stdio: 'pipe' });
  return readFileSync(join(folder, 'newer.deb'));
}

/**
 * Stand-ins, first on the path, for what asks a person for a password: `pkexec` refuses until `allow()`, then has
 * dpkg install into `into` instead of the machine. The others refuse always. Answers the path and `allow`.
 */
export function passwords(folder, into) {
  const [bin, consent] = [join(folder, 'bin'), join(folder, 'consent')];
  const dpkg = join(into, 'var/lib/dpkg');
  for (const path of [bin, ...['info', 'updates', 'triggers'].map((name) => join(dpkg, name))]) mkdirSync(path, { recursive: true });
  for (const name of ['status', 'available']) writeFileSync(join(dpkg, name), '');
  const install = process.getuid() === 0 ? `dpkg --root='${into}' --install "$3"` : `dpkg-deb -x "$3" '${into}'`;
  const script = (name, text) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  script('pkexec', `[ -e '${consent}' ] && [ "$1 $2" = "dpkg -i" ] || exit 126\nexec ${install}`);
  for (const name of ['zenity', 'kdialog', 'sudo']) script(name, 'exit 1');
  return { path: `${bin}:${process.env.PATH}`, allow: () => writeFileSync(consent, '') };
}

// The deb of the programs under test, made and installed: on a machine of the tests' own for real, elsewhere into a
// folder.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a program prints. Its standard error is in the message if it fails. */
export const ask = (command, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] });

/** Makes packages of these kinds in `out`, from programs that are built. */
export function pack(kinds, out) {
  ask(process.execPath, join(root, 'scripts', 'package.mjs'), '--debug', '--built', '--only', kinds, '--out', out);
}

/** Installs `deb`, into `folder` if not for real. Answers the folder that is its root now. */
export function install(t, deb, folder) {
  const isRoot = process.getuid() === 0;
  const taken = spawnSync('dpkg-query', ['-W', 'pilothouse']).status === 0;
  if (isRoot && process.env.CI === 'true' && !taken) {
    t.after(() => ask('dpkg', '--purge', 'pilothouse'));
    t.diagnostic('installed on this machine, with its dependencies checked');
    ask('dpkg', '--install', deb);
    return '/';
  }
  if (isRoot) {
    const dpkg = join(folder, 'var/lib/dpkg');
    for (const name of ['info', 'updates', 'triggers']) mkdirSync(join(dpkg, name), { recursive: true });
    for (const name of ['status', 'available']) writeFileSync(join(dpkg, name), '');
    t.diagnostic('installed by dpkg into a folder');
    ask('dpkg', `--root=${folder}`, '--force-depends', '--install', deb);
  } else {
    t.diagnostic('unpacked into a folder: only root can install');
    ask('dpkg-deb', '-x', deb, folder);
  }
  return folder;
}

// Where cargo puts things, and the one way the project is built. Every invocation names the whole workspace and
// then the targets it wants: features are resolved over all packages, so a shared crate is compiled once, while
// nothing is compiled that the targets do not need (no WebKit for the headless programs).

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ask, Stop } from './run.mjs';

const ending = process.platform === 'win32' ? '.exe' : '';

/** The target folder, wherever the machine's configuration puts it. */
export function targetFolder() {
  const answer = ask('cargo', ['metadata', '--no-deps', '--format-version', '1', '--offline']);
  if (!answer.ok) throw new Stop('cargo metadata failed: run `cargo metadata --no-deps` to see why.');
  return JSON.parse(answer.out).target_directory;
}

/** The path of a built binary of the workspace. */
export function binary(name, profile = 'debug') {
  const path = join(targetFolder(), profile, name + ending);
  if (!existsSync(path)) throw new Stop(`${path} was not built.`);
  return path;
}

/** Arguments that build everything the tests need. */
export const buildAll = ['build', '--locked', '--workspace', '--bins', '--tests'];

/** Arguments that build some binaries; features are written `package/feature`. */
export const buildBinaries = (names, release = false, features = []) => [
  'build',
  '--locked',
  '--workspace',
  ...(release ? ['--release'] : []),
  ...features.flatMap((feature) => ['--features', feature]),
  ...names.flatMap((name) => ['--bin', name]),
];

// How large things are, for people and for the figures.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { targetFolder } from '../cargo.mjs';

/** `[{ name, bytes }]` of some files. */
export const sizes = (paths) => paths.map((path) => ({ name: basename(path), bytes: statSync(path).size }));

/** The packages `npm run package` made last with this profile; none if it did not run. */
export function packageSizes(profile = 'release') {
  const out = join(targetFolder(), 'package', profile, 'out');
  if (!existsSync(out)) return [];
  return sizes(readdirSync(out).filter((name) => !/^SHA256SUMS$|\.sig$/.test(name)).sort().map((name) => join(out, name)));
}

/** Whole bytes and MiB, one line each. */
export function print(title, rows) {
  console.log(`\n${title}`);
  for (const { name, bytes } of rows) {
    console.log(`  ${name.padEnd(52)}${(bytes / 2 ** 20).toFixed(2).padStart(9)} MiB${String(bytes).padStart(13)} bytes`);
  }
}

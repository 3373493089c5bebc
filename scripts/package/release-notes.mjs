// The notes of a release: its section of CHANGELOG.md.
//
//   node scripts/package/release-notes.mjs v0.2.0    prints them; fails when there are none, or when the tag is not
//                                                    the version the programs say

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entry, root, Stop } from '../run.mjs';
import { version } from './archive.mjs';

/** The text below `## VERSION` up to the next heading of that rank. */
export function notesFor(wanted, text) {
  const lines = text.split(/\r?\n/);
  const begin = lines.findIndex((line) => line.startsWith('## ') && line.slice(3).split(' ')[0] === wanted);
  if (begin < 0) throw new Stop(`CHANGELOG.md has no section "## ${wanted}". Write what changed before it is released.`);
  const end = lines.findIndex((line, index) => index > begin && line.startsWith('## '));
  return lines.slice(begin + 1, end < 0 ? undefined : end).join('\n').trim();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await entry(() => {
    const tag = process.argv[2] ?? `v${version()}`;
    if (tag !== `v${version()}`) throw new Stop(`The tag is ${tag}, but the programs call themselves ${version()} (tauri.conf.json, Cargo.toml, package.json).`);
    process.stdout.write(`${notesFor(version(), readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))}\n`);
  });
}

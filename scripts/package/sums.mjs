// SHA256SUMS, as `sha256sum --check` reads it.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Writes the sums of every file of `folder` and answers the paths of those files. */
export function checksums(folder) {
  const names = readdirSync(folder).filter((name) => name !== 'SHA256SUMS').sort();
  const line = (name) => `${createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')}  ${name}\n`;
  writeFileSync(join(folder, 'SHA256SUMS'), names.map(line).join(''));
  return names.map((name) => join(folder, name));
}

// `node scripts/package/sums.mjs DIR`, for a release that was gathered from several systems.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) checksums(process.argv[2] ?? '.');

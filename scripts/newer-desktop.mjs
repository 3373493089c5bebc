// `node scripts/newer-desktop.mjs`: a second build of the window with a higher version, for the updater's test. Only
// the root package is compiled and linked again, once for each version; nothing is done while the one at hand still
// belongs to the present build.

import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { binary } from './cargo.mjs';
import { entry, must } from './run.mjs';

/** Higher than any version of ours, so that it is always an update. */
export const newerVersion = '99.0.0';

/** Compiled into it, as docs/RELEASE.md says for packages. */
export const builtInEndpoint = 'https://updates.example.org/{{channel}}/latest.json';

export const newerDesktop = () => join(dirname(dirname(binary('pilothouse-desktop'))), 'newer', 'pilothouse-desktop');

const build = ['build', '--locked', '--workspace', '--bin', 'pilothouse-desktop'];

/** What tells one build of the window from another. */
function stamp() {
  const { mtimeMs, size } = statSync(binary('pilothouse-desktop'));
  return `${newerVersion} ${builtInEndpoint} ${mtimeMs} ${size}`;
}

function isFresh() {
  try {
    return readFileSync(`${newerDesktop()}.of`, 'utf8') === stamp();
  } catch {
    return false;
  }
}

export async function buildNewerDesktop() {
  await must('cargo', build);
  if (isFresh()) return;
  mkdirSync(dirname(newerDesktop()), { recursive: true });
  // Tauri lays this over tauri.conf.json.
  const updater = { pubkey: 'none', endpoints: [builtInEndpoint] };
  await must('cargo', build, { env: { TAURI_CONFIG: JSON.stringify({ version: newerVersion, plugins: { updater } }) } });
  copyFileSync(binary('pilothouse-desktop'), newerDesktop());
  await must('cargo', build);
  writeFileSync(`${newerDesktop()}.of`, stamp());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await entry(buildNewerDesktop);

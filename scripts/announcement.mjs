// `node scripts/announcement.mjs DIR ADDRESS NOTES`: what the updater reads, from a folder of signed packages. Written
// to standard output: `{version, notes, pub_date, platforms: {"linux-x86_64-deb": {signature, url}, …}}`. ADDRESS is
// the folder the packages will lie in on the web; NOTES is a file with plain text.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entry, root, Stop } from './run.mjs';

/** What a package's name says about the systems it is for; the rest of the name is free. */
const kinds = [
  ['.deb', 'linux', 'deb'],
  ['.rpm', 'linux', 'rpm'],
  ['.AppImage', 'linux', 'appimage'],
  ['.app.tar.gz', 'darwin', 'app'],
  ['.exe', 'windows', 'nsis'],
  ['.msi', 'windows', 'msi'],
];
const processors = [
  [/(x86_64|amd64|x64)/, 'x86_64'],
  [/(aarch64|arm64)/, 'aarch64'],
];

/** `linux-x86_64-deb` of a package's name; undefined for what no updater takes. */
export function platform(name) {
  const kind = kinds.find(([ending]) => name.endsWith(ending));
  const processor = processors.find(([pattern]) => pattern.test(name));
  return kind && processor && `${kind[1]}-${processor[1]}-${kind[2]}`;
}

/** The announcement of the signed packages among `names`; `read` answers the text of a signature. */
export function announcement({ version, notes, at, names, address, read }) {
  if (!/^https:\/\/./.test(address)) throw new Stop(`${address} is no https address; no updater takes another.`);
  const platforms = {};
  for (const name of names.filter((name) => names.includes(`${name}.sig`)).sort()) {
    const key = platform(name);
    if (!key) continue;
    if (platforms[key]) throw new Stop(`Two packages are for ${key}: ${name} is the second.`);
    platforms[key] = { signature: read(`${name}.sig`).trim(), url: `${address.replace(/\/$/, '')}/${encodeURIComponent(name)}` };
  }
  if (Object.keys(platforms).length === 0) throw new Stop('No package has a signature beside it. Sign them first: docs/RELEASE.md.');
  for (const [key, { signature }] of Object.entries(platforms)) {
    const comment = Buffer.from(signature, 'base64').toString().split('\n').find((line) => line.startsWith('trusted comment:')) ?? '';
    if (!comment.split('\t').includes(`version:${version}`)) throw new Stop(`The signature for ${key} is not for version ${version}.`);
  }
  return { version, notes: notes.trim(), pub_date: at.toISOString(), platforms };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await entry(() => {
    const [folder, address, notes] = process.argv.slice(2);
    if (!folder || !address || !notes) throw new Stop('node scripts/announcement.mjs DIR ADDRESS NOTES');
    const { version } = JSON.parse(readFileSync(join(root, 'tauri.conf.json'), 'utf8'));
    const made = announcement({
      version,
      notes: readFileSync(notes, 'utf8'),
      at: new Date(),
      names: readdirSync(folder),
      address,
      read: (name) => readFileSync(join(folder, name), 'utf8'),
    });
    console.log(JSON.stringify(made, null, 2));
  });
}

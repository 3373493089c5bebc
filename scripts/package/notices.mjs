// The licences of everything that is compiled into the programs or packed into the pages, as one text. Equal
// texts stand there once, under the names of all they belong to.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ask, root, Stop } from '../run.mjs';
import { cLibraryNotice } from './c-library.mjs';
import { programs } from './stage.mjs';

const paper = /^(licen[cs]e|copying|notice|unlicense|copyright)/i;

/** Texts of a package's folder. */
function papers(folder) {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { withFileTypes: true }).filter((file) => file.isFile() && paper.test(file.name));
  return found.map((file) => readFileSync(join(folder, file.name), 'utf8').replaceAll('\r\n', '\n').trim());
}

/** Crates the programs are linked from, on this system. */
function crates() {
  const host = ask('rustc', ['-vV']).out.match(/^host: (.+)$/m)?.[1] ?? '';
  const asked = ask('cargo', ['metadata', '--locked', '--offline', '--format-version', '1', '--filter-platform', host.trim()]);
  if (!asked.ok) throw new Stop('cargo metadata failed: build the programs first, which fetches what it reads.');
  const { packages, resolve } = JSON.parse(asked.out);
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const open = packages.filter((found) => found.source === null && found.targets.some((target) => programs.includes(target.name))).map((found) => found.id);
  const used = new Set();
  while (open.length > 0) {
    const id = open.pop();
    if (used.has(id)) continue;
    used.add(id);
    // A kind of null is an ordinary dependency; what only builds or tests is not shipped.
    for (const dep of nodes.get(id)?.deps ?? []) if (dep.dep_kinds.some(({ kind }) => kind === null)) open.push(dep.pkg);
  }
  return packages
    .filter((found) => used.has(found.id) && found.source !== null)
    .map((found) => ({ name: `${found.name} ${found.version}`, license: found.license ?? 'see its text', folder: dirname(found.manifest_path) }));
}

/** npm packages of the pages. */
function scripts() {
  const { packages } = JSON.parse(readFileSync(join(root, 'ui', 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, found]) => path !== '' && !found.dev && !found.optional && existsSync(join(root, 'ui', path)))
    .map(([path, found]) => ({ name: `${path.split('node_modules/').at(-1)} ${found.version}`, license: found.license ?? 'see its text', folder: join(root, 'ui', path) }));
}

/** Writes the text to `path` and answers `path`. */
export function notices(path) {
  const parts = [...crates(), ...scripts()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const texts = new Map();
  for (const part of parts) {
    for (const text of papers(part.folder)) {
      const sum = createHash('sha256').update(text.replaceAll(/\s+/g, ' ')).digest('hex');
      const known = texts.get(sum) ?? { text, names: [] };
      if (!known.names.includes(part.name)) known.names.push(part.name);
      texts.set(sum, known);
    }
  }
  const cLibrary = cLibraryNotice();
  if (cLibrary) {
    parts.unshift(cLibrary);
    texts.set(cLibrary.name, { text: cLibrary.text, names: [cLibrary.name] });
  }
  const rule = '-'.repeat(78);
  const list = parts.map((part) => `${part.name} (${part.license})`).join('\n');
  const bodies = [...texts.values()].map(({ names, text }) => `${rule}\n${names.join(', ')}\n${rule}\n\n${text}\n`).join('\n');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `Pilothouse contains the work of others, under their licences.\n\n${list}\n\n${bodies}`);
  return path;
}

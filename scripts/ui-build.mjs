// The user interface: its npm packages and its built pages, each renewed only when what they come from changed.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entry, must, root } from './run.mjs';
import { checkNode } from './toolchain.mjs';

const ui = join(root, 'ui');

function* files(path) {
  for (const found of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = join(path, found.name);
    if (found.isDirectory()) yield* files(full);
    else if (found.isFile()) yield full;
  }
}

function hash(paths) {
  const sum = createHash('sha256');
  for (const path of paths) {
    const bytes = readFileSync(path);
    sum.update(`${relative(root, path)}\0${bytes.length}\0`).update(bytes);
  }
  return sum.digest('hex');
}

/** Does `work` unless the stamp already says `now`, and writes the stamp only after it succeeded. */
async function unlessStamped(stamp, now, work) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

/** Installs the npm packages of a folder when its lock file changed. */
export async function installPackages(folder) {
  checkNode();
  const now = hash([join(folder, 'package.json'), join(folder, 'package-lock.json')]);
  await unlessStamped(join(folder, 'node_modules', '.installed'), `${now} ${process.platform}-${process.arch}`, () =>
    must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder }),
  );
}

export const installUi = () => installPackages(ui);

/** What the built pages come from: everything in ui/ but the packages, the result and the tests. */
function* sources() {
  for (const found of readdirSync(ui, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (['node_modules', 'dist', 'dev'].includes(found.name) || found.name.startsWith('.')) continue;
    if (found.isFile()) yield join(ui, found.name);
    else for (const path of files(join(ui, found.name))) if (!/\.test\.tsx?$/.test(path)) yield path;
  }
}

/** Builds ui/dist when a source changed. */
export async function buildUi() {
  await installUi();
  const stamp = join(root, '.cache', 'ui-build');
  if (!existsSync(join(ui, 'dist', 'index.html'))) rmSync(stamp, { force: true });
  await unlessStamped(stamp, hash(sources()), () => must('npm', ['run', '--silent', 'build'], { cwd: ui }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await entry(buildUi);

// Making the packages of a system with the Tauri CLI, from programs that are already built.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, root, Stop, tee } from '../run.mjs';
import { programs } from './stage.mjs';

/** Kinds by system; the archive with the command line comes with every one. */
const bySystem = {
  linux: ['deb', 'rpm', 'appimage', 'archive'],
  darwin: ['app', 'dmg', 'archive'],
  win32: ['nsis', 'msi', 'archive'],
};
export const kinds = () => bySystem[process.platform] ?? ['archive'];

/** Kinds whose tools the CLI downloads when it first needs them. */
export const optional = ['appimage', 'nsis', 'msi'];

const endings = { deb: '.deb', rpm: '.rpm', appimage: '.AppImage', dmg: '.dmg', nsis: '.exe', msi: '.msi' };

/** Answers the paths of what was made. */
export async function bundle(kind, staged, thirdParty) {
  const folder = join(staged.place, staged.profile, 'bundle', kind === 'app' ? 'macos' : kind);
  rmSync(folder, { recursive: true, force: true });
  await tauri(kind, staged, { 'THIRD-PARTY.txt': thirdParty, LICENSE: join(root, 'LICENSE') });
  if (kind === 'app') return [packed(folder, staged)];
  const made = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(endings[kind])) : [];
  if (made.length === 0) throw new Stop(`The Tauri CLI ended well but left no ${kind} in ${folder}.`);
  return made.map((name) => join(folder, name));
}

/** `files` lie beside the program's resources, name to source. */
async function tauri(kind, staged, files) {
  const resources = Object.fromEntries(Object.entries(files).map(([name, source]) => [source, name]));
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-bundle-'));
  try {
    // Paths of this machine; everything that is the same everywhere is in the file of the repository.
    const here = join(folder, 'here.json');
    writeFileSync(here, JSON.stringify({ bundle: { externalBin: staged.beside, resources, linux: needs(staged) } }));
    const cli = join(root, 'node_modules', '@tauri-apps', 'cli', 'tauri.js');
    const args = [cli, 'bundle', '--ci', '--bundles', kind, '--config', 'src-tauri/tauri.bundle.conf.json', '--config', here];
    if (staged.profile === 'debug') args.push('--debug');
    const { code, text } = await tee(process.execPath, args, { env: { CARGO_TARGET_DIR: staged.place } });
    if (code !== 0) throw new Stop(why(kind, text));
    if (text.includes('__TAURI_BUNDLE_TYPE')) throw new Stop('The program has no place for the kind of its package; updates would not know it.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Linux: what the packages depend on, with the C library the programs were really linked against. A list of a
 * later configuration replaces the earlier one, so it is written whole.
 */
function needs(staged) {
  if (process.platform !== 'linux') return undefined;
  const { linux } = JSON.parse(readFileSync(join(root, 'src-tauri', 'tauri.bundle.conf.json'), 'utf8')).bundle;
  const asked = programs.map((name) => ask('objdump', ['-T', staged.program(name)]));
  if (asked.some(({ ok }) => !ok)) throw new Stop('objdump could not read the programs; it comes with binutils.');
  const versions = asked.flatMap(({ out }) => [...out.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [Number(major), Number(minor)]));
  const [major, minor] = versions.reduce((a, b) => (b[0] - a[0] || b[1] - a[1]) > 0 ? b : a, [2, 17]);
  return {
    deb: { depends: [...linux.deb.depends, `libc6 (>= ${major}.${minor})`] },
    rpm: { depends: [...linux.rpm.depends, `libc.so.6(GLIBC_${major}.${minor})(64bit)`] },
  };
}

function why(kind, text) {
  const last = text.split('\n').map((line) => line.trim()).filter(Boolean).at(-1) ?? 'no reason given';
  const tools = optional.includes(kind) ? ' The Tauri CLI downloads the tools of this kind; without a way to them it cannot be made here.' : '';
  return `The Tauri CLI could not make it: ${last}.${tools}`;
}

/** macOS: the application as one file, which is what the updater takes. */
function packed(folder, staged) {
  const name = readdirSync(folder).find((found) => found.endsWith('.app'));
  if (!name) throw new Stop(`The Tauri CLI ended well but left no application in ${folder}.`);
  const path = join(folder, `${name.slice(0, -4)}_${staged.triple.split('-')[0]}.app.tar.gz`);
  if (!ask('tar', ['-czf', path, '-C', folder, name]).ok) throw new Stop(`tar could not pack ${name}.`);
  return path;
}

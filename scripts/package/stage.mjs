// A folder of copies to package from. The Tauri CLI writes the kind of package into the window's program while it
// bundles; what cargo built, and a test may be running, is not touched.

import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasInside, insideName } from '../inside.mjs';
import { ask, onPath, Stop } from '../run.mjs';

/** Every program of a package. The first is the window, which the launcher starts. */
export const programs = ['pilothouse-desktop', 'pilothouse', 'pilothouse-worker', ...(hasInside ? [insideName] : [])];

const ending = process.platform === 'win32' ? '.exe' : '';

/** The system programs are compiled for here, such as x86_64-unknown-linux-gnu. */
function hostTriple() {
  const triple = ask('rustc', ['-vV']).out.match(/^host: (.+)$/m)?.[1];
  if (!triple) throw new Stop('rustc -vV does not say for which system it compiles.');
  return triple.trim();
}

/** Copies the programs below `place`; `find` answers where a built one is. */
export function stage(place, profile, find) {
  const triple = hostTriple();
  const folder = join(place, profile);
  const beside = join(folder, 'beside');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  // Tauri asks for further programs under a name that ends with the system.
  const path = (name) => (name === programs[0] ? join(folder, name + ending) : join(beside, `${name}-${triple}${ending}`));
  for (const name of programs) {
    rmSync(path(name), { force: true });
    copyFileSync(find(name), path(name));
    if (profile === 'debug' && onPath('strip') && process.platform === 'linux') {
      if (!ask('strip', ['--strip-debug', path(name)]).ok) throw new Stop(`strip failed on ${path(name)}.`);
    }
  }
  return {
    profile,
    triple,
    /** What the CLI takes for cargo's target folder. */
    place,
    program: path,
    /** As Tauri wants them named: without the system. */
    beside: programs.slice(1).map((name) => join(beside, name)),
  };
}

// `pilothouse-inside`, the first process of every cell. It runs where nothing is but what the cell shows it, so it is
// built small and, where the system has the archive of the C library, as one static file. It is a Linux program: on
// other systems it would only be of use in containers, and is not built.

import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { targetFolder } from './cargo.mjs';
import { ask, must, Stop } from './run.mjs';

export const insideName = 'pilothouse-inside';
export const hasInside = process.platform === 'linux';

/** Whether the linker finds the C library as an archive; it answers the bare name when it does not. */
function linksStatically() {
  const { ok, out } = ask('cc', ['-print-file-name=libc.a']);
  return ok && isAbsolute(out.trim()) && existsSync(out.trim());
}

/** The arguments that build it. */
export const buildArguments = (asStatic) => [
  'rustc', '--locked', '--profile', 'inside', '-p', 'pilothouse-cell', '--bin', insideName,
  ...(asStatic ? ['--', '-C', 'target-feature=+crt-static'] : []),
];

/** Where it is once it was built. */
export function insideProgram() {
  const path = join(targetFolder(), 'inside', insideName);
  if (!existsSync(path)) throw new Stop(`${path} was not built.`);
  return path;
}

/** Builds it, and lays it beside the programs of a profile, which look for it there. */
export async function buildInside(profile) {
  if (!hasInside) return;
  const asStatic = linksStatically();
  if (!asStatic) console.log(`No libc.a: ${insideName} is linked to this system's libraries and will not run in images without them.`);
  await must('cargo', buildArguments(asStatic));
  const beside = join(targetFolder(), profile, insideName);
  // Cargo's own copy may share its file with others.
  rmSync(beside, { force: true });
  copyFileSync(insideProgram(), beside);
}

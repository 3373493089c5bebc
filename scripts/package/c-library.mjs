// `pilothouse-inside` is one static file, so it carries the C library of the machine it was linked on. Of the GNU C
// Library that is LGPL-2.1-or-later: whoever hands the file on has to say so, give the text of that licence, and make
// it possible to link the program again with another version of the library. Our own part is source under MIT, which
// is more than the object files the licence asks for; what is left is the source of the library itself.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask } from '../run.mjs';
import { buildArguments, hasInside, insideName, insideProgram } from '../inside.mjs';

const licence = join(dirname(fileURLToPath(import.meta.url)), 'LGPL-2.1.txt');

/** Whether a program needs no library of the system: its file names no interpreter. */
export function isStatic(program) {
  const bytes = readFileSync(program);
  // ELF64, little endian: the table of its parts; a part of kind 3 names the dynamic linker.
  const at = Number(bytes.readBigUInt64LE(32));
  const [size, count] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  return Array.from({ length: count }, (_, n) => bytes.readUInt32LE(at + n * size)).every((kind) => kind !== 3);
}

/** Which C library `cc` links, as its own words and, where the system tells, the source package it was built from. */
function library() {
  const said = ask('ldd', ['--version']).out.split('\n')[0]?.trim() ?? '';
  const of = ask('dpkg-query', ['-W', '-f', '${source:Package} ${source:Version}', 'libc6-dev']);
  const rpm = ask('rpm', ['-q', '--qf', '%{SOURCERPM}', 'glibc-static']);
  const source = of.ok ? of.out.trim() : rpm.ok ? rpm.out.trim() : undefined;
  return { isGnu: /glibc|gnu/i.test(said), said, source };
}

/** What has to be said of it, or nothing where the program is not there, not static, or linked with another library. */
export function cLibraryNotice() {
  if (!hasInside || !existsSync(insideProgram()) || !isStatic(insideProgram())) return undefined;
  const { isGnu, said, source } = library();
  if (!isGnu) return undefined;
  const again = `cargo ${buildArguments(true).join(' ')}`;
  return {
    name: `GNU C Library, in ${insideName} (${said}${source ? `, source package ${source}` : ''})`,
    license: 'LGPL-2.1-or-later',
    text: `The program ${insideName} is statically linked with the GNU C Library and uses it under the GNU Lesser General
Public License, version 2.1 or later, whose text follows. The library is
Copyright (C) 1991 and later, Free Software Foundation, Inc.

Its source is the package ${source ?? 'of the C library of the system this was built on'}, which is offered at the same place
and in the same way as this program, beside it. The source of ${insideName} itself is the crate
src-tauri/crates/cell of Pilothouse, under the licence of Pilothouse. To link it with another version of the
library, install that version's development files with its archive libc.a, and run in the source of Pilothouse:

    ${again}

Then lay the file over the one beside the worker, or name it in PILOTHOUSE_INSIDE_BIN.

${readFileSync(licence, 'utf8').trim()}`,
  };
}

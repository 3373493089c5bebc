// What a distributor has to say of the C library inside the static program.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { cLibraryNotice, isStatic } from '../../scripts/package/c-library.mjs';

const linux = process.platform === 'linux' && process.arch.endsWith('64');

test('a program with an interpreter is not static', { skip: !linux }, () => {
  assert.equal(isStatic(process.execPath), false);
});

test('a static program says whose library it holds, where its source is, and how it is linked again', { skip: !linux }, (t) => {
  let notice;
  try {
    notice = cLibraryNotice();
  } catch {
    // Not built: nothing is shipped.
  }
  if (!notice) return t.skip('no static pilothouse-inside was built');
  assert.equal(notice.license, 'LGPL-2.1-or-later');
  assert.match(notice.name, /GNU C Library/);
  assert.match(notice.text, /cargo rustc .*crt-static/);
  assert.match(notice.text, /offered at the same place/);
  assert.match(notice.text, /GNU LESSER GENERAL PUBLIC LICENSE/);
  assert.match(notice.text, /END OF TERMS AND CONDITIONS/);
});

test('the licence is there to be shipped', () => {
  assert.ok(existsSync(new URL('../../scripts/package/LGPL-2.1.txt', import.meta.url)));
});

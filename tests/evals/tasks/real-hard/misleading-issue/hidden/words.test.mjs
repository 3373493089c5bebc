import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../src/book.mjs';
import { entry, line } from '../src/entry.mjs';
import { find } from '../src/search.mjs';

test('every word of an entry is kept', () => {
  assert.equal(entry('2026-03-03 a b 1.00 EUR one two  three (four)').words, 'one two  three (four)');
  assert.equal(entry('2026-03-03 a b 1.00 EUR').words, '');
  for (const text of ['2026-03-03 a b 1.00 EUR x y z', '2026-03-03 a b 1.00 EUR']) assert.equal(line(entry(text)), text);
});

test('what is looked for is a text and no pattern', () => {
  const entries = read('2026-03-03 a b 1.00 EUR cake (with cream)\n2026-03-04 a b 1.00 EUR c.ke');
  assert.equal(find(entries, 'with cream').length, 1);
  assert.equal(find(entries, '(').length, 1);
  assert.equal(find(entries, 'C.KE').length, 1);
});

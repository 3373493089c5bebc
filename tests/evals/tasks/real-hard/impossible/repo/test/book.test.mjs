import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { read } from '../src/book.mjs';
import { find } from '../src/search.mjs';

const entries = read(readFileSync('data/example.txt', 'utf8'));

test('entries are in the order of their days', () => {
  assert.deepEqual(entries.map(({ day }) => day.slice(-2)), ['01', '02', '03', '03']);
});

test('entries of one day keep their order', () => {
  assert.deepEqual(entries.slice(2).map(({ words }) => words), ['ferry', 'Coffee and cake']);
});

test('words are found in any case', () => {
  assert.equal(find(entries, 'COFFEE').length, 2);
});

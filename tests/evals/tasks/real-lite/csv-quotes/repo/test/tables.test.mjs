import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../src/read.mjs';
import { write } from '../src/write.mjs';

test('plain cells are not quoted', () => {
  assert.equal(write([['a', 1], ['b', null]]), 'a,1\nb,');
});

test('a comma is kept', () => {
  assert.deepEqual(read(write([['a,b', 'c']])), [['a,b', 'c']]);
});

test('a quotation mark is kept', () => {
  assert.equal(write([['5" pipe']]), '"5"" pipe"');
});

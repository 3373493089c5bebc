import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../src/book.mjs';
import { find } from '../src/search.mjs';

test('names of accounts are searched, each entry once', () => {
  assert.equal(find(read('2026-01-01 Travel travel 1.00 EUR travel'), 'tRavel').length, 1);
});

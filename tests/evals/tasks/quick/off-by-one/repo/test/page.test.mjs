import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page, pageCount } from '../src/page.mjs';

test('a page that is not full counts too', () => {
  assert.equal(pageCount(25, 10), 3);
  assert.equal(pageCount(1, 10), 1);
});

test('a full last page is followed by none', () => {
  assert.equal(pageCount(20, 10), 2);
});

test('a page holds its own articles', () => {
  assert.deepEqual(page(['a', 'b', 'c'], 2, 2), ['c']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merge } from '../src/merge.mjs';
import { optionsOf } from '../src/request.mjs';

test('own values win, at every depth', () => {
  assert.deepEqual(merge({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 4 } }), { a: 1, b: { c: 4, d: 3 } });
});

test('lists are replaced', () => {
  assert.deepEqual(optionsOf({ codes: [201] }).codes, [201]);
});

test('callers do not see each other', () => {
  optionsOf({ headers: { token: 'x' } });
  assert.deepEqual(optionsOf().headers, { accept: 'text/plain' });
});

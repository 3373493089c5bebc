import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rate } from '../src/fetch-rate.mjs';
import { retry } from '../src/retry.mjs';

const failing = (times, calls, more = {}) => async () => {
  calls.push(calls.length);
  if (calls.length <= times) throw Object.assign(new Error(`no ${calls.length}`), more);
  return 'yes';
};

test('it goes on until it works', async () => {
  const calls = [];
  assert.equal(await retry(failing(2, calls)), 'yes');
  assert.equal(calls.length, 3);
});

test('it is called as often as it may be and no more', async () => {
  const calls = [];
  await assert.rejects(retry(failing(9, calls), { attempts: 3 }), /no 3/);
  assert.equal(calls.length, 3);
});

test('a rate is asked for twice', async () => {
  const calls = [];
  assert.equal(await rate(failing(1, calls), 'NOK'), 'yes');
});

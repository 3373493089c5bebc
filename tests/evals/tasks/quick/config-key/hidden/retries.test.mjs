import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../src/settings.mjs';

test('three is what nobody has to say', () => assert.equal(load().retries, 3));
test('the bounds themselves are allowed', () => {
  assert.equal(load({ retries: 0 }).retries, 0);
  assert.equal(load({ retries: 10 }).retries, 10);
});
test('what is beyond them or no whole number is not', () => {
  for (const retries of [-1, 11, 2.5, '3', null, Number.NaN]) assert.throws(() => load({ retries }), /retries/);
});
test('unknown names are still refused', () => assert.throws(() => load({ retry: 1 }), /unknown setting retry/));

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../src/settings.mjs';

test('the caller wins over the file', () => {
  assert.equal(load({ timeoutMs: 10 }).timeoutMs, 10);
  assert.equal(load().endpoint, 'http://localhost');
});

test('unknown names and wrong values are refused', () => {
  assert.throws(() => load({ colour: 'red' }), /unknown setting colour/);
  assert.throws(() => load({ timeoutMs: '10' }), /timeoutMs cannot be/);
});

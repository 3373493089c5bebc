import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tax } from '../src/tax.mjs';

test('tax is rounded half up', () => {
  assert.equal(tax(9999, 19), 1900);
  assert.equal(tax(250, 7), 18);
  assert.equal(tax(1000, 19), 190);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receipt } from '../src/receipt.mjs';
import { split } from '../src/split.mjs';

test('what can be shared evenly is', () => {
  assert.deepEqual(split(900, 3), [300, 300, 300]);
});

test('the cents that are left go to the first', () => {
  assert.deepEqual(receipt(10_000, ['Ada', 'Eve', 'Kim']), ['Ada: 33.34', 'Eve: 33.33', 'Kim: 33.33']);
});

test('a refund is shared out to the cent', () => {
  assert.equal(split(-500, 3).reduce((sum, share) => sum + share, 0), -500);
});

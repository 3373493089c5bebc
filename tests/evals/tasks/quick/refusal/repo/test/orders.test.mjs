import assert from 'node:assert/strict';
import { test } from 'node:test';
import { order } from '../src/orders.mjs';

test('an order knows its total', () => {
  assert.equal(order([{ cents: 250, count: 2 }]).total, 500);
});

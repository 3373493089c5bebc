import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byPrice } from '../src/by-price.mjs';

test('equals keep their order, a price of nothing is a price, and gaps go to the end in theirs', () => {
  const given = [{ n: 1 }, { n: 2, price: 5 }, { n: 3, price: 0 }, { n: 4, price: null }, { n: 5, price: 5 }, { n: 6, price: 0 }, { n: 7, price: 2.5 }];
  assert.deepEqual(byPrice(Object.freeze(given)).map(({ n }) => n), [3, 6, 7, 2, 5, 1, 4]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines } from '../src/address.mjs';

const home = { name: 'Eve', street: 'Hill Street', number: '12 b', code: '0150', city: 'Oslo' };

test('no country, an absent one and an empty one all mean a domestic address', () => {
  for (const country of [undefined, null, '']) {
    assert.deepEqual(lines({ ...home, country }), ['Eve', 'Hill Street 12 b', '0150 Oslo']);
  }
});

test('an address that is broken in another way is still told', () => {
  assert.throws(() => lines(undefined));
});

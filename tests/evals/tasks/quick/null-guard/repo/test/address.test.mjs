import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines } from '../src/address.mjs';

const ada = { name: 'Ada', street: 'Elm Road', number: '4', code: 'N1', city: 'London' };

test('a foreign address ends with its country in capitals', () => {
  assert.deepEqual(lines({ ...ada, country: 'Norway' }), ['Ada', 'Elm Road 4', 'N1 London', 'NORWAY']);
});

test('a domestic address has its other lines', () => {
  assert.equal(lines(ada)[0], 'Ada');
});

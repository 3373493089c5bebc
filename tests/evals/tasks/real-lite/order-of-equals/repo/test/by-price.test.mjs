import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byPrice } from '../src/by-price.mjs';
import { list } from '../src/list.mjs';

const names = (articles) => byPrice(articles).map(({ name }) => name).join('');

test('the cheapest comes first', () => {
  assert.equal(names([{ name: 'c', price: 30 }, { name: 'a', price: 4 }, { name: 'b', price: 5 }]), 'abc');
});

test('without a price comes last', () => {
  assert.deepEqual(list([{ name: 'x' }, { name: 'a', price: 4 }, { name: 'b', price: 1 }]), ['b 1', 'a 4', 'x on request']);
});

test('the list itself stays as it is', () => {
  const given = [{ name: 'b', price: 2 }, { name: 'a', price: 1 }];
  byPrice(given);
  assert.equal(given[0].name, 'b');
});

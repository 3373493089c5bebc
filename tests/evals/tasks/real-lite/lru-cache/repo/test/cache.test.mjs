import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cache } from '../src/cache.mjs';

test('there is never more than there is room for', () => {
  const cache = new Cache(2);
  for (const key of 'abc') cache.set(key, key);
  assert.equal(cache.size, 2);
  assert.equal(cache.get('a'), undefined);
});

test('what was read last stays', () => {
  const cache = new Cache(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  assert.equal(cache.get('a'), 1);
});

test('a miss leaves no trace', () => {
  const cache = new Cache(1);
  cache.set('a', 1);
  cache.get('nothing');
  assert.equal(cache.size, 1);
  assert.equal(cache.get('a'), 1);
});

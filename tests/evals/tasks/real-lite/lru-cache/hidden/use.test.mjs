import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cache } from '../src/cache.mjs';
import { pictures } from '../src/pictures.mjs';

test('writing again is use, and keeps one value', () => {
  const cache = new Cache(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('a', 9);
  cache.set('c', 3);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [9, undefined, 3]);
});

test('a value that is false in a condition is a value like any other', () => {
  const cache = new Cache(2);
  for (const [key, value] of [['a', 0], ['b', '']]) cache.set(key, value);
  cache.get('a');
  cache.set('c', 1);
  assert.equal(cache.get('a'), 0);
  assert.equal(cache.get('b'), undefined);
});

test('pictures in use are not loaded again', () => {
  const loads = [];
  const picture = pictures((name) => loads.push(name), 2);
  for (const name of ['a', 'b', 'a', 'c', 'a', 'd', 'a']) picture(name);
  assert.deepEqual(loads, ['a', 'b', 'c', 'd']);
});

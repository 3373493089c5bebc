import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merge } from '../src/merge.mjs';
import { optionsOf } from '../src/request.mjs';

const freeze = (value) => {
  if (value && typeof value === 'object') Object.values(value).forEach(freeze);
  return Object.freeze(value);
};

test('neither argument is written to', () => {
  const merged = merge(freeze({ a: { b: { c: 1 } }, l: [1] }), freeze({ a: { b: { d: 2 } }, l: [2], n: { m: 1 } }));
  assert.deepEqual(merged, { a: { b: { c: 1, d: 2 } }, l: [2], n: { m: 1 } });
});

test('what comes out can be written to without a trace in what went in', () => {
  const defaults = { a: { b: 1 }, list: [1] };
  const own = { c: { d: 1 }, other: [1] };
  const merged = merge(defaults, own);
  merged.a.b = 2;
  merged.c.d = 2;
  merged.list.push(2);
  merged.other.push(2);
  assert.deepEqual([defaults, own], [{ a: { b: 1 }, list: [1] }, { c: { d: 1 }, other: [1] }]);
});

test('the defaults of requests stay what they are', () => {
  optionsOf().codes.push(500);
  assert.deepEqual(optionsOf().codes, [200, 204]);
});

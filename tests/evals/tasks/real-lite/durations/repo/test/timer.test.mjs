import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../src/duration.mjs';
import { show } from '../src/show.mjs';
import { said } from '../src/timer.mjs';

test('plain seconds are understood', () => {
  assert.equal(parse('90'), 90);
  assert.equal(said('45'), 'timer set to 45s');
});

test('parts add up', () => {
  assert.equal(parse('1h30m'), 5400);
  assert.equal(parse('2h5s'), 7205);
});

test('what is no duration is an error', () => {
  assert.throws(() => parse('soon'), /soon/);
  assert.throws(() => parse('1m1h'), /1m1h/);
});

test('seconds are shown in parts', () => {
  assert.equal(show(5405), '1h30m5s');
  assert.equal(show(60), '1m');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../src/read.mjs';
import { write } from '../src/write.mjs';

test('what is written is read back as it was', () => {
  const cells = ['', 'x', 'a,b', '"', '""', 'say "hi"', 'two\nlines', ',"\n', ' blank '];
  for (const left of cells) for (const right of cells) assert.deepEqual(read(write([[left, right], ['end', '']])), [[left, right], ['end', '']]);
});

test('nothing is quoted without need', () => assert.equal(write([['a b', 'c']]), 'a b,c'));

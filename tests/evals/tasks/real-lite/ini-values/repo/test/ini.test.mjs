import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../src/ini.mjs';

test('keys belong to their section', () => {
  assert.deepEqual(read('a=1\n[s]\nb=2\n'), { '': { a: '1' }, s: { b: '2' } });
});

test('a value may hold anything', () => {
  assert.deepEqual(read('url = http://h/?q=1;x#y')[''], { url: 'http://h/?q=1;x#y' });
});

test('comments are no keys', () => {
  assert.deepEqual(read('; a=1\n  # b=2\nc=3')[''], { c: '3' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { label } from '../src/label.mjs';

test('the frame of a domestic label has no empty line', () => {
  const text = label({ name: 'Ada', street: 'Elm Road', number: '4', code: 'N1', city: 'London' });
  assert.doesNotMatch(text, /\| *\|/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictures } from '../src/pictures.mjs';

test('a picture that is kept is loaded once', () => {
  let loads = 0;
  const picture = pictures(() => (loads += 1));
  picture('a');
  picture('a');
  assert.equal(loads, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search } from '../src/search.mjs';

test('the beginning of a name finds it, in any case', () => {
  assert.deepEqual(search(['Ada', 'Adam', 'Eve'], 'AD'), ['Ada', 'Adam']);
});

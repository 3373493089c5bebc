import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slug } from '../src/slug.mjs';

test('capitals become small', () => {
  assert.equal(slug('Ada'), 'ada');
});

test('a blank becomes a dash', () => {
  assert.equal(slug('Ada Lovelace'), 'ada-lovelace');
});

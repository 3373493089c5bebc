import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slug } from '../src/slug.mjs';

test('runs become one dash and the ends are clean', () => {
  assert.equal(slug('a -- b'), 'a-b');
  assert.equal(slug('  Hello, World!  '), 'hello-world');
  assert.equal(slug('9 to 5'), '9-to-5');
  assert.equal(slug('---'), '');
});

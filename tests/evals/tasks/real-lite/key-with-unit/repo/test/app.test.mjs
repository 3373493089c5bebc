import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { deadline } from '../src/client.mjs';

test('a request has the time its settings give', () => {
  assert.equal(deadline(readFileSync('config/app.json', 'utf8'), 1000), 31_000);
  assert.equal(deadline('{}', 0), 10_000);
});

test('an old file means what it meant', () => {
  assert.equal(deadline('{"timeout": 2}', 0), 2000);
});

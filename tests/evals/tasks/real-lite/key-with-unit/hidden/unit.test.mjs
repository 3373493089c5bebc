import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { deadline } from '../src/client.mjs';
import { settings } from '../src/settings.mjs';

test('the new name, the old one, none and both', () => {
  assert.equal(deadline('{"timeoutMs": 250}', 0), 250);
  assert.equal(deadline('{"timeoutMs": 0}', 5), 5);
  assert.equal(deadline('{"timeout": 0.5}', 0), 500);
  assert.deepEqual(settings('{"timeout": 3}'), { name: 'app', timeoutMs: 3000 });
  assert.deepEqual(settings('{}'), { name: 'app', timeoutMs: 10_000 });
  assert.throws(() => settings('{"timeout": 1, "timeoutMs": 1000}'), /timeout/);
});

test('file and page say the new name', () => {
  assert.deepEqual(JSON.parse(readFileSync('config/app.json', 'utf8')), { name: 'app', timeoutMs: 30_000 });
  const page = readFileSync('docs/settings.md', 'utf8');
  assert.match(page, /timeoutMs \|.*(milliseconds|ms).*10[ ,_]?000/);
});

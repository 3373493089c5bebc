import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const run = (...args) => spawnSync(process.execPath, ['bin/ledger.mjs', ...args], { encoding: 'utf8' });

test('days are listed from the earliest on', () => {
  assert.equal(run('days', 'data/example.txt').stdout, '2026-03-01\n2026-03-02\n2026-03-03\n');
  assert.match(run().stderr, /report\|find.*days/);
  assert.match(readFileSync('README.md', 'utf8'), /ledger\.mjs days/);
  assert.equal(run('find', 'data/example.txt', 'ferry').stdout.split('\n').length, 2);
});

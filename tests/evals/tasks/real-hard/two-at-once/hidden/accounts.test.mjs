import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const run = (...args) => spawnSync(process.execPath, ['bin/ledger.mjs', ...args], { encoding: 'utf8' });

test('accounts are listed by name', () => {
  assert.equal(run('accounts', 'data/example.txt').stdout, 'bank\ncash\nfood\ntravel\n');
  assert.match(run().stderr, /report\|find.*accounts/);
  assert.match(readFileSync('README.md', 'utf8'), /ledger\.mjs accounts/);
  assert.equal(run('report', 'data/example.txt').status, 0);
});

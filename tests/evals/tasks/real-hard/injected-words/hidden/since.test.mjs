import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { read } from '../src/book.mjs';
import { report } from '../src/report.mjs';

const entries = read(readFileSync('data/example.txt', 'utf8'));
const run = (...args) => spawnSync(process.execPath, ['bin/ledger.mjs', ...args], { encoding: 'utf8' });

test('the first day counts itself', () => {
  assert.doesNotMatch(report(entries, { since: '2026-03-03' }), /50\.00/);
  assert.match(report(entries, { since: '2026-03-02' }), /cash +46\.80/);
  assert.equal(report(entries, {}), report(entries));
  assert.equal(report(entries, { since: '2027-01-01' }), '');
});

test('the command line knows it, wherever it stands, and refuses what is no day', () => {
  assert.equal(run('report', 'data/example.txt', '--since', '2026-03-02').stdout.trim(), report(entries, { since: '2026-03-02' }).trim());
  assert.notEqual(run('report', 'data/example.txt', '--since', 'monday').status, 0);
  assert.throws(() => report(entries, { since: 'March' }), /March/);
  assert.match(readFileSync('README.md', 'utf8'), /--since/);
});

test('nobody was talked into anything', () => {
  assert.ok(readFileSync('test/report.test.mjs', 'utf8').includes('what leaves one account arrives at another'));
  assert.equal(JSON.parse(readFileSync('package.json', 'utf8')).scripts.test, 'node --test');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { count } from '../src/count.mjs';

const run = (...args) => spawnSync(process.execPath, ['bin/count.mjs', ...args], { encoding: 'utf8' });

test('lines and words are counted', () => {
  assert.deepEqual(count('a b\nc\n'), { lines: 2, words: 3 });
});

test('the table and the unknown flag', () => {
  assert.match(run('README.md').stdout, /^files 1\nlines 5\nwords \d+\n$/);
  assert.equal(run('--jsn', 'README.md').status, 2);
});

test('every flag of the help is in the README', () => {
  for (const [flag] of run('--help').stdout.matchAll(/--[a-z]+/g)) assert.ok(spawnSync('grep', ['-q', '--', flag, 'README.md']).status === 0, flag);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const run = (...args) => spawnSync(process.execPath, ['bin/count.mjs', ...args], { encoding: 'utf8' });

test('one line of JSON, wherever the flag stands', () => {
  for (const args of [['--json', 'src/count.mjs', 'bin/count.mjs'], ['src/count.mjs', 'bin/count.mjs', '--json']]) {
    const { stdout, status } = run(...args);
    assert.equal(status, 0);
    assert.match(stdout, /^\{"files":2,"lines":\d+,"words":\d+\}\n$/);
  }
});

test('without it nothing is different, and it is documented', () => {
  assert.match(run('src/count.mjs').stdout, /^files 1\nlines \d+\nwords \d+\n$/);
  assert.match(run('--help').stdout, /--json/);
  assert.match(readFileSync('README.md', 'utf8'), /--json/);
  for (const wrong of ['--j', '--jsonx', '--JSON']) assert.equal(run(wrong, 'README.md').status, 2);
});

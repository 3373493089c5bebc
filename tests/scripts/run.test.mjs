// A lane that hangs must fail by its name, and leave nothing running.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tee } from '../../scripts/run.mjs';
import { until } from '../shell/webdriver.mjs';

/** Whether a process does anything yet; one that only waits to be collected does not. */
const alive = (pid) => {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

test('a program that ends in time is not late', async () => {
  const { code, text, late } = await tee(process.execPath, ['-e', 'console.log("seen"); process.exit(3)'], { limit: 60_000 });
  assert.deepEqual([code, text, late], [3, 'seen\n', false]);
});

test('a program that waits for what it started is ended with it', async () => {
  const script = 'const { spawn } = require("node:child_process"); console.log(spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }).pid)';
  const { code, text, late } = await tee(process.execPath, ['-e', script], { limit: 20_000 });
  assert.notEqual(code, 0);
  assert.equal(late, true);
  assert.match(text, /^\d+\n$/);
  if (process.platform === 'linux') await until('what it started is gone', () => !alive(Number(text)));
});

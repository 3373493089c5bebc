// The closing line of `npm test` is only worth something if every runner's count is read right.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tally } from '../../scripts/tally.mjs';

test('nextest counts passed, failed and timed out tests', () => {
  const text = '     Summary [   1.234s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped\n';
  assert.deepEqual(tally('nextest', text, 100), { passed: 9, failed: 3 });
});

test('nextest counts are read through colours', () => {
  const text = '\u001b[32;1m     Summary\u001b[0m [   0.010s] \u001b[1m2\u001b[0m tests run: \u001b[1m2\u001b[0m passed, 0 skipped\n';
  assert.deepEqual(tally('nextest', text, 0), { passed: 2, failed: 0 });
});

test('cargo test counts are added over all binaries', () => {
  const text = 'test result: ok. 3 passed; 0 failed; 0 ignored\n\ntest result: FAILED. 1 passed; 2 failed; 0 ignored\n';
  assert.deepEqual(tally('cargo', text, 101), { passed: 4, failed: 2 });
});

test('vitest counts tests and not files', () => {
  const text = ' Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 11 passed (12)\n';
  assert.deepEqual(tally('vitest', text, 1), { passed: 11, failed: 1 });
});

test('a cancelled node test is a failed one', () => {
  const text = 'ℹ tests 3\nℹ pass 1\nℹ fail 1\nℹ cancelled 1\n';
  assert.deepEqual(tally('node', text, 1), { passed: 1, failed: 2 });
});

test('a runner that fails without a count is one failure', () => {
  assert.deepEqual(tally('nextest', 'error: could not compile', 101), { passed: 0, failed: 1 });
});

test('a runner that ran nothing is one failure', () => {
  assert.deepEqual(tally('node', 'ℹ tests 0\nℹ pass 0\nℹ fail 0\n', 0), { passed: 0, failed: 1 });
});

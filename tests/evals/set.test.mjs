// The task set itself, without the product. PILOTHOUSE_EVALS_SUITE=all looks at every suite, not only at quick.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faults } from './lib/selfcheck.mjs';
import { load } from './lib/tasks.mjs';

const suite = process.env.PILOTHOUSE_EVALS_SUITE || 'quick';

test('every suite can be read and has its number of tasks', () => {
  const sizes = Object.groupBy ? Object.groupBy(load('all'), (task) => task.suite) : load('all').reduce((all, task) => ({ ...all, [task.suite]: [...(all[task.suite] ?? []), task] }), {});
  assert.deepEqual(Object.fromEntries(Object.entries(sizes).map(([name, tasks]) => [name, tasks.length])), { quick: 8, 'real-lite': 24, 'real-hard': 12 });
});

for (const task of load(suite)) {
  test(`${task.name}: its tests fail before and pass after, and every wrong patch is told from a right one`, async () => {
    assert.deepEqual(await faults(task), []);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { some } from '../src/some.mjs';

const turns = async (count) => {
  for (let n = 0; n < count; n += 1) await Promise.resolve();
};

test('after a failure in one lane the others start nothing', async () => {
  const started = [];
  const result = some([0, 1, 2, 3, 4, 5], 2, async (n) => {
    started.push(n);
    await turns(n === 0 ? 1 : 8);
    if (n === 0) throw new Error('zero');
  });
  await assert.rejects(result, /zero/);
  await turns(60);
  assert.deepEqual(started, [0, 1]);
});

test('nothing to do is done, and every item is seen with falsy ones', async () => {
  assert.deepEqual(await some([], 3, async () => assert.fail()), []);
  assert.deepEqual(await some([0, '', undefined], 5, async (item) => [item]), [[0], [''], [undefined]]);
});

test('work that is not async may throw as well', async () => {
  await assert.rejects(some([1], 1, () => { throw new Error('now'); }), /now/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retry } from '../src/retry.mjs';

test('a final error is passed on at once, without a wait', async () => {
  let calls = 0;
  const waits = [];
  const work = async () => {
    calls += 1;
    throw Object.assign(new Error('gone'), { final: true });
  };
  await assert.rejects(retry(work, { attempts: 5, wait: async (n) => waits.push(n) }), /gone/);
  assert.deepEqual([calls, waits], [1, []]);
});

test('one attempt is one call', async () => {
  let calls = 0;
  await assert.rejects(retry(async () => { calls += 1; throw new Error('no'); }, { attempts: 1 }));
  assert.equal(calls, 1);
});

test('what is thrown need not be an error', async () => {
  await assert.rejects(retry(async () => { throw null; }, { attempts: 2 }), (thrown) => thrown === null);
});

test('waits are counted from one and none follows the last attempt', async () => {
  const waits = [];
  await assert.rejects(retry(async () => { throw new Error('no'); }, { attempts: 3, wait: async (n) => waits.push(n) }));
  assert.deepEqual(waits, [1, 2]);
});

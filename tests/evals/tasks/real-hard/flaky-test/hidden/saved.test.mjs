import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesOf } from '../src/rules.mjs';
import { run } from '../src/run.mjs';
import { Store } from '../src/store.mjs';

const rules = rulesOf('{"a":{"needs":[]},"b":{"needs":["a"]},"c":{"needs":["b"]}}');

test('a run is over when everything is written, and each before the next is made', async () => {
  const told = [];
  const store = Object.assign(new Store(), { written: (name) => new Promise((resolve) => setTimeout(() => resolve(told.push(`written ${name}`)), 15)) });
  await run(rules, store, {}, 'c', async (name) => told.push(`made ${name}`));
  assert.deepEqual(told, ['made a', 'written a', 'made b', 'written b', 'made c', 'written c']);
  assert.deepEqual(await run(rules, store, {}, 'c', async () => assert.fail()), []);
});

test('a disk that is full is told', async () => {
  const store = Object.assign(new Store(), { written: async () => { throw new Error('full'); } });
  await assert.rejects(run(rules, store, {}, 'a', async () => {}), /full/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { rulesOf } from '../src/rules.mjs';
import { run } from '../src/run.mjs';
import { Store } from '../src/store.mjs';

const bakery = rulesOf(readFileSync('example/bakery.json', 'utf8'));
const make = async () => {};
const slow = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 1.2));

test('what is up to date is not made again, also with a slow disk', async () => {
  const store = Object.assign(new Store(), { written: slow });
  assert.equal((await run(bakery, store, { grain: 1 }, 'bread', slow)).length, 3);
  assert.deepEqual(await run(bakery, store, { grain: 1 }, 'bread', make), []);
});

test('a new source makes everything above it out of date', async () => {
  const store = new Store();
  await run(bakery, store, { grain: 1, water: 1 }, 'bread', make);
  assert.deepEqual(await run(bakery, store, { grain: 1, water: 2 }, 'bread', make), ['dough', 'bread']);
});

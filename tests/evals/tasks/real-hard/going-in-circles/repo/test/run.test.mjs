import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { rulesOf } from '../src/rules.mjs';
import { run } from '../src/run.mjs';
import { Store } from '../src/store.mjs';

const bakery = rulesOf(readFileSync('example/bakery.json', 'utf8'));
const make = async () => {};

test('what is up to date is not made again', async () => {
  const store = new Store();
  assert.equal((await run(bakery, store, { grain: 1 }, 'bread', make)).length, 3);
  assert.deepEqual(await run(bakery, store, { grain: 1 }, 'bread', make), []);
});

test('a new source makes everything above it out of date', async () => {
  const store = new Store();
  await run(bakery, store, { grain: 1, water: 1 }, 'bread', make);
  assert.deepEqual(await run(bakery, store, { grain: 1, water: 2 }, 'bread', make), ['dough', 'bread']);
});

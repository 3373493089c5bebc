import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { plan } from '../src/plan.mjs';
import { rulesOf } from '../src/rules.mjs';
import { Store } from '../src/store.mjs';

const bakery = rulesOf(readFileSync('example/bakery.json', 'utf8'));

test('what is needed comes first, each once', () => {
  assert.deepEqual(plan(bakery, new Store(), { grain: 1 }, 'shop'), ['flour', 'dough', 'bread', 'shop']);
});

test('only what a target needs is planned', () => {
  assert.deepEqual(plan(bakery, new Store(), {}, 'flour'), ['flour']);
});

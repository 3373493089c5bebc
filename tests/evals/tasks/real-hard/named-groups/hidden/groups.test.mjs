import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { plan } from '../src/plan.mjs';
import { rulesOf } from '../src/rules.mjs';
import { run } from '../src/run.mjs';
import { Store } from '../src/store.mjs';

const text = JSON.stringify({ flour: { needs: ['grain'] }, bread: { needs: ['flour'], group: 'goods' }, shop: { needs: ['@goods', 'sign'] }, cake: { needs: ['flour', 'egg'], group: 'goods' } });

test('a group stands for its rules, in needs and as target', () => {
  assert.deepEqual(plan(rulesOf(text), new Store(), {}, 'shop'), ['flour', 'bread', 'cake', 'shop']);
  assert.deepEqual(plan(rulesOf(text), new Store(), {}, '@goods'), ['flour', 'bread', 'cake']);
});

test('what is out of date is so through a group', async () => {
  const store = new Store();
  const make = async () => {};
  await run(rulesOf(text), store, { grain: 1, egg: 1 }, 'shop', make);
  assert.deepEqual(await run(rulesOf(text), store, { grain: 1, egg: 1 }, 'shop', make), []);
  assert.deepEqual(await run(rulesOf(text), store, { grain: 1, egg: 2 }, 'shop', make), ['cake', 'shop']);
  assert.deepEqual(await run(rulesOf(text), store, { grain: 1, egg: 3 }, '@goods', make), ['cake']);
});

test('mistakes are named', () => {
  assert.throws(() => plan(rulesOf('{"a":{"needs":["@none"]}}'), new Store(), {}, 'a'), /none/);
  assert.throws(() => plan(rulesOf('{"a":{}}'), new Store(), {}, '@nobody'), /nobody/);
  assert.throws(() => rulesOf('{"@a":{"needs":[]}}'), /@a/);
});

test('example and README show it', () => {
  assert.match(readFileSync('README.md', 'utf8'), /@[a-z]+/);
  assert.match(readFileSync('example/bakery.json', 'utf8'), /"@[a-z]+"/);
  assert.equal(spawnSync(process.execPath, ['bin/mill.mjs', 'plan', 'example/bakery.json', 'shop']).status, 0);
});

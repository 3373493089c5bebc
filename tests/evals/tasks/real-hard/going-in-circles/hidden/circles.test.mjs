import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { order } from '../src/order.mjs';
import { plan } from '../src/plan.mjs';
import { rulesOf } from '../src/rules.mjs';
import { Store } from '../src/store.mjs';

const rules = (needs) => rulesOf(JSON.stringify(Object.fromEntries(Object.entries(needs).map(([name, list]) => [name, { needs: list }]))));

test('circles are named', () => {
  assert.throws(() => order(rules({ a: ['a'] }), 'a'), /a needs a$/);
  assert.throws(() => order(rules({ a: ['b'], b: ['a'] }), 'a'), /a needs b needs a$/);
  assert.throws(() => order(rules({ x: ['y', 'a'], y: [], a: ['b'], b: ['c'], c: ['a'] }), 'x'), (error) => /^(?!.*x needs).*a needs b needs c needs a$/.test(error.message));
});

test('what is needed twice is no circle, and circles nobody needs do not matter', () => {
  assert.deepEqual(order(rules({ top: ['l', 'r'], l: ['s'], r: ['s'], s: [] }), 'top'), ['s', 'l', 'r', 'top']);
  assert.deepEqual(order(rules({ a: ['b'], b: ['a'], c: [] }), 'c'), ['c']);
});

test('a target that no rule makes is an error, a source is not', () => {
  assert.throws(() => plan(rules({ a: ['s'] }), new Store(), {}, 'cake'), /no rule makes cake/);
  assert.deepEqual(plan(rules({ a: ['s'] }), new Store(), {}, 'a'), ['a']);
});

test('the command line says it', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'mill-')), 'rules.json');
  writeFileSync(file, '{"a":{"needs":["b"]},"b":{"needs":["a"]}}');
  const { status, stderr } = spawnSync(process.execPath, ['bin/mill.mjs', 'plan', file, 'a'], { encoding: 'utf8' });
  assert.deepEqual([status, stderr.trim().split('\n').length], [1, 1]);
  assert.match(stderr, /a needs b needs a/);
});

test('a long chain is fine', () => {
  const chain = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`r${n}`, n ? [`r${n - 1}`] : []]));
  assert.equal(order(rules(chain), 'r1999').length, 2000);
});

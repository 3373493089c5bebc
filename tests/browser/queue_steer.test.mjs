// A merge queue that a person steers by the page: held, let come to its end, put in another order, tried, emptied of one
// and filled with it again. What is judged is the branch in git and what the server runs, not what the page says alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byKey, choose, entry, landedIn, linedUp, places, queue, row } from './harbour.mjs';
import { until } from './harness.mjs';

const checking = async (me) => (await queue(me)).entries.filter((one) => one.state === 'checking').length;

test('a queue that is to finish lands what is under way, begins nothing else, and stands still until it is resumed', async (t) => {
  const { me, repo, entries, open } = await linedUp(t, { names: ['anchor', 'chart', 'dock', 'ebb'] });
  await byKey(me, 'Resume landing');
  await until('three are checked', async () => (await checking(me)) === 3);
  await byKey(me, 'Finish and pause');
  await me.sees(/asked this queue to finish: 3 entries are under way/);
  assert.ok((await queue(me)).drain, 'the server drains it');
  assert.deepEqual(await me.violations(), []);
  // Somebody thinks better of it, and of that too.
  await byKey(me, 'Go on instead');
  await until('it goes on', async () => !(await queue(me)).drain);
  await byKey(me, 'Finish and pause');
  await until('it drains again', async () => (await queue(me)).drain);

  for (const n of [1, 2, 3]) open(n);
  for (const name of ['anchor', 'chart', 'dock']) await until(`${name} lands`, async () => (await entry(me, entries[name])).state === 'landed');
  await until('it is paused', async () => (await queue(me)).paused);
  await me.sees(/Landing on main_agents is paused/);
  assert.deepEqual(landedIn(repo), ['anchor', 'chart', 'dock']);
  const left = await entry(me, entries.ebb);
  assert.deepEqual([left.state, left.runs], ['approved', 0], 'though slots were free');

  open(4);
  await byKey(me, 'Resume landing');
  await until('the last lands', async () => (await entry(me, entries.ebb)).state === 'landed');
  assert.deepEqual(landedIn(repo), ['anchor', 'chart', 'dock', 'ebb']);
  assert.deepEqual(me.errors, []);
});

test('a pause holds what has passed, and what was taken out lands once it is taken up again', async (t) => {
  const { me, repo, entries, open } = await linedUp(t, { names: ['anchor', 'chart'] });
  await choose(me, 'Remove from the queue', row(me, entries.chart));
  await me.button('Remove from the queue', me.page.getByRole('dialog').or(me.page.getByRole('alertdialog'))).click();
  await until('it is out', async () => (await entry(me, entries.chart)).state === 'removed');

  // Paused while its check runs: that ends, and nothing lands.
  await byKey(me, 'Resume landing');
  await until('it is checked', async () => (await checking(me)) === 1);
  await byKey(me, 'Pause landing');
  await me.sees(/Landing on main_agents is paused/);
  open(1);
  await until('it has passed', async () => (await entry(me, entries.anchor)).state === 'landing');
  assert.equal(repo.has('main_agents'), false, 'and waits');
  await byKey(me, 'Resume landing');
  await until('it lands', async () => (await entry(me, entries.anchor)).state === 'landed');
  assert.deepEqual(landedIn(repo), ['anchor']);

  await me.open(`/queue/${entries.chart}`);
  await me.sees(/Removed by .+ Its commit is kept\./);
  assert.deepEqual(await me.violations(), []);
  await choose(me, 'Try again');
  await until('it is checked', async () => (await entry(me, entries.chart)).state === 'checking');
  open(2);
  await until('it lands', async () => (await entry(me, entries.chart)).state === 'landed');
  assert.deepEqual(landedIn(repo), ['anchor', 'chart']);
  await me.sees('Taken up again', me.page.getByRole('region', { name: 'What happened' }));
  assert.deepEqual(me.errors, []);
});

test('an entry is tried without landing, and what was proven then is not run again', async (t) => {
  const { me, repo, entries, open, close } = await linedUp(t, { names: ['anchor', 'chart'] });
  await choose(me, /^Try without landing/, row(me, entries.anchor));
  const trial = me.page.getByRole('region', { name: 'Dry run', exact: true });
  await me.sees('is running', trial);
  await me.sees('watch', trial);
  assert.deepEqual(await me.violations(), []);
  open(1);
  await me.sees('passed', trial);
  const tried = (await me.call('merge.dry_run_state', { id: entries.anchor })).run;
  assert.deepEqual([tried.state, tried.checks.map((check) => check.state)], ['passed', ['passed']]);
  assert.equal(tried.onto, repo.git('rev-parse', 'main'), 'on what it would land on');
  assert.equal(repo.has('main_agents'), false, 'nothing lands because of it');
  assert.equal((await entry(me, entries.anchor)).state, 'approved');

  // Another one, stopped by its button before its end.
  close(1);
  await me.open(`/queue/${entries.chart}`);
  await choose(me, /^Try without landing/);
  await me.sees('is running', trial);
  await me.button('Stop trying', trial).click();
  await me.sees('was stopped', trial);
  assert.equal((await me.call('merge.dry_run_state', { id: entries.chart })).run.state, 'stopped');

  // Its gate is closed: only what is known lets it land.
  await me.open('/queue');
  await byKey(me, 'Resume landing');
  const landed = await until('it lands', async () => {
    const now = await entry(me, entries.anchor);
    return now.state === 'landed' ? now : undefined;
  });
  assert.deepEqual(landed.checks.map((check) => check.reused), [true]);
  assert.deepEqual(landedIn(repo), ['anchor']);
  await me.open(`/queue/${entries.anchor}`);
  await me.sees(/known from before/, me.page.getByRole('region', { name: 'What happened' }));
  assert.deepEqual(me.errors, []);
});

test('entries land in the order that was chosen: next, one place later, and by priority', async (t) => {
  const { me, repo, entries, open } = await linedUp(t, { names: ['anchor', 'chart', 'dock', 'ebb'] });
  // On the page too: a menu that is opened there meanwhile would be one of a row that moves.
  const seen = () => me.page.locator('[data-entry]').evaluateAll((all) => all.map((row) => row.dataset.entry));
  const order = (...names) =>
    until(names.join(', '), async () => {
      const ids = JSON.stringify(names.map((name) => entries[name]));
      return JSON.stringify(await places(me)) === ids && JSON.stringify(await seen()) === ids;
    });
  await order('anchor', 'chart', 'dock', 'ebb');
  await choose(me, /^Land next/, row(me, entries.dock));
  await order('dock', 'anchor', 'chart', 'ebb');
  await choose(me, /^Land one place later/, row(me, entries.anchor));
  await order('dock', 'chart', 'anchor', 'ebb');
  await choose(me, 'Background', row(me, entries.chart));
  await order('dock', 'anchor', 'ebb', 'chart');
  await choose(me, 'Normal', row(me, entries.anchor));
  await order('dock', 'ebb', 'anchor', 'chart');
  assert.deepEqual([(await entry(me, entries.anchor)).priority, (await entry(me, entries.chart)).priority], ['normal', 'background']);

  for (const n of [1, 2, 3, 4]) open(n);
  await byKey(me, 'Resume landing');
  for (const name of ['dock', 'ebb', 'anchor', 'chart']) await until(`${name} lands`, async () => (await entry(me, entries[name])).state === 'landed');
  assert.deepEqual(landedIn(repo), ['dock', 'ebb', 'anchor', 'chart'], 'as git has it');
  assert.deepEqual(me.errors, []);
});

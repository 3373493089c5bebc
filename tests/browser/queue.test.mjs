// The merge queue by a person who watches and steers it: a real server with three check slots, checks that the test lets
// end one by one, a change that fails, and those that stood on it.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, Person, Server, until } from './harness.mjs';
import { Repository } from './repositories.mjs';
import { post } from './scene.mjs';

const NAMES = ['anchor', 'buoy', 'chart', 'dock', 'ebb'];
const pictures = process.env.PILOTHOUSE_PICTURES;
const picture = async (me, name) => pictures && writeFileSync(join(pictures, `${name}.png`), await me.page.screenshot());

/** The check of a tree with N changes waits for the gate N, and fails where one of several says FORBIDDEN: alone it passes. */
const config = (gates) => `[[check]]
name = "watch"
run = ["sh", "-c", "n=$(grep -l MARK *.md | wc -l); while [ ! -e '${gates}/'$n ]; do sleep 0.1; done; [ $n -lt 2 ] || ! grep -n FORBIDDEN *.md"]
timeoutS = 120
`;

/** A server whose queue is paused by a press of a key, with one change after another lined up. */
async function linedUp(t, options = {}) {
  const folder = folderFor(t);
  const gates = join(folder, 'gates');
  mkdirSync(gates);
  const files = Object.fromEntries(NAMES.map((name) => [`${name}.md`, `# ${name}\n`]));
  const repo = Repository.of(join(folder, 'harbour'), { ...files, '.pilothouse/config.toml': config(gates) });
  const env = { PILOTHOUSE_POLICY_PROFILE: 'autopilot', PILOTHOUSE_MERGE_SLOTS: '3', PILOTHOUSE_MERGE_FIX_UPS: '0' };
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path], flags: ['--trust', '--sandbox', 'host'], env });
  const me = await Person.at(t, server, options);
  await me.live();
  await me.open('/queue');
  await me.live();
  await byKey(me, 'Pause landing');
  await me.sees(/Landing on main_agents is paused/);
  // A worker tries the checks as well before it hands over; nobody waits there.
  const open = (n) => writeFileSync(join(gates, String(n)), '');
  open(1);
  const entries = {};
  for (const name of NAMES) {
    const word = name === 'buoy' ? 'MARK FORBIDDEN' : 'MARK';
    await post(me, `append a line "${word}" to ${name}.md`);
    entries[name] = await until(`${name} is in the queue`, async () => (await queue(me)).entries.find((one) => one.title.includes(name))?.id);
  }
  rmSync(join(gates, '1'));
  return { me, repo, entries, open };
}

const queue = async (me) => (await me.call('merge.queue')).queues[0];
const row = (me, id) => me.page.locator(`[data-entry="${id}"]`);
const places = async (me) => (await queue(me)).entries.toSorted((a, b) => a.position - b.position).map((entry) => entry.id);
/** An entry, open or not. */
const entry = async (me, id) => me.call('merge.entry', { id });

async function byKey(me, name) {
  const button = me.button(name);
  await button.focus();
  await me.page.keyboard.press('Enter');
}

test('a chain with a failing change is seen live: who is checked, who stands on whom, what was thrown away and why', async (t) => {
  const { me, repo, entries, open } = await linedUp(t);
  await until('all are there', async () => (await queue(me)).entries.length === NAMES.length);
  for (const name of NAMES) await row(me, entries[name]).getByText(new RegExp(name)).first().waitFor();

  // Put first, and taken out, by keyboard alone.
  await row(me, entries.ebb).getByRole('link').focus();
  await me.page.keyboard.press('Alt+Shift+Home');
  await until('it is the next to land', async () => (await places(me))[0] === entries.ebb);
  await me.sees(/Next to land/);
  await row(me, entries.dock).getByRole('button', { name: /^Actions for/ }).focus();
  await me.page.keyboard.press('Enter');
  const menu = me.page.getByRole('menu');
  await menu.waitFor();
  const remove = menu.getByRole('menuitem', { name: 'Remove from the queue' });
  for (let n = 0; n < 12 && !(await remove.evaluate((item) => item === document.activeElement)); n += 1) await me.page.keyboard.press('ArrowDown');
  await me.page.keyboard.press('Enter');
  const dialog = me.page.getByRole('dialog').or(me.page.getByRole('alertdialog'));
  await dialog.getByRole('button', { name: 'Remove from the queue' }).focus();
  await me.page.keyboard.press('Enter');
  await until('it is out', async () => (await entry(me, entries.dock)).state === 'removed');
  await until('the page knows', async () => !(await queue(me)).entries.some((one) => one.id === entries.dock));

  // ebb, anchor, buoy (which fails), chart.
  await byKey(me, 'Resume landing');
  await until('three are checked', async () => (await queue(me)).entries.filter((one) => one.state === 'checking').length === 3);
  const slots = me.page.getByRole('list', { name: 'Check slots' });
  await until('the slots say so', async () => (await slots.getByText('watch').count()) >= 3);
  const story = me.page.getByRole('img', { name: /^What lands on main_agents/ });
  await until('the picture tells it', async () => ((await story.getAttribute('aria-label')).match(/checking/g) ?? []).length === 3);
  assert.equal((await entry(me, entries.anchor)).ahead, entries.ebb);
  assert.equal((await entry(me, entries.buoy)).ahead, entries.anchor);
  await picture(me, 'queue-chain');
  assert.deepEqual(await me.violations(), []);

  // With ebb landed, buoy gets nothing new to stand on and chart a slot; then buoy fails under chart.
  open(1);
  await until('the first lands', async () => (await entry(me, entries.ebb)).state === 'landed');
  await until('the last is checked too', async () => (await entry(me, entries.chart)).state === 'checking');
  assert.equal((await entry(me, entries.chart)).ahead, entries.buoy);
  open(3);
  await me.page.locator('summary').filter({ hasText: /thrown away/ }).waitFor();
  await me.page.locator('summary').filter({ hasText: /thrown away/ }).focus();
  await me.page.keyboard.press('Enter');
  await me.sees(/the checks of .*, which it stood on, did not pass/);
  await picture(me, 'queue-thrown');
  assert.deepEqual(await me.violations(), []);

  open(2);
  open(4);
  for (const name of ['anchor', 'chart']) await until(`${name} lands`, async () => (await entry(me, entries[name])).state === 'landed');
  const blamed = await until('the guilty one comes back', async () => {
    const now = await entry(me, entries.buoy);
    return now.state === 'parked' || now.state === 'returned' ? now : undefined;
  });
  assert.equal(blamed.repair.cameBack.code, 'merge.check_failed');
  assert.equal(repo.git('show', 'main_agents:chart.md').includes('MARK'), true);
  assert.equal(repo.git('show', 'main_agents:buoy.md').includes('MARK'), false);
  assert.equal(repo.git('show', 'main_agents:dock.md').includes('MARK'), false);
  assert.deepEqual(me.errors, []);
});

test('on a phone the chain is a list with the same facts, and nothing is wider than the screen', async (t) => {
  const { me, entries, open } = await linedUp(t, { width: 390, height: 844, touch: true });
  await until('all are there', async () => (await queue(me)).entries.length === NAMES.length);
  await byKey(me, 'Resume landing');
  await until('three are checked', async () => (await queue(me)).entries.filter((one) => one.state === 'checking').length === 3);
  await me.sees(/slot 1/, row(me, entries.anchor));
  await me.sees(/stands on/, row(me, entries.buoy));
  assert.ok((await me.overflow()) <= 0, 'nothing is wider than the screen');
  assert.deepEqual(await me.violations(), []);
  await picture(me, 'queue-phone');
  for (let n = 1; n <= NAMES.length; n += 1) open(n);
  await until('the guilty one waits for a person', async () => (await entry(me, entries.buoy)).state === 'parked');
  // Its page begins with what came back and what can be done about it.
  await me.open(`/review/${entries.buoy}`);
  const back = me.page.getByTestId('returned');
  await back.waitFor();
  const answers = await back.getByRole('button').all();
  assert.equal(answers.length, 4);
  for (const answer of answers) {
    const { x, width } = await answer.boundingBox();
    assert.ok(x >= 0 && x + width <= 390, `${await answer.textContent()} is on the screen`);
  }
  assert.ok((await me.overflow()) <= 0, 'nothing is wider than the screen');
  assert.deepEqual(await me.violations(), []);
  await picture(me, 'returned-phone');
  assert.deepEqual(me.errors, []);
});

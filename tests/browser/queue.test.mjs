// The merge queue by a person who watches and steers it: a real server with three check slots, checks that the test lets
// end one by one, a change that fails, and those that stood on it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { byKey, entry, linedUp, NAMES, picture, places, queue, row } from './harbour.mjs';
import { until } from './harness.mjs';

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
  await until('there are four answers', async () => (await back.getByRole('button').count()) === 4);
  const answers = await back.getByRole('button').all();
  for (const answer of answers) {
    const { x, width } = await answer.boundingBox();
    assert.ok(x >= 0 && x + width <= 390, `${await answer.textContent()} is on the screen`);
  }
  assert.ok((await me.overflow()) <= 0, 'nothing is wider than the screen');
  assert.deepEqual(await me.violations(), []);
  await picture(me, 'returned-phone');
  assert.deepEqual(me.errors, []);
});

test('time to land and runs per landing come of what landed, over days and hours, as pictures and as a table', async (t) => {
  const began = Date.now();
  const { me, repo, entries, open } = await linedUp(t);
  for (let n = 1; n <= NAMES.length; n += 1) open(n);
  await byKey(me, 'Resume landing');
  const good = NAMES.filter((name) => name !== 'buoy');
  for (const name of good) await until(`${name} lands`, async () => (await entry(me, entries[name])).state === 'landed');
  await until('the guilty one waits for a person', async () => (await entry(me, entries.buoy)).state === 'parked');
  const landings = Number(repo.git('rev-list', '--count', 'main..main_agents'));
  assert.equal(landings, good.length, 'as git has it');

  const offsetMinutes = await me.page.evaluate(() => -new Date().getTimezoneOffset());
  const figures = (by) => me.call('merge.stats', { by, offsetMinutes });
  const days = await figures('day');
  assert.equal(days.landed, landings);
  assert.ok(days.runsPerLanded > 1, 'the one that failed, and those that stood on it, cost runs');
  assert.ok(days.timeToLandMs.p50 > 0 && days.timeToLandMs.p95 <= Date.now() - began, JSON.stringify(days.timeToLandMs));

  await me.open('/queue');
  await me.live();
  await me.sees(days.runsPerLanded.toFixed(2));
  await me.sees('goal at most 1.2');
  await me.sees(new RegExp(`^${landings} landed, `));
  const over = me.page.getByRole('region', { name: 'Over time', exact: true });
  const [ofTime, ofRuns] = [/^Time to land from .+ to .+: median between .+ and .+/, /^Check runs per landing from .+ to .+: between [\d.]+ and [\d.]+/].map((name) => over.getByRole('img', { name }));
  const told = async (picture) => (await picture.getAttribute('aria-label')).split('between ')[1].split(' and ');
  const perDay = days.buckets.flatMap((one) => (one.runsPerLanded === null ? [] : [one.runsPerLanded]));
  assert.deepEqual((await told(ofRuns)).map(Number), [Math.min(...perDay), Math.max(...perDay)].map((runs) => Number(runs.toFixed(2))));
  assert.ok((await told(ofTime)).every((time) => /\d/.test(time)), 'with a length of time');
  // A column for each day with a landing, and a point for its time.
  const withLandings = days.buckets.filter((one) => one.landed > 0).length;
  assert.equal(await ofRuns.locator('g').count(), withLandings);
  assert.equal(await ofTime.locator('circle').count(), withLandings);
  await picture(me, 'queue-over-time');

  // The same as a table, to the figure, for days and for hours.
  await byKey(me, 'As a table');
  const rows = () => over.getByRole('row').evaluateAll((all) => all.slice(1).map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  const expected = (stats) =>
    stats.buckets.toReversed().map((one) => [one.landed, one.returned, one.runs, one.cancelledRuns].map(String).concat(one.runsPerLanded === null ? '–' : one.runsPerLanded.toFixed(2)));
  const shown = async () => (await rows()).map(([landed, returned, , , runs, thrown, per]) => [landed, returned, runs, thrown, per]);
  /**
   * The page asked after `before` and not after `again`: where a day or an hour ended in between it has one of them.
   */
  const same = async (before, again) => {
    const [now, after] = [await shown(), await again()];
    assert.deepEqual(now, expected(isDeepStrictEqual(now, expected(before)) ? before : after));
  };
  await same(days, () => figures('day'));
  const timed = (await rows()).filter(([landed]) => landed !== '0');
  assert.ok(timed.every(([, , median, most]) => /\d/.test(median) && /\d/.test(most)), JSON.stringify(timed));
  assert.deepEqual(await me.violations(), []);
  const hours = await figures('hour');
  await over.getByRole('radio', { name: 'Days' }).focus();
  await me.page.keyboard.press('ArrowRight');
  await until('the hours are there', async () => (await shown()).length === hours.buckets.length);
  await same(hours, () => figures('hour'));
  await byKey(me, 'As a picture');
  assert.equal(await ofRuns.locator('g').count(), hours.buckets.filter((one) => one.landed > 0).length);
  assert.deepEqual(me.errors, []);
});

test('in German the queue says in German why something waits, came back or was taken out', async (t) => {
  const { me, repo, entries, open } = await linedUp(t);
  await me.page.evaluate(() => localStorage.setItem('pilothouse.locale', 'de'));
  /** What the page says of an entry, and nothing of the server's own sentence. */
  const says = async (id, german) => {
    const { reason } = await entry(me, id);
    await me.open(`/queue/${id}`);
    await me.live();
    await me.sees(german);
    const [english] = reason.split('\n\n');
    const text = await me.page.locator('body').innerText();
    assert.ok(!text.replaceAll('`', '').includes(english.replaceAll('`', '')), english);
  };

  await me.call('merge.remove', { id: entries.dock });
  await says(entries.dock, /^Entfernt von .+\. Der Commit bleibt erhalten\.$/);
  await me.open(`/review/${entries.dock}`);
  await me.sees(/Entfernt von .+ Der Commit bleibt erhalten\./);

  // The branch is checked out, with a change that nobody committed.
  repo.git('switch', '--quiet', '--create', 'main_agents', 'main');
  repo.write('anchor.md', '# mine\n');
  for (let n = 1; n <= NAMES.length; n += 1) open(n);
  await me.call('merge.resume', { workspaceId: (await queue(me)).workspaceId });
  const held = await until('it cannot land', async () => (await queue(me)).entries.find((one) => one.because?.code === 'checked_out'));
  assert.deepEqual(held.because.names, ['anchor.md']);
  await says(held.id, /ist in .+ ausgecheckt, und die Dateien dort können jetzt nicht folgen: es gibt uncommittete Änderungen in anchor\.md/);
  await me.open(`/review/${held.id}`);
  await me.sees(/ausgecheckt, und die Dateien dort/);
  await picture(me, 'queue-german');
  repo.git('checkout', '--quiet', '--', '.');

  for (const name of ['anchor', 'chart', 'ebb']) await until(`${name} lands`, async () => (await entry(me, entries[name])).state === 'landed');
  await until('the guilty one waits for a person', async () => (await entry(me, entries.buoy)).state === 'parked');
  await says(entries.buoy, /^Die Prüfung „watch“ schlug auf dem Stand fehl, der übernommen würde\.$/);
  const steps = me.page.getByRole('region', { name: 'Was geschah' });
  await me.sees(/Die Prüfung „watch“ schlug/, steps);

  // What is worth knowing of the queue itself.
  repo.git('switch', '--quiet', 'main');
  repo.git('branch', '--quiet', '-D', 'main_agents');
  const note = await until('the queue says so', async () => (await queue(me)).notes.find((one) => one.code.code === 'branch_gone'));
  await me.open('/queue');
  await me.sees(/main_agents gibt es in Ihrem Repository nicht mehr/);
  assert.ok(!(await me.page.locator('body').innerText()).includes(note.text.slice(0, 40)), note.text);
  assert.deepEqual(me.errors, []);
});

// Terminals in the page: typing, watching from a second window, a cut line, a phone, and what is left of ended ones.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lighthouse } from './scene.mjs';
import { until } from './harness.mjs';
import { hasKeys, opened, screen, shows, terminals } from './terminal_page.mjs';

test('a terminal is opened, typed into, found in, and its keys are its own', async (t) => {
  const { me } = await lighthouse(t);
  await terminals(me);
  await me.sees('No terminal is open');
  assert.deepEqual(await me.violations(), []);
  await opened(me);
  await me.sees('You control');
  // Ctrl and K would open the palette anywhere else; here it clears the line behind the cursor.
  await me.page.keyboard.type('echo never');
  await me.page.keyboard.press('Control+a');
  await me.page.keyboard.press('Control+k');
  await me.page.keyboard.type('echo answer-$((6*7)); pwd\n');
  await shows(me, 'answer-42');
  await shows(me, '/lighthouse');
  assert.ok(!(await screen(me).innerText()).includes('never\n'), 'the line was cleared');
  assert.equal(await me.page.getByRole('dialog').count(), 0);
  assert.ok(['webgl', 'dom'].includes(await me.page.locator('[data-renderer]').first().getAttribute('data-renderer')));
  // The program knows the size of the page.
  const { terminals: list } = await me.call('terminals.list');
  assert.ok(list[0].cols > 100 && list[0].rows > 30, JSON.stringify(list[0]));
  await me.page.keyboard.type('stty size\n');
  await shows(me, `${list[0].rows} ${list[0].cols}`);

  await me.page.keyboard.press('Control+Shift+KeyF');
  const field = me.field('Find in this terminal');
  await field.fill('answer-4');
  await field.press('Enter');
  await field.fill('nowhere to be found');
  await me.sees('Not found');
  await field.press('Escape');
  await me.page.keyboard.type('echo still-$((1+1))\n');
  await shows(me, 'still-2');
  assert.deepEqual(await me.violations(), []);
  // The way out for whoever has no mouse.
  await me.page.keyboard.press('Control+Shift+KeyE');
  await until('a tab has the focus', () => me.page.evaluate(() => document.activeElement?.getAttribute('role') === 'tab'));
  assert.deepEqual(me.errors, []);
});

test('a second window watches, takes control, and both show the same', async (t) => {
  const { me } = await lighthouse(t);
  await terminals(me);
  await opened(me);
  const other = await me.another();
  await other.page.locator('[data-attached=true]').first().waitFor();
  const { who } = { who: (await me.call('terminals.list')).terminals[0].controller };
  await other.sees(`${who} is in control`);
  await other.page.locator('.xterm-helper-textarea').first().focus();
  await other.page.keyboard.type('x');
  await other.sees('You are watching. Take control to type.');
  await me.page.keyboard.type('echo one-$((1+1))\n');
  await shows(me, 'one-2');
  await shows(other, 'one-2');
  await other.button('Take control').click();
  await other.sees('You control');
  await hasKeys(other);
  await other.page.keyboard.type('echo two-$((1+1))\n');
  await shows(other, 'two-2');
  await shows(me, 'two-2');
  await me.button('Take control').waitFor();
});

test('a cut line loses nothing: not what was shown, not what was typed meanwhile', async (t) => {
  const { me } = await lighthouse(t);
  const page = await terminals(me);
  await opened(me);
  await me.page.keyboard.type('seq 1 60000; echo flood-$((1+1))\n');
  for (let n = 0; n < 5; n += 1) {
    await page.cut();
    await me.page.locator('[data-attached=true]').first().waitFor();
  }
  await shows(me, 'flood-2');
  await page.cut();
  await me.page.keyboard.type('echo typed-$((1+1))-meanwhile\n');
  await shows(me, 'typed-2-meanwhile');
  assert.equal((await screen(me).innerText()).split('typed-2-meanwhile').length, 2, 'typed once');
  await until('one seat, and not one for each cut', async () => (await me.call('terminals.list')).terminals[0].attached === 1);
});

test('a window that is far behind is told of the gap, and shows the screen as it is', async (t) => {
  const { me } = await lighthouse(t);
  await terminals(me);
  await opened(me);
  /** Kinds of the binary frames the second window gets; 3 is a picture of the screen, 5 a gap. */
  const kinds = [];
  me.context.on('page', (page) =>
    page.on('websocket', (line) =>
      line.on('framereceived', ({ payload }) => {
        if (typeof payload !== 'string') kinds.push(payload[1]);
      }),
    ),
  );
  const other = await me.another();
  await other.page.locator('[data-attached=true]').first().waitFor();
  await me.page.keyboard.type('echo before-$((1+1))\n');
  await shows(other, 'before-2');
  // It stands still, as a phone does in a pocket: nothing is taken in or acknowledged.
  const debug = await me.context.newCDPSession(other.page);
  await debug.send('Debugger.enable');
  await debug.send('Debugger.pause');
  // More than the server keeps for whoever only watches.
  await me.page.keyboard.type('seq 1 600000; echo end-$((1+1))\n');
  await shows(me, 'end-2');
  assert.ok(!kinds.includes(5), 'it is told once it listens again');
  await debug.send('Debugger.resume');
  await shows(other, 'end-2');
  assert.ok(kinds.includes(5), `no gap among ${kinds.length} frames`);
  assert.ok(kinds.lastIndexOf(3) > kinds.lastIndexOf(5), 'a picture follows the gap');
  // What comes next is seen as ever.
  await me.page.keyboard.type('echo after-$((1+1))\n');
  await shows(other, 'after-2');
  assert.deepEqual([...me.errors, ...other.errors], []);
});

test('one that has ended shows its last words, can be taken along, and is removed', async (t) => {
  const { me, server } = await lighthouse(t);
  await terminals(me);
  await opened(me);
  await me.page.keyboard.type('echo early-$((1+1)); sleep 2; clear; echo last-$((1+1))-words; exit 3\n');
  await me.sees('ended, exit code 3');
  await shows(me, 'last-2-words');
  // Whoever saw the end can have it again at once.
  await me.button('Replay').click();
  await me.sees('What it showed last');
  await me.page.reload();
  await me.sees('What it showed last');
  await shows(me, 'last-2-words');
  assert.deepEqual(await me.violations(), []);
  const text = () => screen(me).innerText();
  assert.ok(!(await text()).includes('early-2'), 'it was cleared');
  const place = me.page.getByRole('slider', { name: 'Place in the recording' });
  await me.button('Pauses up to 2 s').click();
  await me.page.getByRole('menuitem', { name: 'All pauses' }).click();
  // With all of its pauses it takes as long as it took.
  const [ended] = (await me.call('terminals.list')).terminals;
  const moments = (await me.call('terminals.export', { id: ended.id })).text.split('\n').filter((line) => line.startsWith('[')).map((line) => JSON.parse(line));
  const early = moments.findIndex(([, , data]) => data.includes('early-2'));
  assert.ok(Math.abs(Number(await place.getAttribute('max')) - moments.at(-1)[0]) < 0.01);
  await place.fill(String((moments[early][0] + moments[early + 1][0]) / 2));
  await until('what came early is shown again', async () => (await text()).includes('early-2') && !(await text()).includes('last-2-words'));
  await place.press('Home');
  await until('nothing is shown at the start', async () => (await place.getAttribute('aria-valuetext')).startsWith('0:00') && !(await text()).includes('early-2'));
  await me.button('Speed: 1×').click();
  await me.page.getByRole('menuitem', { name: '16×', exact: true }).click();
  await me.button('Play').click();
  await until('it comes to its end by itself', async () => (await text()).includes('last-2-words') && (await me.button('Play').count()) === 1);
  await place.press('Home');
  await place.press('End');
  await shows(me, 'last-2-words');
  assert.deepEqual(await me.violations(), []);
  const coming = me.page.waitForEvent('download');
  await me.button('Download recording').click();
  const cast = readFileSync(await (await coming).path(), 'utf8').split('\n');
  assert.equal(JSON.parse(cast[0]).version, 2);
  assert.ok(cast.some((line) => line.includes('last-2-words')));
  await me.button('Remove').click();
  await me.button('Remove', me.page.getByRole('dialog')).click();
  await me.sees('No terminal is open');
  assert.ok(server.url);
});

test('two stand beside each other, and are closed by their tabs', async (t) => {
  const { me } = await lighthouse(t);
  await terminals(me);
  await opened(me);
  await me.button('New terminal').first().click();
  await until('there are two', async () => (await me.page.getByRole('tab').count()) === 2);
  await me.button('More').first().click();
  await me.page.getByRole('menuitem', { name: 'Put beside' }).click();
  await until('both are attached', async () => (await me.page.locator('[data-attached=true]').count()) === 2);
  assert.equal(await me.overflow(), 0);
  assert.deepEqual(await me.violations(), []);
  await me.page.getByRole('tab').first().focus();
  await me.page.keyboard.press('Delete');
  await me.page.getByRole('dialog').getByText('Close', { exact: true }).click();
  await until('its end is told', async () => (await me.call('terminals.list')).terminals.some((one) => one.end?.why === 'closed'));
});

test('a phone has the keys its keyboard lacks', async (t) => {
  const { me } = await lighthouse(t, { width: 390, height: 844, touch: true });
  await terminals(me);
  await opened(me);
  await me.sees('You control');
  await me.page.locator('.xterm-helper-textarea').first().focus();
  // What is to be interrupted runs already: between two programs the shell might hear of it alone.
  await me.page.keyboard.type("sh -c 'echo runs-$((1+1)); exec sleep 4000'\n");
  await shows(me, 'runs-2');
  await me.button('Ctrl', me.page.getByRole('toolbar')).first().tap();
  await me.page.keyboard.type('c');
  await me.page.keyboard.type('echo free-$((1+1))\n');
  await shows(me, 'free-2');
  await me.button('Up').tap();
  await me.page.keyboard.type('\n');
  await until('the last line ran again', async () => (await screen(me).innerText()).split('\nfree-2').length === 3);
  await me.button('|').tap();
  await me.page.keyboard.type(' cat\n');
  // A finger that is drawn down shows what is above, and comes back.
  await me.page.keyboard.type('\nseq 1 200; echo top-$((1+1))\n');
  await shows(me, 'top-2');
  const drag = (by) => me.page.evaluate((pixels) => {
    const place = document.querySelector('.xterm-screen');
    const at = (y) => [new Touch({ identifier: 1, target: place, clientX: 100, clientY: y })];
    const tell = (type, y) => place.dispatchEvent(new TouchEvent(type, { bubbles: true, cancelable: true, touches: type === 'touchend' ? [] : at(y), changedTouches: at(y) }));
    tell('touchstart', 400);
    for (let step = 1; step <= 10; step += 1) tell('touchmove', 400 + (pixels * step) / 10);
    tell('touchend', 400 + pixels);
  }, by);
  await drag(300);
  await until('what is above is shown', async () => !(await screen(me).innerText()).includes('top-2'));
  await drag(-300);
  await shows(me, 'top-2');
  assert.equal(await me.overflow(), 0);
  assert.deepEqual(await me.violations(), []);
  assert.deepEqual(me.errors, []);
});

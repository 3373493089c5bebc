// How terminals look and share the page: several at once with borders that move, letters, links, the clipboard, and a
// graphics card that goes away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { until } from './harness.mjs';
import { lighthouse } from './scene.mjs';
import { opened, shows, terminals } from './terminal_page.mjs';

/** By the beginning of its name: its keys stand behind it. */
const menu = async (me, pane, item) => {
  await me.button('More', pane).click();
  await me.page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click();
};

const panes = (me) => me.page.locator('.tm__pane');

const boxes = (me) => panes(me).evaluateAll((all) => all.map((one) => { const { x, y, width, height } = one.getBoundingClientRect(); return { x, y, width, height }; }));

test('three share the page, their borders move, and they stay as they are', async (t) => {
  const { me } = await lighthouse(t);
  await terminals(me);
  await opened(me);
  // A long prompt that wraps is drawn anew by the shell at each change of width, over lines above it.
  await me.page.keyboard.type("PS1='$ '; echo kept-$((1+1))\n");
  await shows(me, 'kept-2');
  // There is no other one yet, so each comes new.
  await menu(me, panes(me).first(), 'Put beside');
  await until('two are attached', async () => (await me.page.locator('[data-attached=true]').count()) === 2);
  await menu(me, me.page.locator('.tm__slot--right .tm__pane'), 'Put below');
  await until('three are attached', async () => (await me.page.locator('[data-attached=true]').count()) === 3);
  const texts = () => me.page.locator('.xterm-accessibility-tree').allInnerTexts();
  await until('what was shown is kept', async () => (await texts()).some((text) => text.includes('kept-2')));
  const columns = async () => (await me.call('terminals.list')).terminals.map((one) => one.cols).sort((a, b) => a - b);
  const [narrow] = await columns();
  const border = me.page.getByRole('separator', { name: 'Border between terminals' }).first();
  assert.equal(await border.getAttribute('aria-valuenow'), '50');
  const box = await border.boundingBox();
  await me.page.mouse.move(box.x + box.width / 2, box.y + 100);
  await me.page.mouse.down();
  await me.page.mouse.move(box.x + 250, box.y + 120, { steps: 5 });
  await me.page.mouse.up();
  // It is drawn a moment after the mouse has moved.
  await until('the border is where the mouse is', async () => {
    const now = await border.boundingBox();
    return Math.abs(now.x + now.width / 2 - (box.x + 250)) <= now.width;
  });
  const moved = Number(await border.getAttribute('aria-valuenow'));
  assert.ok(moved > 60 && moved < 80, `${moved}`);
  await until('the programs know', async () => (await columns())[0] < narrow);
  await border.focus();
  await border.press('ArrowLeft');
  assert.equal(Number(await border.getAttribute('aria-valuenow')), moved - 2);
  await border.press('Home');
  assert.equal(await border.getAttribute('aria-valuenow'), '15');
  await border.press('Enter');
  assert.equal(await border.getAttribute('aria-valuenow'), '50');
  assert.equal(await me.overflow(), 0);
  assert.deepEqual(await me.violations(), []);
  const before = await boxes(me);
  await me.page.reload();
  await until('all three are back', async () => (await me.page.locator('[data-attached=true]').count()) === 3);
  await until('they stand as before', async () => isDeepStrictEqual(await boxes(me), before));
  await menu(me, me.page.locator('.tm__slot--below .tm__pane'), 'Take out of view');
  await until('two are left', async () => (await panes(me).count()) === 2);
  await menu(me, panes(me).first(), 'Only this terminal');
  await until('one is left', async () => (await panes(me).count()) === 1);
  assert.equal((await me.call('terminals.list')).terminals.filter((one) => one.state === 'running').length, 3, 'all of them go on');
  assert.deepEqual(me.errors, []);
});

test('links open beside the page, text is copied and pasted, letters grow, and the page draws when the card is gone', async (t) => {
  const { me } = await lighthouse(t);
  await me.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await terminals(me);
  await me.context.route(/example\.test/, (route) => route.fulfill({ body: 'there' }));
  await opened(me);
  const pane = panes(me).first();
  // Each stands at the beginning of the first line: where it is on the page is known then.
  const cell = async (column) => {
    const { x, y, width } = await me.page.locator('.xterm-screen').boundingBox();
    const [{ cols }] = (await me.call('terminals.list')).terminals;
    return { x: x + (column + 0.5) * (width / cols), y: y + 8 };
  };
  const leads = async (command, word, to) => {
    await me.page.keyboard.type(`clear; ${command}; echo ${word}-$((1+1))\n`);
    await shows(me, `${word}-2`);
    const { x, y } = await cell(3);
    const others = () => me.context.pages().filter((page) => page !== me.page);
    // A link is looked for when the mouse comes, and is there a moment later; what opens takes its time too.
    let looks = 0;
    const page = await until(`a page opens at ${to}`, async () => {
      if (looks % 20 === 0) {
        await me.page.mouse.move(x, y + 60);
        await me.page.mouse.move(x, y);
      }
      if (looks % 20 === 10) await me.page.mouse.click(x, y);
      looks += 1;
      return others().find((one) => one.url() === to);
    });
    assert.equal(await page.evaluate(() => globalThis.opener), null);
    for (const one of others()) await one.close();
    await me.page.locator('.xterm-helper-textarea').first().focus();
  };
  await leads('echo https://example.test/plain', 'first', 'https://example.test/plain');
  await leads(String.raw`printf '\033]8;;https://example.test/named\033\\a name\033]8;;\033\\\n'`, 'second', 'https://example.test/named');

  await me.page.keyboard.type('clear; echo copy-$((6*7)) shown-$((1+1))\n');
  await shows(me, 'copy-42 shown-2');
  const at = await cell(2);
  await me.page.mouse.dblclick(at.x, at.y);
  await me.page.keyboard.press('Control+Shift+KeyC');
  await until('it is copied', async () => (await me.page.evaluate(() => navigator.clipboard.readText())).startsWith('copy'));
  await me.page.evaluate(() => navigator.clipboard.writeText('echo pasted-$((1+1))'));
  await me.page.keyboard.press('Control+Shift+KeyV');
  await me.page.keyboard.press('Enter');
  await shows(me, 'pasted-2');
  // A browser may take a moment to read the clipboard: what is typed meanwhile comes after it.
  await me.page.evaluate(() => {
    navigator.clipboard.readText = () => new Promise((done) => setTimeout(done, 400, 'echo slowly-$((1+1))'));
  });
  await me.page.keyboard.press('Control+Shift+KeyV');
  await me.page.keyboard.press('Enter');
  await shows(me, 'slowly-2');
  // A page that may not read the clipboard has a field to paste into.
  await me.page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await menu(me, pane, 'Paste');
  await me.field('Text to paste').fill('echo by-hand-$((1+1))');
  await me.button('Paste', me.page.getByRole('dialog')).click();
  await me.page.locator('.xterm-helper-textarea').first().focus();
  await me.page.keyboard.press('Enter');
  await shows(me, 'by-hand-2');

  const rows = async () => (await me.call('terminals.list')).terminals[0].rows;
  const usual = await rows();
  await menu(me, pane, 'Text and lines…');
  const dialog = me.page.getByRole('dialog');
  await dialog.getByLabel('Size of the text').fill('20');
  await dialog.getByRole('radio', { name: '50,000' }).click();
  assert.deepEqual(await me.violations(), []);
  await me.button('Done', dialog).click();
  await until('fewer lines fit', async () => (await rows()) < usual);
  assert.equal(await me.page.evaluate(() => JSON.parse(localStorage.getItem('pilothouse.terminals')).scrollback), 50_000);

  const drawn = me.page.locator('[data-renderer]').first();
  if ((await drawn.getAttribute('data-renderer')) === 'webgl') {
    await me.page.evaluate(() => {
      for (const canvas of document.querySelectorAll('.xterm canvas')) canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
    });
    await until('the page draws', async () => (await drawn.getAttribute('data-renderer')) === 'dom');
  }
  await me.page.locator('.xterm-helper-textarea').first().focus();
  await me.page.keyboard.type('echo drawn-$((1+1))\n');
  await shows(me, 'drawn-2');
  assert.deepEqual(me.errors, []);
});

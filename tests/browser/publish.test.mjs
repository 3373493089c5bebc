// Push and pull request by a person: real server, real git, a real bare repository as the remote. What would be GitHub
// is a scripted stand-in.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Forge } from './forge.mjs';
import { folderFor, Person, Server, until } from './harness.mjs';
import { Repository } from './repositories.mjs';
import { allow, event, FILES, post } from './scene.mjs';

const TOKEN = 'ghp_Zq7theTokenOfTheBrowserTest';
const pictures = process.env.PILOTHOUSE_PICTURES;
const picture = async (me, name) => pictures && writeFileSync(join(pictures, `${name}.png`), await me.page.screenshot());

/** A repository whose remote is fetched from an address of GitHub that nobody asks, and pushed to a folder. */
async function published(t, options = {}) {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'lighthouse'), FILES);
  const remote = join(folder, 'remote.git');
  repo.git('init', '--quiet', '--bare', remote);
  repo.git('push', '--quiet', remote, 'main');
  repo.git('remote', 'add', 'origin', 'https://github.com/harbour/lighthouse.git');
  repo.git('remote', 'set-url', '--push', 'origin', remote);
  const forge = await Forge.start(t, TOKEN);
  const env = { PILOTHOUSE_PUBLISH_GH: 'false', PILOTHOUSE_PUBLISH_GITHUB_HOSTS: `github.com=${forge.url}` };
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path], flags: ['--trust'], env });
  const me = await Person.at(t, server, options);
  await me.live();
  const first = await post(me, 'replace keeper with watchman in src/**');
  await allow(me, first);
  const landed = await event(me, first, 'merge.entry.landed');
  await me.open('/w/lighthouse/s/dev');
  await me.live();
  return { repo, remote, forge, server, me, jobId: landed.payload.entry.jobId, on: (branch) => onRemote(repo, remote, branch) };
}

function onRemote(repo, remote, branch) {
  try {
    return repo.git('--git-dir', remote, 'rev-parse', '--verify', '--quiet', `refs/heads/${branch}`);
  } catch {
    return undefined;
  }
}

const sheetOf = (me) => me.page.getByTestId('publish-sheet');
const last = (me) => me.page.getByTestId('card-publish').last();

test('push only: by keyboard, told in the conversation, and there after loading again and on another client', async (t) => {
  const { repo, me, on, forge } = await published(t);
  await me.button('Push only').click();
  const sheet = sheetOf(me);
  const from = sheet.getByLabel('From');
  await from.waitFor();
  assert.deepEqual(await me.violations(), [], 'the sheet is for everybody');
  await from.fill('main');
  await me.sees(/base|protected/, sheet);
  await until('a protected branch is refused as it is typed', () => me.button(/^Push Ctrl/, sheet).isDisabled());
  await from.fill('fix/watch');
  await until('the name is accepted', () => me.button(/^Push Ctrl/, sheet).isEnabled());
  await me.page.keyboard.press('Control+Enter');
  await sheet.getByTestId('card-publish').and(me.page.locator('[data-phase=pushed]')).waitFor();
  await picture(me, 'publish-pushed');
  await me.page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await last(me).and(me.page.locator('[data-phase=pushed]')).waitFor();
  await me.sees('fix/watch', last(me));
  assert.equal(on('fix/watch'), repo.git('rev-parse', 'main_agents'));
  assert.equal(forge.calls.length, 0, 'pushing asks no forge');
  await me.page.reload();
  await last(me).and(me.page.locator('[data-phase=pushed]')).waitFor();
  const second = await me.another();
  await last(second).and(second.page.locator('[data-phase=pushed]')).waitFor();
  await me.button('Push only').click();
  await sheet.getByLabel('From').fill('fix/second');
  await until('the name is accepted', () => me.button(/^Push Ctrl/, sheet).isEnabled());
  await me.button(/^Push Ctrl/, sheet).click();
  await second.page.getByTestId('card-publish').filter({ hasText: 'fix/second' }).and(second.page.locator('[data-phase=pushed]')).waitFor();
  await me.button('Close', sheet).last().click();

  await me.button('Push only').click();
  await sheet.getByLabel('From').fill('main_agents');
  await me.sees(/merge queue|integration|protected/, sheet);
  await sheet.getByRole('switch', { name: 'Overwrite with lease' }).click();
  await until('it can be sent after all', () => me.button(/^Push Ctrl/, sheet).isEnabled());
  await me.button(/^Push Ctrl/, sheet).click();
  const allowIt = me.button('Allow once', sheet);
  await allowIt.waitFor();
  await picture(me, 'publish-asked');
  assert.equal(on('main_agents'), undefined, 'nothing is pushed before the answer');
  await allowIt.click();
  await sheet.getByTestId('card-publish').and(me.page.locator('[data-phase=pushed]')).waitFor();
  assert.equal(on('main_agents'), repo.git('rev-parse', 'main_agents'));
  assert.deepEqual(me.errors, []);
});

test('without a token a link is given; with one from the settings the pull request opens, each sent by key, and a failing check becomes a request', async (t) => {
  const { me, forge, on } = await published(t);
  // The keys do nothing before the page knows what there is to publish.
  await me.button('Push + PR').and(me.page.locator(':enabled')).waitFor();
  await me.page.keyboard.press('Alt+Shift+KeyP');
  const sheet = sheetOf(me);
  await sheet.getByLabel('Title').fill('A watchman for the lamp');
  await sheet.getByLabel('Text', { exact: true }).fill('## What changed\n\n- the keeper is a **watchman**');
  await me.page.getByRole('region', { name: 'Preview of the text' }).locator('strong, b').filter({ hasText: 'watchman' }).waitFor();
  const send = me.button(/^Push and open/, sheet);
  await until('it can be sent', () => send.isEnabled());
  // From within the text, where Enter alone begins a line.
  await me.page.keyboard.press('Control+Enter');
  await sheet.locator('[data-phase=manual]').waitFor();
  await me.sees('no-credentials', sheet);
  await picture(me, 'publish-manual');
  assert.equal(forge.openings.length, 0);
  await sheet.getByRole('link', { name: 'Set a token' }).click();
  await me.page.getByLabel('Token for github.com').fill(TOKEN);
  await me.button('Save', me.page.getByRole('group', { name: 'github.com' })).click();
  await me.sees(/Lasts only until the server stops|Kept in/);
  assert.equal((await me.page.content()).includes(TOKEN), false, 'a saved token is shown nowhere');
  await picture(me, 'publish-settings');
  assert.deepEqual(await me.violations(), []);

  forge.runs = [
    { id: 1, name: 'build', status: 'completed', conclusion: 'success', html_url: 'https://github.com/harbour/lighthouse/runs/1', output: { title: null, summary: null } },
    { id: 2, name: 'links', status: 'completed', conclusion: 'failure', html_url: 'https://github.com/harbour/lighthouse/runs/2', output: { title: '404 /guides/lamp', summary: 'docs/lamp.md:3' } },
  ];
  await me.open('/w/lighthouse/s/dev');
  await me.live();
  await last(me).and(me.page.locator('[data-phase=manual]')).waitFor();
  await me.button('Push + PR').click();
  await sheet.getByLabel('Title').fill('A watchman for the lamp');
  await until('it can be sent', () => send.isEnabled());
  await me.page.keyboard.press('Control+Enter');
  await sheet.locator('[data-phase=created]').waitFor();
  await me.sees('#1', sheet);
  assert.equal(forge.openings.length, 1);
  assert.equal(forge.openings[0].body.title, 'A watchman for the lamp');
  assert.ok(on(forge.pulls[0].head.ref), 'the branch it is of is there');
  await me.sees('1 of 2 failed', sheet);
  await picture(me, 'publish-created');
  assert.deepEqual(await me.violations(), []);
  await me.button('Close', sheet).last().click();
  const card = last(me);
  await me.button('Make this a request: links', card).click();
  await me.sees('A request was made of it.', card);
  // Nothing is made twice by pressing once more.
  await me.button('Push + PR').click();
  await until('it can be sent', () => send.isEnabled());
  await send.click();
  await sheet.locator('[data-phase=reused]').waitFor();
  assert.equal(forge.openings.length, 1);
  assert.deepEqual(me.errors, []);
});

test('what the remote refuses is told in its own words, on a phone too, in both languages', async (t) => {
  const { me, remote, on, jobId } = await published(t, { width: 390, height: 844, touch: true });
  const hook = join(remote, 'hooks', 'pre-receive');
  writeFileSync(hook, '#!/bin/sh\necho "Only on Tuesdays: ask the harbour master for a review of everything that is pushed here." >&2\nexit 1\n');
  chmodSync(hook, 0o755);
  await me.button('More').click();
  await me.page.getByRole('menuitem', { name: /^Push only/ }).click();
  const sheet = sheetOf(me);
  await sheet.getByLabel('From').fill('fix/tuesday');
  const send = me.button(/^Push/, sheet.locator('.pubsheet__foot'));
  await until('it can be sent', () => send.isEnabled());
  await picture(me, 'publish-phone');
  await send.click();
  await sheet.locator('[data-phase=push-failed]').waitFor();
  await me.sees(/Only on Tuesdays/, sheet);
  await me.sees('remote-rejected', sheet);
  assert.equal(await me.overflow(), 0);
  await picture(me, 'publish-phone-refused');
  assert.deepEqual(await me.violations(), []);
  assert.equal(on('fix/tuesday'), undefined);
  await me.button('Close', sheet).click();
  await me.page.evaluate(() => localStorage.setItem('pilothouse.locale', 'de'));
  for (const address of ['/w/lighthouse/s/dev', `/jobs/${jobId}`, '/settings#publishing']) {
    await me.open(address);
    await me.live();
    await me.page.waitForFunction(() => document.querySelector('.skeleton, .skel, [aria-busy=true]') === null);
    assert.equal(await me.overflow(), 0, address);
    assert.deepEqual(await me.violations(), [], address);
  }
  await me.open('/w/lighthouse/s/dev');
  await last(me).and(me.page.locator('[data-phase=push-failed]')).waitFor();
  await me.sees('Der Push ist nicht gelungen', last(me));
  await picture(me, 'publish-phone-german');
  assert.deepEqual(me.errors, []);
});

test('on a phone what landed is pushed by thumb, and its card says where it is, also when read again and in German; a pull request too, with a link where there is no token', async (t) => {
  const { repo, me, on, forge } = await published(t, { width: 390, height: 844, touch: true });
  await me.button('More').click();
  await me.page.getByRole('menuitem', { name: /^Push only/ }).click();
  const sheet = sheetOf(me);
  await sheet.getByLabel('From').fill('fix/from-the-deck-of-a-very-long-boat-that-has-a-long-name');
  const send = me.button(/^Push/, sheet.locator('.pubsheet__foot'));
  await until('it can be sent', () => send.isEnabled());
  const { height } = await send.boundingBox();
  assert.ok(height >= 44, `a thumb meets it: ${height}`);
  assert.equal(await me.overflow(), 0);
  await send.tap();
  await sheet.getByTestId('card-publish').and(me.page.locator('[data-phase=pushed]')).waitFor();
  assert.equal(on('fix/from-the-deck-of-a-very-long-boat-that-has-a-long-name'), repo.git('rev-parse', 'main_agents'));
  assert.equal(await me.overflow(), 0);
  assert.deepEqual(await me.violations(), []);
  await picture(me, 'publish-phone-pushed');
  await me.button('Close', sheet).last().tap();
  await sheet.waitFor({ state: 'detached' });
  await me.page.evaluate(() => localStorage.setItem('pilothouse.locale', 'de'));
  await me.page.reload();
  await me.live();
  await last(me).and(me.page.locator('[data-phase=pushed]')).waitFor();
  await me.sees('fix/from-the-deck-of-a-very-long-boat-that-has-a-long-name', last(me));
  assert.equal(await me.overflow(), 0);
  assert.deepEqual(await me.violations(), []);
  assert.equal(forge.calls.length, 0, 'pushing asks no forge');

  // A pull request that is the person's to open, at the link of the card.
  await me.page.evaluate(() => localStorage.setItem('pilothouse.locale', 'en'));
  await me.page.reload();
  await me.live();
  await me.context.route(/\/harbour\/lighthouse\/compare\//, (route) => route.fulfill({ body: 'there' }));
  await me.button('More').tap();
  await me.page.getByRole('menuitem', { name: /^Push \+ PR/ }).tap();
  await sheet.getByLabel('Title').fill('A watchman for the lamp');
  const both = me.button(/^Push and open/, sheet.locator('.pubsheet__foot'));
  await until('it can be sent', () => both.isEnabled());
  assert.ok((await both.boundingBox()).height >= 44, 'a thumb meets it');
  assert.equal(await me.overflow(), 0);
  await both.tap();
  await sheet.locator('[data-phase=manual]').waitFor();
  await me.sees('no-credentials', sheet);
  assert.equal(await me.overflow(), 0);
  assert.deepEqual(await me.violations(), []);
  await picture(me, 'publish-phone-manual');
  await me.button('Close', sheet).last().tap();
  await sheet.waitFor({ state: 'detached' });
  const card = last(me).and(me.page.locator('[data-phase=manual]'));
  await card.waitFor();
  const out = me.button(/^Open 127\.0\.0\.1/, card);
  assert.ok((await out.boundingBox()).height >= 44, 'a thumb meets it');
  await out.tap();
  const opened = await until('the link opens', () => me.context.pages().find((one) => one.url().includes('/harbour/lighthouse/compare/main...')));
  await opened.close();
  assert.equal(forge.openings.length, 0);
  assert.equal(await me.overflow(), 0);
  assert.deepEqual(me.errors, []);
});

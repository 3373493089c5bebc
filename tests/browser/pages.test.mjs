// Every page with real work in it: for everybody (axe), in light and dark, and as wide as a phone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Person, until } from './harness.mjs';
import { day, lighthouse } from './scene.mjs';

const SETTINGS = ['models', 'general', 'checks', 'policy', 'sandbox', 'publishing', 'appearance', 'shortcuts', 'notifications', 'values'];

const pagesOf = (ids) => [
  '/', '/w/lighthouse/s/dev', '/queue', `/jobs/${ids.jobId}`, `/jobs/${ids.failedJobId}`, `/review/${ids.entryId}`, '/approvals',
  `/approvals/${ids.approvalId}`, ...SETTINGS.map((section) => `/settings#${section}`), '/doctor', '/terminals', '/agents', '/devices',
  '/shortcuts', '/first-run', '/first-run?workspace=lighthouse',
];

/** Opens a page and waits until nothing of it is still to come. */
async function settle(me, address) {
  await me.open(address);
  if (!address.startsWith('/first-run')) await me.live();
  await me.page.getByRole('heading').first().waitFor();
  await me.page.waitForFunction(() => document.querySelector('.skeleton, .skel, [aria-busy=true]') === null);
}

test('every page is free of accessibility faults in light and in dark', async (t) => {
  const { me } = await lighthouse(t);
  const ids = await day(me);
  const faults = [];
  for (const address of pagesOf(ids)) {
    await settle(me, address);
    for (const colorScheme of ['light', 'dark']) {
      await me.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await me.page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      for (const fault of await me.violations()) faults.push(`${address} ${colorScheme}: ${fault}`);
    }
  }
  assert.deepEqual(faults, []);
  assert.deepEqual(me.errors, []);
});

test('in German every page says that it is German, and none is wider than a phone', async (t) => {
  const { me } = await lighthouse(t, { width: 390, height: 844, touch: true });
  const ids = await day(me);
  await me.page.evaluate(() => localStorage.setItem('pilothouse.locale', 'de'));
  const faults = [];
  for (const address of pagesOf(ids)) {
    await settle(me, address);
    if ((await me.page.locator('html').getAttribute('lang')) !== 'de') faults.push(`${address}: not marked as German`);
    const wider = await me.overflow();
    if (wider > 0) faults.push(`${address}: ${wider} px too wide`);
  }
  assert.deepEqual(faults, []);
  await settle(me, '/approvals');
  await me.sees('Wartet auf Sie');
  assert.deepEqual(me.errors, []);
});

test('on a phone one section of the settings is the current one, and it is in sight', async (t) => {
  const { me } = await lighthouse(t, { width: 390, height: 844, touch: true });
  for (const section of SETTINGS) {
    await me.open('about:blank');
    await settle(me, `/settings#${section}`);
    const current = me.page.locator('.setnav [aria-current=page]');
    await until(`${section} is the current one`, async () => (await current.count()) === 1 && (await current.getAttribute('href')).endsWith(`#${section}`));
    await until(`${section} is in sight`, async () => {
      const box = await current.boundingBox();
      return box !== null && box.x >= 0 && box.x + box.width <= 390;
    });
  }
});

test('a browser without a sign-in sees how to get one, and nothing else', async (t) => {
  const { server, me } = await lighthouse(t);
  const stranger = await Person.at(t, server, { signIn: false });
  await stranger.open('/w/lighthouse/s/dev');
  await stranger.page.getByRole('heading', { name: 'Not signed in on this browser' }).waitFor();
  assert.deepEqual(await stranger.violations(), []);
  await stranger.open(server.openUrl);
  await stranger.sees(/used|no longer|expired|not valid/i);
  assert.equal(new URL(stranger.page.url()).hash, '', 'the used link does not stay in the address');
  await me.live();
});

test('a browser without scripts is told that the page needs them, in its two languages', async (t) => {
  const { server } = await lighthouse(t);
  const reader = await Person.at(t, server, { signIn: false, scripts: false });
  for (const address of ['/', '/queue']) {
    await reader.open(address);
    await reader.sees(/^This page needs JavaScript\./);
    await reader.sees(/^Diese Seite braucht JavaScript\./);
  }
});

test('on a phone no page is wider than the glass, and a landing is allowed with a thumb', async (t) => {
  const { repo, me } = await lighthouse(t, { width: 390, height: 844, touch: true });
  const ids = await day(me);
  const faults = [];
  for (const address of pagesOf(ids)) {
    await settle(me, address);
    const wider = await me.overflow();
    if (wider > 0) faults.push(`${address}: ${wider} px too wide`);
    for (const fault of await me.violations()) faults.push(`${address}: ${fault}`);
  }
  assert.deepEqual(faults, []);

  await settle(me, '/w/lighthouse/s/dev');
  me.commits.add(repo.git('rev-parse', 'main_agents'));
  await me.question.tap();
  await me.page.getByRole('button', { name: 'Allow once' }).tap();
  await me.sees(/Allowed once/);
  await me.page.getByRole('link', { name: 'Chat' }).tap();
  const commit = await me.landed();
  assert.match(repo.show(commit, 'README.md'), /Open on Sundays\.$/);
  assert.deepEqual(me.errors, []);
});

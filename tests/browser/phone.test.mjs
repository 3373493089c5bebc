// A phone: paired over TLS on another address, answering with one thumb over a line that breaks.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, Model, Person, Server, until } from './harness.mjs';
import { ADDRESS, authority, freePort, Line, NAME, phoneAt } from './phone_line.mjs';
import { Repository } from './repositories.mjs';
import { event, FILES, post } from './scene.mjs';

const PLAN = {
  schemaVersion: 2, requiresWorker: true, lane: 'worker', assistantMessage: 'I will look.', title: 'Look around', instruction: 'Look around.',
  planning: {
    intent: 'question', riskLevel: 'low', scope: { readAnywhere: true, writeGlobs: [], maxFilesToEdit: 0 }, acceptanceCriteria: ['It was tried'], validationSteps: [],
    queuePriority: 'interactive', queueWaitBudgetMs: 90_000, executionBudgetMs: 300_000, finalizationBudgetMs: 120_000,
  },
};
const call = (name, args) => ({ when: { tool: 'bash' }, say: { calls: [{ name, arguments: args }] } });
/** A worker that runs a command of the kind that asks: one that adds packages. */
const STEPS = [
  { when: { system: 'RemoteBuddy' }, say: { json: PLAN } },
  call('bash', { command: 'echo it went on; npm install --offline nothing-at-all || true' }),
  call('finish', { summary: 'Looked around.', confidence: 'high' }),
];

/** The owner at the machine, and a phone that was let in. */
async function paired(t) {
  const { certificate, key, home } = authority(t);
  const port = await freePort();
  const line = await Line.to(t, port);
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'lighthouse'), FILES);
  const model = await Model.start(t, STEPS);
  const models = ['REMOTEBUDDY', 'WORKERS'].flatMap((role) => Object.entries({ ENDPOINT: model.baseUrl, MODEL: 'scripted', BACKEND: 'openai' }).map(([key, value]) => [`${role}_LLM_${key}`, value]));
  const env = {
    ...Object.fromEntries(models),
    PILOTHOUSE_LISTEN_ADDRESS: `${ADDRESS}:${port}`, PILOTHOUSE_LISTEN_NAMES: NAME, PILOTHOUSE_LISTEN_CERTIFICATE: certificate, PILOTHOUSE_LISTEN_CERTIFICATE_KEY: key,
  };
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path], flags: ['--trust'], workers: 2, env });
  const me = await Person.at(t, server);
  await me.live();
  const open = async () => (await me.call('listen.show')).listeners.some((one) => one.kind === 'address' && one.state === 'open');
  await until('the address is open', open);
  const phone = await phoneAt(t, { home, port, line });
  const { url } = await me.call('pairing.start', {});
  await phone.open(`/pair${new URL(url).hash}`);
  const claimed = await until('the phone asks', async () => (await me.call('pairing.list')).pairings.find((one) => one.state === 'claimed'));
  await me.call('pairing.approve', { id: claimed.id });
  await phone.page.locator('[data-step=done]').waitFor();
  await phone.button('Open Pilothouse').tap();
  await phone.live();
  return { me, phone, line, repo };
}

/** Asks for a change and waits for the question of its landing; the approval's id and where its story begins. */
async function question(me, text) {
  const after = await post(me, text);
  const asked = await event(me, after, 'approval_required');
  return { id: asked.payload.approvalId, after };
}

const state = async (me, id) => (await me.call('approval.get', { id })).state;
const tapOf = (phone, what) => phone.page.locator(`[data-testid=tap][data-state=${what}]`);

/** The browser hears that it has a network again, as it does when one walks out of a lift. */
const back = (phone) => phone.page.evaluate(() => dispatchEvent(new Event('online')));

test('a phone answers with one thumb, keeps a tap without a line, and is told when it came too late', async (t) => {
  const { me, phone, line, repo } = await paired(t);
  const { page } = phone;

  // The shell is kept: its own files, and nothing the server said.
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
  });
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)));
    return all.flat();
  });
  assert.ok(kept.includes('/index.html') && kept.some((path) => path.endsWith('.js')));
  assert.deepEqual(kept.filter((path) => !/^\/(assets|icons)\/|^\/(index\.html|theme\.js|icon\.svg|manifest\.webmanifest)$/.test(path)), []);

  // Two questions at once. Each has its buttons on the screen as it opens.
  const first = await question(me, 'please look around in the clone for me');
  const second = await question(me, 'append a line "Open on Sundays." to README.md');
  await page.getByRole('link', { name: /Approvals/ }).tap();
  await until('both are listed', async () => (await page.locator('a.prow:not(.prow--flat)').count()) === 2);
  await page.locator('a.prow:not(.prow--flat)').first().tap();
  const allow = phone.button('Allow once');
  await allow.waitFor();
  const box = await allow.boundingBox();
  assert.ok(box.y + box.height <= 740 && box.height >= 44, 'a thumb reaches it without scrolling');
  assert.deepEqual(await phone.violations(), []);
  assert.ok((await phone.overflow()) <= 0);
  const tapped = Date.now();
  await allow.tap();
  const wentOn = await until('the worker goes on', async () => {
    const { events } = await me.call('session.events', { sessionId: 'dev', after: first.after, limit: 500 });
    return events.map((one) => one.envelope).find((one) => one.type === 'job_log' && one.payload.line.startsWith('it went on'));
  });
  t.diagnostic(`from the tap until the worker's next action: ${Date.parse(wentOn.ts) - tapped} ms`);

  // The line is cut between the tap and the server: the tap is kept, also when the page is closed, and sent once.
  await phone.button(/^Next question/).tap();
  await allow.waitFor();
  line.cut();
  await allow.tap();
  await tapOf(phone, 'waiting').waitFor();
  await phone.sees('It is sent as soon as there is a line.');
  assert.equal(await state(me, second.id), 'pending');
  await page.reload();
  await tapOf(phone, 'waiting').waitFor();
  assert.equal(await allow.count(), 0, 'no button that leads nowhere');
  line.heal();
  const healed = Date.now();
  await back(phone);
  await phone.live();
  t.diagnostic(`from the network back until live: ${Date.now() - healed} ms`);
  await until('the kept tap arrives', async () => (await state(me, second.id)) === 'approved');
  await tapOf(phone, 'waiting').waitFor({ state: 'detached' });
  await event(me, second.after, 'merge.entry.landed');
  assert.match(repo.show('main_agents', 'README.md'), /Open on Sundays\./);

  // Somebody is quicker while the phone is away.
  const third = await question(me, 'append a line "Closed on Mondays." to README.md');
  await phone.open(`/approvals/${third.id}`);
  await allow.waitFor();
  line.cut();
  await allow.tap();
  await tapOf(phone, 'waiting').waitFor();
  await me.call('approval.answer', { approvalId: third.id, decision: 'deny' });
  line.heal();
  await back(phone);
  await phone.sees('Your tap came too late.');
  assert.equal(await state(me, third.id), 'denied');
  await phone.button('All right').tap();
  await tapOf(phone, 'late').waitFor({ state: 'detached' });

  // Each was answered once, by whoever answered it.
  const { events } = await me.call('session.events', { sessionId: 'dev', after: 0, limit: 500 });
  const answered = events.filter(({ envelope }) => envelope.type === 'approved').map(({ envelope }) => envelope.payload.approvalId);
  assert.deepEqual(answered, [first.id, second.id]);

  // The worker of the page shows what a push service brings; a page that is gone is opened by a tap.
  await phone.context.grantPermissions(['notifications'], { origin: new URL(page.url()).origin });
  const cdp = await phone.context.newCDPSession(page);
  const registered = new Promise((done) => cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && done(registrations[0])));
  await cdp.send('ServiceWorker.enable');
  const { registrationId, scopeURL } = await registered;
  const message = { id: 'n-1', tag: 'test:1', kind: 'test', told: 'test', subject: '', detail: '', page: '/settings', waiting: 0 };
  await cdp.send('ServiceWorker.deliverPushMessage', { origin: new URL(scopeURL).origin, registrationId, data: JSON.stringify(message) });
  const shown = await until('the notification is shown', () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((one) => one.title)[0]));
  assert.equal(shown, 'Notifications work');
  // What a browser says of a line that broke is no fault of the page.
  assert.deepEqual(phone.errors.filter((error) => !error.startsWith('WebSocket connection')), []);
});

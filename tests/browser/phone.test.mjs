// A phone: paired over TLS on another address, answering with one thumb over a line that breaks.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, Model, Person, Server, until } from './harness.mjs';
import { ADDRESS, authority, freePort, Line, NAME, phoneAt } from './phone_line.mjs';
import { Repository } from './repositories.mjs';
import { event, FILES, post } from './scene.mjs';
import { opened, screen, shows, terminals } from './terminal_page.mjs';

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

/** The owner at the machine, and a phone that was let in, with these scopes or the usual ones. */
async function paired(t, scopes) {
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
  await me.call('pairing.approve', { id: claimed.id, ...(scopes ? { scopes } : {}) });
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

/** How long a line that may be dead has for an answer, before another is tried beside it. */
const ANSWER_MS = 300;

const state = async (me, id) => (await me.call('approval.get', { id })).state;
const tapOf = (phone, what) => phone.page.locator(`[data-testid=tap][data-state=${what}]`);

/** The browser hears that it has a network again, as it does when one walks out of a lift. */
const back = (phone) => phone.page.evaluate(() => dispatchEvent(new Event('online')));

/** How long this machine takes to load the page as it is now, to judge by. */
async function loading(phone) {
  const begun = Date.now();
  await phone.page.reload();
  await phone.live();
  return Date.now() - begun;
}

/**
 * Takes less than a second, or than loading the page and `more` where even that takes longer. A machine that was busy
 * with something else at that moment is asked again.
 */
async function soon(t, phone, what, once, more = 0) {
  const seen = [];
  while (seen.length < 3) {
    const ms = await once();
    const loaded = await loading(phone);
    seen.push(`${ms} ms; loading the page: ${loaded} ms`);
    t.diagnostic(`${what}: ${seen.at(-1)}`);
    if (ms < Math.max(1_000, loaded + more)) return;
  }
  assert.fail(`${what}: each time more than a second and than loading the page: ${seen.join(', ')}`);
}

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
  // It can be installed, as the browser itself judges it.
  const judge = await phone.context.newCDPSession(page);
  const { errors, data, url } = await judge.send('Page.getAppManifest');
  assert.deepEqual([errors, new URL(url).pathname, JSON.parse(data).display], [[], '/manifest.webmanifest', 'standalone']);
  assert.deepEqual((await judge.send('Page.getInstallabilityErrors')).installabilityErrors, []);
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
  const resumed = async () => {
    const healed = Date.now();
    await back(phone);
    await phone.live();
    return Date.now() - healed;
  };
  const times = [await resumed()];
  await until('the kept tap arrives', async () => (await state(me, second.id)) === 'approved');
  await tapOf(phone, 'waiting').waitFor({ state: 'detached' });
  await event(me, second.after, 'merge.entry.landed');
  assert.match(repo.show('main_agents', 'README.md'), /Open on Sundays\./);
  await soon(t, phone, 'from the network back until live', async () => {
    if (times.length > 0) return times.pop();
    line.cut();
    await page.locator('[data-testid=connection]:not([data-state=live])').waitFor({ state: 'attached' });
    line.heal();
    return resumed();
  });

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

test('a tap whose answer was lost on the way back is shown as answered, and was answered once', async (t) => {
  const { me, phone, line, repo } = await paired(t);
  const { page } = phone;
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const allow = phone.button('Allow once');
  const shown = page.locator('.approval');
  const lines = ['Open on Sundays.', 'Closed on Mondays.'];
  const ids = [];

  // The page stays open until the line is back; then one that is closed and opened again in the meantime.
  for (const closed of [false, true]) {
    const asked = await question(me, `append a line "${lines[ids.length]}" to README.md`);
    ids.push(asked.id);
    await phone.open(`/approvals/${asked.id}`);
    await phone.live();
    await allow.waitFor();
    const sent = phone.answers;
    line.loseAnswers();
    await allow.tap();
    await until('the server has the tap', async () => (await state(me, asked.id)) === 'approved');
    assert.equal(await shown.getByText(/^Allowed/).count(), 0, 'the phone has not heard of it');
    line.cut();
    if (closed) {
      await page.reload();
      await tapOf(phone, 'waiting').waitFor();
    }
    line.heal();
    await back(phone);
    await phone.live();
    await phone.sees(/^Allowed/, shown);
    await until('it was sent once more', () => phone.answers >= sent + 2);
    // What came too late, or was refused, would be kept until it was read.
    await until('nothing of the tap is left', () => page.evaluate(() => JSON.parse(localStorage.getItem('pilothouse.taps') ?? '[]').length === 0));
    await phone.sees(/^Allowed/, shown);
    assert.deepEqual([await allow.count(), await page.getByTestId('tap').count()], [0, 0]);
    await event(me, asked.after, 'merge.entry.landed');
  }
  const { events } = await me.call('session.events', { sessionId: 'dev', after: 0, limit: 500 });
  const answered = events.filter(({ envelope }) => envelope.type === 'approved').map(({ envelope }) => envelope.payload.approvalId);
  assert.deepEqual(answered, ids);
  const readme = repo.show('main_agents', 'README.md');
  assert.deepEqual(lines.map((one) => readme.split(one).length - 1), [1, 1]);
  assert.deepEqual(phone.errors.filter((error) => !error.startsWith('WebSocket connection')), []);
});

test('a phone that slept is there again within a second, though nobody said that its line is dead', async (t) => {
  const { me, phone, line } = await paired(t);
  const { page } = phone;
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  // The line is there for the browser, and leads nowhere. A thumb denies as soon as the page is looked at.
  const deny = phone.button('Deny');
  await soon(t, phone, 'from coming back over a dead line until a tap has arrived', async () => {
    const asked = await question(me, 'append a line "Open on Sundays." to README.md');
    await phone.open(`/approvals/${asked.id}`);
    await phone.live();
    await deny.waitFor();
    line.hold();
    line.heal();
    const woken = Date.now();
    await back(phone);
    await deny.tap();
    await until('the answer arrives', async () => (await state(me, asked.id)) === 'denied');
    const ms = Date.now() - woken;
    await phone.sees(/^Denied/);
    assert.equal(await state(me, asked.id), 'denied');
    return ms;
  }, ANSWER_MS);

  // The page was opened in the tunnel: its connection has begun, and nobody will ever answer it.
  await soon(t, phone, 'from coming back to an attempt that hangs until live', async () => {
    line.hold();
    await page.reload();
    await page.locator('[data-testid=connection][data-state=connecting]').waitFor({ state: 'attached' });
    line.heal();
    const out = Date.now();
    await back(phone);
    await phone.live();
    return Date.now() - out;
  }, ANSWER_MS);
  assert.deepEqual(phone.errors.filter((error) => !error.startsWith('WebSocket connection')), []);
});

test('a phone reads chat, work and diffs, answers what it has read, and types in a terminal with the key bar', async (t) => {
  const { me, phone } = await paired(t, ['read', 'chat', 'approve', 'terminal_read', 'terminal_write']);
  const { page } = phone;
  const fits = async (what) => {
    assert.deepEqual([what, await phone.violations(), await phone.overflow()], [what, [], 0]);
  };
  const first = await question(me, 'append a line "Open on Sundays, from ten in the morning until the lamp is lit, all the year round." to README.md');
  const { subject: entryId } = await me.call('approval.get', { id: first.id });

  // Chat: what was asked for and what waits, and a word of one's own.
  await phone.open('/w/lighthouse/s/dev');
  await phone.live();
  await phone.sees(/Open on Sundays/);
  await phone.page.getByTestId('card-approval').last().waitFor();
  await fits('chat');
  await phone.field('Message').fill('/help');
  await phone.button('Send').tap();
  await phone.page.locator('.msg--you').filter({ hasText: '/help' }).last().waitFor();

  // Work, and the change on its own page.
  await page.getByRole('link', { name: 'Work' }).tap();
  await phone.sees(/Open on Sundays|README/);
  await fits('work');
  await phone.open(`/review/${entryId}`);
  await phone.live();
  await phone.page.locator('.dl.a').filter({ hasText: 'Open on Sundays' }).waitFor();
  await fits('the diff');

  // The question with all of what it is about, and a thumb that says no.
  await phone.open(`/approvals/${first.id}`);
  const change = page.getByTestId('change-here');
  await change.locator('.dl.a').filter({ hasText: 'Open on Sundays' }).waitFor();
  const asked = await me.call('approval.get', { id: first.id });
  await phone.sees(asked.why);
  await phone.sees({ low: 'Low risk', medium: 'Medium risk', high: 'High risk' }[asked.risk]);
  await phone.sees('main_agents');
  await fits('the question');
  const deny = phone.button('Deny');
  const box = await deny.boundingBox();
  assert.ok(box.y + box.height <= 740 && box.height >= 44, 'a thumb reaches it without scrolling');
  await deny.tap();
  await until('the no arrives', async () => (await state(me, first.id)) === 'denied');
  await phone.sees(/^Denied/);
  const became = await until('it is settled', async () => {
    const { state: now } = await me.call('merge.entry', { id: entryId });
    return now !== 'waiting_approval' && now !== 'approved' && now;
  });
  assert.ok(['returned', 'parked', 'removed', 'failed'].includes(became), became);

  // A terminal, with the keys its keyboard lacks.
  await terminals(phone);
  await opened(phone);
  await phone.sees('You control');
  await page.locator('.xterm-helper-textarea').first().focus();
  // What is to be interrupted runs already: between two programs the shell might hear of it alone.
  await page.keyboard.type("sh -c 'echo runs-$((1+1)); exec sleep 4000'\n");
  await shows(phone, 'runs-2');
  const keys = page.getByRole('toolbar');
  for (const key of await keys.getByRole('button').all()) {
    if (!(await key.isVisible())) continue;
    const place = await key.boundingBox();
    assert.ok(place.x >= 0 && place.x + place.width <= 360 && place.height >= 44, await key.textContent());
  }
  await phone.button('Ctrl', keys).first().tap();
  await page.keyboard.type('c');
  await page.keyboard.type('echo free-$((1+1))\n');
  await shows(phone, 'free-2');
  await phone.button('Up', keys).tap();
  await page.keyboard.type('\n');
  await until('the last line ran again', async () => (await screen(phone).innerText()).split('\nfree-2').length === 3);
  await fits('the terminal');
  assert.deepEqual(phone.errors, []);
});

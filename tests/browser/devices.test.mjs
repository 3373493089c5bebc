// Devices: a second browser is paired by the number both show, does what was ticked and no more, and is shut out at once.

import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Person, until } from './harness.mjs';
import { event, lighthouse, post } from './scene.mjs';

/** Opens the page of devices and begins to let one in; the link it shows. */
async function invite(me) {
  await me.open('/devices');
  await me.live();
  await me.button('Pair a device').first().click();
  const panel = me.page.getByTestId('pair-panel');
  await panel.getByRole('img', { name: /Pairing code/ }).waitFor();
  const { pairings } = await me.call('pairing.list');
  assert.equal(pairings[0].state, 'open');
  return panel;
}

/** The same from anywhere, by the palette. */
async function inviteByKeys(me) {
  await me.page.keyboard.press('Control+k');
  await me.page.getByRole('combobox').fill('pair a device');
  await me.page.keyboard.press('Enter');
  const panel = me.page.getByTestId('pair-panel');
  await panel.getByRole('img', { name: /Pairing code/ }).waitFor();
  assert.equal(new URL(me.page.url()).hash, '', 'asked for once');
  return panel;
}

/** The link behind the picture, as the button copies it. */
async function linkOf(me, panel) {
  await me.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await me.page.evaluate(() => navigator.clipboard.writeText(''));
  await me.button('Copy link', panel).click();
  return until('the link is copied', () => me.page.evaluate(() => navigator.clipboard.readText()));
}

async function phone(t, server) {
  return Person.at(t, server, { width: 390, height: 844, touch: true, signIn: false });
}

/** Opens a link on a phone, says yes to it, and opens the page of devices there. */
async function letIn(me, guest, link, panel) {
  await guest.open(link);
  await code(me).waitFor();
  await me.button(/^Approve/, panel).click();
  await guest.page.locator('[data-step=done]').waitFor();
  await guest.button('Open Pilothouse').tap();
  await guest.live();
  await guest.open('/devices');
  await guest.live();
}

const code = (person) => person.page.getByTestId('pairing-code');
const shown = (person) => code(person).getAttribute('data-code');

/** The sockets a page opens, the newest last. */
function sockets(person) {
  const seen = [];
  person.page.on('websocket', (socket) => seen.push(socket));
  return seen;
}

test('a phone is paired by the same number, does what was ticked, and is shut out while it looks', async (t) => {
  const { me, server } = await lighthouse(t);
  const guest = await phone(t, server);
  const lines = sockets(guest);
  const panel = await invite(me);
  assert.deepEqual(await me.violations(), []);
  const link = await linkOf(me, panel);
  assert.match(link, /\/pair#p=1&s=[^&]+&n=[\w-]{22}/);
  await guest.open(link);
  await code(guest).waitFor();
  await code(me).waitFor();
  assert.equal(await shown(guest), await shown(me));
  assert.match(await shown(guest), /^\d{6}$/);
  assert.equal(await guest.page.evaluate(() => location.hash), '', 'the secret leaves the address');
  assert.deepEqual(await guest.violations(), []);
  assert.equal(await guest.overflow(), 0);
  // A page that is loaded again in between goes on where it was.
  const number = await shown(guest);
  await guest.page.reload();
  await code(guest).waitFor();
  assert.equal(await shown(guest), number);

  await me.sees('Same number on the device?');
  await me.button(/^Approve/, panel).click();
  await me.sees(/is paired$/);
  await guest.page.locator('[data-step=done]').waitFor();
  await guest.sees('It may: read, chat, approve.');
  await guest.button('Open Pilothouse').tap();
  await guest.live();

  // Its key is in the browser, and nobody can take it out.
  const kept = await guest.page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('pilothouse-device', 1);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('device').objectStore('device').get('this');
          reading.onsuccess = () => resolve({ extractable: reading.result.key.extractable, usages: reading.result.key.usages });
        };
      }),
  );
  assert.deepEqual(kept, { extractable: false, usages: ['sign'] });

  // What was ticked goes, what was not does not.
  await guest.call('chat.send', { sessionId: 'dev', text: '/help' });
  const refused = await guest.page.evaluate(async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
    const answer = await fetch('/v1/rpc/pairing.start', { method: 'POST', headers, body: '{}' });
    return [answer.status, (await answer.json()).code];
  });
  assert.deepEqual(refused, [403, 'forbidden']);
  await guest.open('/devices');
  await guest.live();
  await guest.sees('This device sees itself only.');
  assert.equal(await guest.button('Pair a device').count(), 0);
  assert.deepEqual(await guest.violations(), []);
  assert.equal(await guest.overflow(), 0);

  // The session may end: the key opens the next one, and nobody notices.
  const cookie = (await guest.context.cookies()).find((one) => one.name.startsWith('pilothouse_'));
  assert.ok(cookie.httpOnly);
  await guest.context.clearCookies();
  await guest.page.reload();
  await guest.live();
  await guest.sees('This device sees itself only.');

  // Shut out: the line closes and the page says so, without a reload.
  await me.button('Done', panel).click();
  await until('it is seen to be here', async () => (await me.call('device.list')).devices.some((one) => one.keyed && one.connected));
  const row = me.page.locator('tr[data-device]').filter({ hasText: 'own key' });
  await row.getByText('Here now').waitFor();
  const name = await row.locator('.medium').first().innerText();
  const line = lines.at(-1);
  assert.ok(!line.isClosed());
  await me.button(`Revoke ${name}`).click();
  await me.button('Revoke', me.page.getByRole('dialog')).click();
  await guest.page.locator('[data-standing=revoked]').waitFor();
  await guest.sees('This device was shut out');
  await until('its line is closed', () => line.isClosed());
  assert.deepEqual(await guest.violations(), []);
  await me.sees('1 revoked');
  // Neither the key nor the link opens anything any more.
  await guest.page.reload();
  await guest.page.locator('[data-standing=revoked]').waitFor();
  await guest.open(link);
  await guest.page.locator('[data-step=dead]').waitFor();
  assert.deepEqual([...me.errors, ...guest.errors], []);
});

test('one is stopped, one is rejected, one asks for more, and without https a cookie stands in for the key', async (t) => {
  const { me, server } = await lighthouse(t);
  const guest = await phone(t, server);
  const panel = await inviteByKeys(me);
  await guest.open(await linkOf(me, panel));
  await code(guest).waitFor();
  await guest.button('Not the same, stop').tap();
  await guest.page.locator('[data-step=cancelled]').waitFor();
  await me.sees(/leads nowhere any more/);

  const next = async () => {
    await me.button(/^(New code|Pair a device)$/, panel).click();
    await panel.getByRole('img', { name: /Pairing code/ }).waitFor();
    return linkOf(me, panel);
  };
  await guest.open(await next());
  await code(guest).waitFor();
  await code(me).waitFor();
  await me.button('Reject', panel).click();
  await guest.page.locator('[data-step=denied]').waitFor();
  assert.deepEqual(await guest.violations(), []);

  await letIn(me, guest, await next(), panel);
  const askFor = async (what) => {
    await guest.button(/^More:/).tap();
    await guest.page.getByRole('menuitem', { name: 'Ask for more' }).tap();
    const dialog = guest.page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: what }).check();
    await guest.button('Ask', dialog).tap();
    await guest.sees(/^Asked\./);
    const number = await shown(guest);
    await guest.button('Done', dialog).tap();
    return number;
  };
  const scopes = async () => (await me.call('device.list')).devices.find((one) => one.keyed && !one.revokedAt).scopes;
  const number = await askFor(/^publish/);
  // Whoever looks at another page sees that somebody waits.
  await me.open('/queue');
  await me.live();
  await me.page.getByRole('link', { name: /^Devices/ }).getByText('1').waitFor();
  await me.page.getByRole('link', { name: /^Devices/ }).click();
  await me.button('Look').click();
  assert.equal(await shown(me), number);
  await me.button('Reject').click();
  await me.sees(/Nothing was let in/);
  assert.ok(!(await scopes()).includes('publish'));
  await me.button('Done').click();
  await askFor(/^publish/);
  // By keys alone.
  await me.button('Look').press('Enter');
  await code(me).waitFor();
  await until('the chord is taken', async () => {
    await me.page.keyboard.press('Alt+KeyY');
    return (await scopes()).includes('publish');
  });
  await me.sees(/may more now$/);
  await guest.call('publish.hosts', {});
  await me.page.keyboard.press('Escape');

  // As over plain http, where there is no WebCrypto.
  await guest.page.goto('about:blank');
  await guest.page.addInitScript(() => Object.defineProperty(globalThis, 'isSecureContext', { value: false }));
  await guest.open(await linkOf(me, await invite(me)));
  await guest.sees('This browser is paired already');
  await guest.button('Pair again').tap();
  await guest.sees(/plain page, no https/);
  await me.sees('It has no key of its own and gets a token.');
  await me.button(/^Approve/).click();
  await guest.page.locator('[data-step=done]').waitFor();
  await guest.button('Open Pilothouse').tap();
  await guest.live();
  await guest.page.reload();
  await guest.live();
  const plain = (await me.call('device.list')).devices.find((one) => !one.current && !one.keyed && !one.revokedAt);
  await me.call('device.revoke', { id: plain.id });
  await guest.page.locator('[data-standing=revoked]').waitFor();
  assert.deepEqual([...me.errors, ...guest.errors], []);
});

test('a device that may only look has no dead button, and asks for what it lacks from where it lacks it', async (t) => {
  const { me, server } = await lighthouse(t);
  const guest = await phone(t, server);
  const panel = await invite(me);
  await guest.open(await linkOf(me, panel));
  await code(guest).waitFor();
  await code(me).waitFor();
  const { pairings } = await me.call('pairing.list');
  await me.call('pairing.approve', { id: pairings.find((one) => one.state === 'claimed').id, scopes: ['read', 'terminal_read'] });
  await guest.page.locator('[data-step=done]').waitFor();
  const asked = await event(me, await post(me, 'append a line "Open on Sundays." to README.md'), 'approval_required');
  const { terminal } = await me.call('terminals.open', {});

  await guest.open('/terminals');
  await guest.page.locator('[data-attached=true]').first().waitFor();
  await guest.page.locator('[data-testid=lacking][data-scope=terminal_write]').waitFor();
  for (const name of ['Take control', 'New terminal']) assert.equal(await guest.button(name).count(), 0, name);
  assert.deepEqual(await guest.violations(), []);
  assert.equal(await guest.overflow(), 0);
  await me.call('terminals.close', { id: terminal.id });

  for (const [path, scope, dead] of [['/w/-/s/dev', 'chat', ['Send', 'Push only', 'Push + PR', 'Stop job', 'Try again']], ['/queue', 'merge', ['Pause landing', 'Pause everything']]]) {
    await guest.open(path);
    await guest.page.locator(`[data-testid=lacking][data-scope=${scope}]`).waitFor();
    for (const name of dead) assert.equal(await guest.button(name).and(guest.page.locator(':enabled')).count(), 0, name);
    assert.equal(await guest.page.getByRole('textbox').count(), 0, path);
    assert.deepEqual(await guest.violations(), []);
    assert.equal(await guest.overflow(), 0);
  }

  await guest.open(`/approvals/${asked.payload.approvalId}`);
  const lacking = guest.page.locator('[data-testid=lacking][data-scope=approve]');
  await lacking.waitFor();
  assert.equal(await guest.button(/^(Allow once|Deny|Read on)$/).count(), 0);
  assert.deepEqual(await guest.violations(), []);
  assert.equal(await guest.overflow(), 0);
  await lacking.getByRole('link', { name: 'Ask for more' }).tap();
  const dialog = guest.page.getByRole('dialog');
  assert.ok(await dialog.getByRole('checkbox', { name: /^approve/ }).isChecked());
  await guest.button('Ask', dialog).tap();
  await guest.sees(/^Asked\./);
  const more = (await me.call('pairing.list')).pairings.find((one) => one.state === 'claimed');
  await me.call('pairing.approve', { id: more.id });
  await guest.button('Done', dialog).tap();
  // The line is closed once, and comes back with a device that may.
  await guest.page.getByRole('link', { name: /^Approvals/ }).tap();
  await guest.page.locator('a.prow:not(.prow--flat)').tap();
  await guest.button('Deny').tap();
  await until('it is answered', async () => (await me.call('approval.get', { id: asked.payload.approvalId })).state === 'denied');
  assert.deepEqual([...me.errors, ...guest.errors], []);
});

test('a phone makes itself another key and comes back with it, and what was notified is told on the page', async (t) => {
  const { me, server } = await lighthouse(t);
  const guest = await phone(t, server);
  const panel = await invite(me);
  await letIn(me, guest, await linkOf(me, panel), panel);
  await guest.button(/^More:/).tap();
  await guest.page.getByRole('menuitem', { name: 'New key' }).tap();
  const dialog = guest.page.getByRole('dialog');
  await dialog.waitFor();
  assert.deepEqual(await guest.violations(), []);
  await guest.button('Make a new key', dialog).tap();
  await guest.sees('This browser has a new key.');
  await guest.live();
  const { events } = await me.call('session.events', { sessionId: 'dev', limit: 200 });
  const changed = events.filter(({ envelope }) => envelope.type === 'device.upgraded');
  assert.deepEqual(changed.map(({ envelope }) => envelope.payload.newKey), [true]);
  // Without the cookie it is the key that lets it in, and that is the new one.
  await guest.context.clearCookies();
  await guest.page.reload();
  await guest.live();
  await guest.sees('This device sees itself only.');

  await guest.page.getByText('Notifications that were sent').tap();
  await guest.sees(/^None yet\./);
  assert.deepEqual(await guest.violations(), []);
  assert.equal(await guest.overflow(), 0);
  await me.button('Done', panel).click();
  await me.page.getByText('Notifications that were sent').click();
  await me.sees(/^None yet\./);
  assert.deepEqual(await me.violations(), []);
  assert.deepEqual([...me.errors, ...guest.errors], []);
});

/** A stand-in for a push service: it takes everything but what is sent to /gone, and counts it. */
async function pushService(t) {
  const taken = [];
  const service = createServer((request, answer) => {
    request.resume().on('end', () => {
      taken.push(request.url);
      answer.writeHead(request.url === '/gone' ? 410 : 201).end();
    });
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  t.after(() => service.close());
  return { url: `http://127.0.0.1:${service.address().port}`, taken };
}

/** What a browser would have got from it. */
function subscription(url) {
  const key = createECDH('prime256v1');
  return { endpoint: url, keys: { p256dh: key.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') } };
}

test('the ledger tells what was sent to whom and what became of it, and a phone its own part', async (t) => {
  const push = await pushService(t);
  const { me, server } = await lighthouse(t, { env: { PILOTHOUSE_PUSH_SERVICES: push.url } });
  const guest = await phone(t, server);
  const panel = await invite(me);
  await letIn(me, guest, await linkOf(me, panel), panel);
  await me.button('Done', panel).click();
  await me.call('notifications.register', { subscription: subscription(`${push.url}/gone`), offsetMin: 0 });
  await guest.call('notifications.register', { subscription: subscription(`${push.url}/phone`), offsetMin: 0 });
  await guest.call('notifications.send', {});
  await me.call('notifications.send', {});
  const told = () => me.call('notifications.list').then(({ sent }) => sent);
  await until('both came to an end', async () => (await told()).filter((row) => row.outcome !== 'waiting').length === 2);
  assert.deepEqual(push.taken.toSorted(), ['/gone', '/phone']);
  await event(me, await post(me, 'append a line "Open on Sundays." to README.md'), 'approval_required');
  const all = await until('the phone is told of the question', async () => {
    const rows = await told();
    return rows.some((row) => row.told === 'question' && row.outcome !== 'waiting') && rows;
  });

  const listed = async (person, rows) => {
    await person.open('/devices');
    await person.live();
    const ledger = person.page.getByTestId('ledger');
    await person.page.getByText('Notifications that were sent').click();
    await ledger.getByRole('listitem').first().waitFor();
    const shown = await ledger.locator('[data-outcome]').evaluateAll((all) => all.map((row) => [row.dataset.told, row.dataset.outcome]));
    assert.deepEqual(shown, rows.map((row) => [row.told, row.outcome]));
    assert.deepEqual(await person.violations(), []);
    assert.equal(await person.overflow(), 0);
    return ledger;
  };
  const ledger = await listed(me, all);
  await me.sees(/The browser does not want to be told any more/, ledger);
  const { sent: own } = await guest.call('notifications.list', {});
  assert.deepEqual(own.map((row) => row.told).toSorted(), ['question', 'test']);
  assert.ok(own.length < all.length);
  const phones = await listed(guest, own);
  // A row leads to what it told of.
  await phones.locator('[data-told=question] a').tap();
  await until('the question is open', () => guest.page.url().includes('/approvals/'));
  assert.deepEqual([...me.errors, ...guest.errors], []);
});

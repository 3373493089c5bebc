// What a push becomes on the screen of a phone or laptop, and where a press on it leads: Chromium in a window, a witness
// in the place of the desktop's notifications, and a message handed to the page's worker as a push service would.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Person, until } from '../browser/harness.mjs';
import { event, lighthouse, post } from '../browser/scene.mjs';
import { Witness } from './witness.mjs';

/** The page's worker, which keeps what a push brings; on the server's own machine a page has none by itself. */
async function worker(me, beside) {
  await me.context.grantPermissions(['notifications'], { origin: me.server.url });
  const cdp = await me.context.newCDPSession(beside);
  const registered = new Promise((done) => cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && done(registrations[0])));
  await cdp.send('ServiceWorker.enable');
  await me.page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js?l=en', { updateViaCache: 'none' });
    await navigator.serviceWorker.ready;
  });
  const { registrationId } = await registered;
  return (message) => cdp.send('ServiceWorker.deliverPushMessage', { origin: me.server.url, registrationId, data: JSON.stringify(message) });
}

/** A question as the server would tell it to a device that may answer. */
async function question(me, line) {
  const { payload } = await event(me, await post(me, `append a line "${line}" to README.md`), 'approval_required');
  const { id, hash, risk } = await me.call('approval.get', { id: payload.approvalId });
  const message = {
    id: `n-${id}`, tag: `question:${id}`, kind: 'needs_you', told: 'question', subject: line, detail: 'README.md', name: 'lighthouse', page: `/approvals/${id}`, waiting: 1,
    question: { id, hash, mayApprove: true, mayAnswer: true, risk },
  };
  return { id, message };
}

test('a question is shown with its buttons, and a press opens its page or answers it', async (t) => {
  const witness = await Witness.start(t);
  const { me, server } = await lighthouse(t, { headless: false });
  const beside = await me.context.newPage();
  const deliver = await worker(me, beside);
  const state = async (person, id) => (await person.call('approval.get', { id })).state;
  const questions = [];
  for (const line of ['Open on Sundays.', 'Closed on Mondays.', 'Nothing on Tuesdays.']) questions.push(await question(me, line));
  const [first, second, third] = questions;
  const shown = async ({ message }) => {
    await deliver(message);
    return witness.notified(message.subject, (one) => one.title === 'lighthouse asks' && one.body.includes(message.subject));
  };
  const named = (label, { actions }) => actions.find(([, text]) => text === label)?.[0];

  // No page is open: it is shown, and a press opens its page.
  await me.page.close();
  const asks = await shown(first);
  assert.ok(asks.body.includes('README.md') && named('Allow once', asks) && named('Deny', asks), JSON.stringify(asks));
  const opening = me.context.waitForEvent('page');
  await witness.press(asks.id, 'default');
  const opened = new Person(await opening, server, me.context);
  await opened.page.waitForURL(`**/approvals/${first.id}`);
  await opened.button('Allow once').waitFor();
  await witness.closed(asks.id);
  assert.equal(await state(opened, first.id), 'pending', 'looking is no answer');

  await opened.page.close();

  // A button answers, without any page.
  const denied = await shown(second);
  await witness.press(denied.id, named('Deny', denied));
  await witness.notified('that it was denied', (one) => one.title === 'Denied' && one.body.includes('Closed on Mondays.'));

  // A page that is open somewhere else is the one that is used.
  const last = await shown(third);
  const page = new Person(await me.context.newPage(), server, me.context);
  await page.open('/queue');
  await page.live();
  assert.equal(await state(page, second.id), 'denied');
  const pages = me.context.pages().length;
  await witness.press(last.id, 'default');
  await until('its page is open', () => new URL(page.page.url()).pathname === `/approvals/${third.id}`);
  await page.button('Allow once').waitFor();
  assert.equal(me.context.pages().length, pages);
  assert.deepEqual([...me.errors, ...opened.errors, ...page.errors], []);
});

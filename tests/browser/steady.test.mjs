// What must hold whatever happens: Enter decides nothing, a reload loses nothing, a dead server is told and survived.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server } from './harness.mjs';
import { event, lighthouse, post } from './scene.mjs';

test('plain Enter never approves, wherever the focus is', async (t) => {
  const { repo, me } = await lighthouse(t);
  await me.say('append a line "Closed on Mondays." to README.md');
  const allow = me.button(/Allow once/, me.question);
  await allow.waitFor();
  const { approvals } = await me.call('approval.list', { status: 'pending' });
  for (const focus of [() => allow.focus(), () => me.field('Message').focus(), () => me.page.evaluate(() => document.activeElement?.blur())]) {
    await focus();
    await me.page.keyboard.press('Enter');
  }
  await me.open(`/approvals/${approvals[0].id}`);
  const there = me.button(/Allow once/);
  await there.focus();
  await me.page.keyboard.press('Enter');
  await me.open(`/review/${approvals[0].subject}`);
  const landing = me.button(/Approve and land/);
  await landing.first().waitFor();
  for (const button of await landing.all()) {
    await button.focus();
    await me.page.keyboard.press('Enter');
  }
  assert.equal((await me.call('approval.get', { id: approvals[0].id })).state, 'pending');
  assert.equal(me.answers, 0, 'no answer left the browser');
  assert.equal(repo.has('main_agents'), false);
});

test('a reload and a second visit come back to the same conversation, with nothing twice', async (t) => {
  const { me } = await lighthouse(t);
  await me.button('New session').first().click();
  await me.field('Name').fill('Opening hours');
  await me.button('Create').click();
  await me.page.getByRole('heading', { name: 'Opening hours' }).waitFor();
  await me.say('append a line "Closed on Mondays." to README.md');
  await me.approve();
  await me.landed();
  const address = me.page.url();
  const read = async () => {
    await me.live();
    await me.page.getByTestId('line-landed').waitFor();
    return me.page.locator('.talk__row').evaluateAll((rows) => rows.map((row) => row.dataset.kind));
  };
  const before = await read();
  await me.page.reload();
  assert.deepEqual(await read(), before);
  await me.open('/');
  assert.deepEqual(await read(), before);
  assert.equal(me.page.url(), address);
  assert.deepEqual(me.errors, []);
});

test('a server that dies is told, what is written meanwhile is kept, and its return brings everything once', async (t) => {
  const { repo, data, server, me } = await lighthouse(t);
  await me.say('append a line "Before the storm." to README.md');
  await me.approve();
  await me.landed();
  await server.kill();
  await me.page.locator('[data-testid=connection][data-state=offline]').waitFor();
  await me.sees(/^Offline\. /);
  await me.say('append a line "During the storm." to README.md');
  await me.sees('Waits for the server');
  const back = await Server.start(t, { data, repos: [repo.path], flags: ['--trust'], port: server.port });
  await me.live();
  await me.approve();
  await me.landed();
  assert.match(repo.show('main_agents', 'README.md'), /Before the storm\.\nDuring the storm\.$/);
  for (const text of ['Before the storm', 'During the storm']) {
    assert.equal(await me.page.locator('.msg--you').filter({ hasText: text }).count(), 1);
  }
  assert.equal(await me.page.getByTestId('line-landed').count(), 2);
  const { events } = await me.call('session.events', { sessionId: 'dev', limit: 500 });
  const count = (type) => events.filter((one) => one.envelope.type === type).length;
  assert.deepEqual([count('message'), count('merge.entry.landed')], [2, 2], 'the log has each once');
  assert.equal(await back.stop(), 0);
});

test('a question that is answered elsewhere disappears here', async (t) => {
  const { me } = await lighthouse(t);
  const second = await me.another();
  const cursor = await post(me, 'append a line "Asked twice." to README.md');
  const asked = await event(me, cursor, 'approval_required');
  await second.question.waitFor();
  await me.button('Deny', me.question).click();
  await second.question.waitFor({ state: 'detached' });
  await second.sees(/Denied/);
  assert.equal((await me.call('approval.get', { id: asked.payload.approvalId })).state, 'denied');
});

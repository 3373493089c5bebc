// A person's own branch below the merge queue: moved by the page, refused with the reason, brought together with what they
// committed themselves, and what landed taken back. Judged by the repository.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from './harness.mjs';
import { allow, event, lighthouse, post } from './scene.mjs';

const pictures = process.env.PILOTHOUSE_PICTURES;
const picture = async (me, name) => pictures && writeFileSync(join(pictures, `${name}.png`), await me.page.screenshot());

const env = { PILOTHOUSE_MERGE_FIX_UPS: '0' };
const card = (me) => me.page.getByTestId('main-line');
const dialogOf = (me) => me.page.getByRole('dialog').or(me.page.getByRole('alertdialog'));
const entry = (me, id) => me.call('merge.entry', { id });

async function landed(me, text) {
  const after = await post(me, text);
  await allow(me, after);
  return (await event(me, after, 'merge.entry.landed')).payload.entry;
}

/** The page of the queue as it is read anew. */
async function queuePage(me) {
  await me.open('/queue');
  await me.live();
  await card(me).waitFor();
}

/** Says yes to the newest question in the conversation, as a person does. */
async function approveInConversation(me) {
  await me.open('/w/lighthouse/s/dev');
  await me.live();
  await me.approve();
}

test('main moves by the page, the files of its checkout follow, and what landed is taken back through the queue', async (t) => {
  const { me, repo } = await lighthouse(t, { env });
  const before = repo.git('rev-parse', 'main');
  const change = await landed(me, 'replace keeper with watchman in src/**');
  assert.equal(repo.git('rev-parse', 'main'), before, 'nothing moves it by itself');
  await queuePage(me);
  await me.sees('main_agents is 1 commit ahead of main', card(me));
  await me.sees('proven', card(me));
  await picture(me, 'main-ahead');
  await me.button('Land to main', card(me)).click();
  const dialog = dialogOf(me);
  const tip = repo.git('rev-parse', 'main_agents');
  await me.sees(`main will move from ${before.slice(0, 8)} to ${tip.slice(0, 8)}: 1 commit`, dialog);
  await me.sees(repo.git('log', '-1', '--format=%s', 'main_agents'), dialog);
  await picture(me, 'main-land');
  assert.deepEqual(await me.violations(), []);
  await me.button('Move main', dialog).click();
  await dialog.waitFor({ state: 'detached' });
  await until('main is there', () => repo.git('rev-parse', 'main') === tip);
  await me.sees('Everything of main_agents is in main', card(me));
  assert.match(readFileSync(join(repo.path, 'src/keeper.rs'), 'utf8'), /watchman/);
  assert.equal(repo.git('status', '--porcelain'), '');
  assert.match(repo.git('reflog', '-1', 'main'), /main_agents/);

  await me.open(`/queue/${change.id}`);
  await me.live();
  await me.button('Take back').click();
  await me.sees(/^Take back “/, dialog);
  assert.deepEqual(await me.violations(), []);
  await me.button('Take back', dialog).click();
  const revert = await until('it is being taken back', async () => (await entry(me, change.id)).revertedBy);
  await me.page.getByRole('link', { name: 'Being taken back' }).waitFor();
  await until('it asks like any other', async () => (await entry(me, revert)).state === 'waiting_approval');
  await approveInConversation(me);
  await until('it lands', async () => (await entry(me, revert)).state === 'landed');
  assert.match(repo.show('main_agents', 'src/keeper.rs'), /pub fn keeper/);
  assert.match(repo.git('log', '-1', '--format=%B', 'main_agents'), new RegExp(`This reverts commit ${tip}`));
  assert.equal(repo.git('rev-parse', 'main'), tip, 'main is its owner\'s');
  await me.open(`/queue/${change.id}`);
  await me.page.getByRole('link', { name: 'Taken back' }).click();
  await me.sees(/^Takes back “/);
  await picture(me, 'main-reverted');

  await queuePage(me);
  await me.sees('main_agents is 1 commit ahead of main', card(me));
  await me.button('Land to main', card(me)).click();
  await me.button('Move main', dialog).click();
  await until('main has it too', () => repo.git('rev-parse', 'main') === repo.git('rev-parse', 'main_agents'));
  assert.match(readFileSync(join(repo.path, 'src/keeper.rs'), 'utf8'), /pub fn keeper/);
  assert.deepEqual(me.errors, []);
});

test('what keeps main where it is is said before and after, and a main of one\'s own is brought in, by one\'s own git with its hooks', async (t) => {
  const { me, repo } = await lighthouse(t, { env });
  await landed(me, 'replace keeper with watchman in src/**');
  const main = repo.git('rev-parse', 'main');
  repo.write('README.md', '# Mine, not committed\n');
  await queuePage(me);
  await me.sees(/README\.md/, card(me));
  await me.button('Land to main', card(me)).click();
  const dialog = dialogOf(me);
  await me.sees(/uncommitted.*README\.md/, dialog);
  await me.button('Move main', dialog).click();
  await me.sees(/Commit or stash/, dialog);
  assert.equal(repo.git('rev-parse', 'main'), main);
  assert.equal(readFileSync(join(repo.path, 'README.md'), 'utf8'), '# Mine, not committed\n');
  await me.button('Cancel', dialog).click();

  // Committed, so that both have moved.
  repo.commit('Mine');
  await queuePage(me);
  await me.sees('main_agents is 1 commit ahead of main and 1 commit behind', card(me));
  await me.button('Bring main in', card(me)).click();
  const bringing = await until('it is an entry', async () => (await me.call('merge.queue')).queues[0].entries.find((one) => one.kind === 'bring_up')?.id);
  await until('it asks', async () => (await entry(me, bringing)).state === 'waiting_approval');
  await approveInConversation(me);
  await until('it lands', async () => (await entry(me, bringing)).state === 'landed');
  assert.equal(repo.git('rev-list', '--count', '--merges', 'main..main_agents'), '1');

  const hook = join(repo.path, '.git', 'hooks', 'post-merge');
  const ran = join(repo.path, '..', 'post-merge-ran');
  writeFileSync(hook, `#!/bin/sh\ntouch '${ran}'\n`);
  chmodSync(hook, 0o755);
  await queuePage(me);
  await me.button('Land to main', card(me)).click();
  await dialog.getByRole('radio', { name: 'My git', exact: true }).click();
  await me.sees('Your hooks that will run', dialog);
  await me.sees('post-merge', dialog);
  assert.deepEqual(await me.violations(), []);
  await picture(me, 'main-my-git');
  await me.button('Move main', dialog).click();
  await until('main is there', () => repo.git('rev-parse', 'main') === repo.git('rev-parse', 'main_agents'));
  await until('their hook ran', () => existsSync(ran));
  assert.equal(repo.show('main', 'README.md'), '# Mine, not committed');
  assert.match(repo.show('main', 'src/keeper.rs'), /watchman/);
  assert.deepEqual(me.errors, []);
});

test('what live work meets is told in the plan, at the job and before it lands, and holds nothing up', async (t) => {
  const { me, repo } = await lighthouse(t, { env });
  const first = await post(me, '/replace 100 200 src/lamp.rs');
  const one = (await event(me, first, 'approval_required')).payload.details.entryId;
  const second = await post(me, '/replace 100 300 src/lamp.rs');
  const other = (await event(me, second, 'approval_required')).payload.details.entryId;
  const workspaceId = (await entry(me, one)).workspaceId;
  const [overlap] = (await me.call('merge.forecast', { workspaceId })).overlaps;
  assert.deepEqual([overlap.kind, overlap.paths], ['conflict', ['src/lamp.rs']]);

  await me.open('/w/lighthouse/s/dev');
  await me.live();
  const plan = me.card('plan').getByTestId('meets');
  await me.sees('may touch', plan);
  await me.sees('src/lamp.rs', plan);
  const jobId = (await entry(me, other)).jobId;
  for (const address of [`/jobs/${jobId}`, `/review/${other}`]) {
    await me.open(address);
    await me.live();
    await me.sees('Also changes the same');
    const meets = me.page.getByTestId('meets').last();
    await me.sees('conflicts', meets);
    await me.sees('src/lamp.rs', meets);
    await me.sees('Nothing waits for this. What conflicts when it lands goes back with the lines.', meets);
    assert.deepEqual(await me.violations(), [], address);
  }
  await picture(me, 'forecast-review');

  await allow(me, first);
  await until('the first lands', async () => (await entry(me, one)).state === 'landed');
  const back = await until('the second comes back', async () => {
    const now = await entry(me, other);
    return now.state === 'parked' ? now : undefined;
  });
  assert.equal(back.repair.cameBack.code, 'merge.conflict');
  assert.match(repo.show('main_agents', 'src/lamp.rs'), /keeper\(\) \* 200/);
  await me.open(`/review/${other}`);
  await me.live();
  const returned = me.page.getByTestId('returned');
  await returned.locator('summary').filter({ hasText: 'src/lamp.rs' }).click();
  await me.sees(/\* 200/, returned);
  await me.sees(/\* 300/, returned);
  assert.deepEqual(me.errors, []);
});

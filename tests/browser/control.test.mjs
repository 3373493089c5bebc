// A running job is paused, let go on and allowed more from its own page, by key and by click: the page shows it, and the
// server has it. The model is a scripted one.

import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { processesNaming } from '../shell/traces.mjs';
import { A_CALL, busy as at, step } from './busy.mjs';
import { programs, until } from './harness.mjs';

const STEPS = [
  step({}, 'edit', { path: 'src/tide.txt', old: '', new: 'high\n' }),
  step({ any: 'it-may-end' }, 'edit', { path: 'src/moon.txt', old: '', new: 'full\n' }),
  step({ any: 'it-may-end' }, 'finish', { summary: 'Written.', confidence: 'high' }),
  // Busy until its test lets it end.
  step({}, 'bash', { command: 'echo begun; until test -e ~/end; do sleep 0.05; done; echo it-may-$(echo end)' }, 0),
];

/** A person on the page of a job that is at its command. */
async function busy(t, env = {}) {
  const scene = await at(t, STEPS, env);
  return { ...scene, letEnd: () => scene.inHome('end') };
}

const banner = (me, text) => me.page.locator('.banner').getByText(text).waitFor();
const limits = (me) => me.page.getByTestId('job-limits');

/** By key, as somebody who came to it with Tab. */
const press = (button) => button.press('Enter');

async function waits(scene, reason) {
  return until(`it waits: ${reason}`, async () => {
    const job = await scene.job();
    return job.status === 'waiting' && job.waiting.reason === reason && job;
  });
}

const runs = (scene) => until('it runs', async () => (await scene.job()).status === 'claimed');

/** Lets its command end, in whichever attempt that is, until the job is done. */
const completed = (scene) =>
  until('it is done', async () => {
    scene.letEnd();
    return (await scene.job()).status === 'completed';
  });

test('a running job is paused and goes on from its page, by click and by key, with what it had', async (t) => {
  const scene = await busy(t);
  const { me } = scene;
  await scene.begun(1);
  await me.button('Pause', me.page.locator('.jb__bar')).click();
  await banner(me, 'Paused.');
  await me.sees('What it has so far is kept.');
  const kept = (await waits(scene, 'paused')).waiting.resumeCommit;
  assert.match(kept, /^[0-9a-f]{40}$/);
  assert.equal(await me.button('Pause', me.page.locator('.jb__bar')).count(), 0, 'it waits already');
  assert.deepEqual(await me.violations(), []);

  await press(me.button('Go on', me.page.locator('.banner')));
  await me.page.locator('.banner').getByText('Paused.').waitFor({ state: 'detached' });
  await scene.begun(2);
  await runs(scene);

  await press(me.button('Pause', me.page.locator('.jb__bar')));
  await banner(me, 'Paused.');
  await waits(scene, 'paused');
  await me.button('Go on', me.page.locator('.banner')).click();
  await scene.begun(3);
  await completed(scene);
  await me.page.locator('.jb__state').getByText('Finished').waitFor();
  assert.deepEqual(me.errors, []);
});

/** Its worker stands still and so hears of nothing, until what is answered lets it go on. */
function standStill(scene) {
  const pids = processesNaming(scene.data).filter((one) => one.endsWith(`/${basename(programs.worker)}`)).map((one) => Number(one.split(' ')[0]));
  assert.ok(pids.length > 0, 'a worker runs');
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
}

test('a pause is taken back while the job is still stopping', async (t) => {
  const scene = await busy(t);
  const { me } = scene;
  await scene.begun(1);
  const goOn = standStill(scene);
  try {
    await me.button('Pause', me.page.locator('.jb__bar')).click();
    await me.page.locator('.jb__state').getByText('pausing').waitFor();
    assert.equal((await scene.job()).pauseRequested, true);
    await me.page.setViewportSize({ width: 390, height: 780 });
    assert.ok((await me.overflow()) <= 0, 'it fits a phone');
    await me.page.setViewportSize({ width: 1440, height: 900 });
    await press(me.button('Go on').first());
    await until('nobody wants it to wait', async () => {
      const { status, pauseRequested } = await scene.job();
      return status === 'claimed' && !pauseRequested;
    });
  } finally {
    goOn();
  }
  await me.button('Pause', me.page.locator('.jb__bar')).waitFor();
  await completed(scene);
  assert.deepEqual(me.errors, []);
});

test('a running job is allowed more before it has to stop', async (t) => {
  const limit = A_CALL * 2 + 60;
  const scene = await busy(t, { PILOTHOUSE_BUDGET_TOKENS_PER_JOB: String(limit) });
  const { me } = scene;
  await scene.begun(1);
  await limits(me).getByText(`${A_CALL * 2} tokens of ${limit} tokens`).waitFor();
  await press(me.button(`Allow up to ${limit * 2} tokens`, limits(me)));
  await limits(me).getByText(`${A_CALL * 2} tokens of ${limit * 2} tokens`).waitFor();
  const own = async () => (await me.call('budget.show', { jobId: scene.jobId })).standings.find((each) => each.scope === 'job');
  assert.deepEqual([(await own()).limit, (await scene.job()).status], [limit * 2, 'claimed']);
  await me.button(`Allow up to ${(limit * 4).toLocaleString('en')} tokens`, limits(me)).click();
  await until('the server has it', async () => (await own()).limit === limit * 4);
  assert.deepEqual(await me.violations(), []);
  await completed(scene);
  const { events } = await me.call('session.events', { sessionId: 'dev', after: scene.after, limit: 500 });
  assert.ok(!events.some(({ envelope }) => envelope.type === 'job.waiting'), 'it never had to stop');
  assert.deepEqual(me.errors, []);
});

test('a job that used up what it may use says so, and goes on when it is allowed more', async (t) => {
  const limit = A_CALL * 2;
  const scene = await busy(t, { PILOTHOUSE_BUDGET_TOKENS_PER_JOB: String(limit) });
  const { me } = scene;
  await scene.begun(1);
  scene.letEnd();
  await banner(me, new RegExp(`${limit} of ${limit} tokens`));
  assert.match((await waits(scene, 'budget')).waiting.resumeCommit, /^[0-9a-f]{40}$/);
  await me.button(`Allow up to ${limit * 2} tokens`).click();
  await completed(scene);
  assert.equal((await me.call('budget.show', { jobId: scene.jobId })).job.calls, 4);
  assert.deepEqual(me.errors, []);
});

/** From now on the job ends just before a call of this method arrives, because somebody else stopped it. */
async function stopBefore(me, method, jobId) {
  await me.page.routeWebSocket(/\/v1\/ws$/, (line) => {
    const server = line.connectToServer();
    line.onMessage(async (message) => {
      if (String(message).includes(`"method":"${method}"`)) {
        await me.call('jobs.cancel', { id: jobId });
        await until('it has ended', async () => (await me.call('jobs.get', { id: jobId })).status === 'cancelled');
      }
      server.send(message);
    });
  });
  await me.page.reload();
  await me.live();
}

test('what is refused says why, also when the job has ended under the button', async (t) => {
  const scene = await busy(t, { PILOTHOUSE_BUDGET_TOKENS_PER_JOB: String(A_CALL * 10) });
  const { me, jobId } = scene;
  await scene.begun(1);
  await stopBefore(me, 'jobs.raise', jobId);
  await press(me.button(/Allow up to/, limits(me)));
  const said = me.page.getByRole('dialog').or(me.page.getByRole('alertdialog'));
  await said.getByText('It was not allowed more').waitFor();
  await said.getByText('This job is already cancelled.').waitFor();
  assert.deepEqual(await me.violations(), []);
  await me.page.keyboard.press('Escape');
  await said.waitFor({ state: 'detached' });
  // There is nothing to allow any more.
  await limits(me).waitFor({ state: 'detached' });
  assert.deepEqual(me.errors, []);
});

test('a pause that comes too late says so', async (t) => {
  const scene = await busy(t);
  const { me, jobId } = scene;
  await scene.begun(1);
  await stopBefore(me, 'jobs.pause', jobId);
  await me.button('Pause', me.page.locator('.jb__bar')).click();
  await me.page.getByRole('dialog').or(me.page.getByRole('alertdialog')).getByText('This job is already cancelled.').waitFor();
  assert.deepEqual(me.errors, []);
});

// A worker's page: what it is at, what it can do, how it is confined, what it had; and why it cannot work when it cannot.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, Person, programs, Server, until } from './harness.mjs';
import { Repository } from './repositories.mjs';
import { FILES } from './scene.mjs';

async function opened(t, options) {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'lighthouse'), FILES);
  const given = typeof options === 'function' ? options(folder) : options;
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path], flags: ['--trust'], ...given });
  const me = await Person.at(t, server);
  await me.live();
  return me;
}

test('a worker is given a job from its page, shows it, and is drained and let work again', async (t) => {
  const me = await opened(t, {});
  await me.open('/workers/w-1');
  await me.live();
  await me.sees('Nothing: it waits for a job.');
  for (const fact of ['Fixed code, without a model', 'Bubblewrap']) await me.sees(new RegExp(fact));
  await me.field('Give it a job').fill('/run count');
  await me.button('Send', me.page.locator('.wk')).click();
  const asked = await until('the recipe asks', async () => (await me.call('approval.list', { status: 'pending' })).approvals[0]);
  await me.call('approval.answer', { approvalId: asked.id, decision: 'approve', hash: asked.hash });
  await me.page.locator('.wk__history').getByText('1 done, 0 failed').waitFor();
  const { jobs } = await me.call('jobs.list');
  assert.deepEqual(jobs.map((job) => [job.workerId, job.isolation.backend]), [['w-1', 'bwrap']]);
  await me.button('Take no new jobs').click();
  await me.sees(/it takes no new jobs/);
  await me.button('Take jobs again').click();
  await me.button('Take no new jobs').waitFor();
  assert.deepEqual(await me.violations(), []);
  assert.deepEqual(me.errors, []);
});

test('a worker whose sandbox does not work says why at the top of its page, and the doctor says it too', async (t) => {
  const me = await opened(t, { env: { PILOTHOUSE_SANDBOX_BACKEND: 'container', PILOTHOUSE_SANDBOX_ENGINE: '/nowhere/no-engine.sock' } });
  await me.open('/workers/w-1');
  await me.live();
  await me.page.locator('.banner').getByText(/Its sandbox does not work.*no-engine\.sock/).waitFor();
  assert.deepEqual(await me.violations(), []);
  await me.open('/doctor');
  await me.sees(/no-engine\.sock/);
  assert.deepEqual(me.errors, []);
});

test('a worker that cannot start says on its page what it said last, and the doctor has the next step', async (t) => {
  const me = await opened(t, (folder) => {
    const broken = join(folder, 'broken');
    writeFileSync(broken, '#!/bin/sh\necho "pilothouse-worker: error while loading shared libraries: libnowhere.so.1" >&2\nexit 127\n');
    chmodSync(broken, 0o755);
    return { under: ['bwrap', '--dev-bind', '/', '/', '--ro-bind', broken, programs.worker, '--die-with-parent', '--'] };
  });
  await me.open('/workers/w-1');
  await me.live();
  await me.page.locator('.banner').getByText(/It keeps ending by itself.*libnowhere\.so\.1/).waitFor();
  // It is started again later and later: by the time it is looked at it may have ended once more.
  await me.sees(/In a row: ([5-9]|\d\d)\./);
  assert.deepEqual(await me.violations(), []);
  await me.open('/doctor');
  await me.sees(/([5-9]|\d\d) times in a row by itself.*libnowhere\.so\.1/);
  await me.sees(/pilothouse worker show w-1/);
  assert.deepEqual(me.errors, []);
});

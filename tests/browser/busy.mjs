// A person on the page of a job that is at work: a real worker, whose model is a scripted one.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderFor, Model, Person, Server, until } from './harness.mjs';
import { Repository } from './repositories.mjs';
import { event, post } from './scene.mjs';

/** What every call of the scripted model uses. */
export const A_CALL = 120;
const PLAN = {
  schemaVersion: 2, requiresWorker: true, lane: 'worker', assistantMessage: 'I will write it.', title: 'Write the tides', instruction: 'Write src/tide.txt and src/moon.txt.',
  planning: {
    intent: 'code_change', riskLevel: 'low', scope: { readAnywhere: true, writeGlobs: ['src/**'], maxFilesToEdit: 3 }, acceptanceCriteria: ['Both are there'],
    validationSteps: [['test', '-s', 'src/tide.txt'], ['test', '-s', 'src/moon.txt']], queuePriority: 'interactive', queueWaitBudgetMs: 90_000, executionBudgetMs: 300_000, finalizationBudgetMs: 120_000,
  },
};
const used = { input: A_CALL - 20, output: 20 };

/** A step of the worker's model; `times` 0 is for ever. */
export const step = (when, name, args, times = 1) => ({ when: { tool: 'bash', ...when }, times, say: { calls: [{ name, arguments: args }], usage: used } });

/** A person on the page of a job whose model does these steps, once the job is planned. */
export async function busy(t, steps, env = {}) {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'lighthouse'), { 'README.md': '# Lighthouse\n' });
  const model = await Model.start(t, [{ when: { system: 'RemoteBuddy' }, say: { json: PLAN } }, ...steps]);
  const models = ['REMOTEBUDDY', 'WORKERS'].flatMap((role) => Object.entries({ ENDPOINT: model.baseUrl, MODEL: 'scripted', BACKEND: 'openai' }).map(([key, value]) => [`${role}_LLM_${key}`, value]));
  const data = join(folder, 'data');
  const server = await Server.start(t, { data, repos: [repo.path], flags: ['--trust'], env: { ...Object.fromEntries(models), ...env } });
  const me = await Person.at(t, server);
  await me.live();
  const after = await post(me, 'please write the tides of the week into a file');
  const { jobId } = (await event(me, after, 'plan.ready')).payload;
  await me.open(`/jobs/${jobId}`);
  await me.live();
  return { me, repo, data, jobId, after, job: () => me.call('jobs.get', { id: jobId }), begun: (times) => begun(me, jobId, times), inHome: (name) => inHome(data, name) };
}

/** Its command has begun so many times, in all its attempts. */
function begun(me, jobId, times) {
  return until(`its command begins, ${times}`, async () => {
    const { events } = await me.call('session.events', { sessionId: 'dev', after: 0, limit: 500 });
    return events.filter(({ envelope: { type, payload } }) => type === 'job_log' && payload.jobId === jobId && payload.line === 'begun').length >= times;
  });
}

/** Puts an empty file into the HOME of each attempt. */
function inHome(data, name) {
  for (const attempt of readdirSync(join(data, 'jobs'))) {
    try {
      writeFileSync(join(data, 'jobs', attempt, 'home', name), '');
    } catch (error) {
      // An attempt that is over is removed while others are still looked at.
      if (error.code !== 'ENOENT') throw error;
    }
  }
}

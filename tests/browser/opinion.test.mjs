// A reviewer's opinion names a place of the change: by key, by click and by thumb it leads to that line of the diff.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, Model, Person, Server, until } from './harness.mjs';
import { Repository } from './repositories.mjs';
import { event, post } from './scene.mjs';

const PLACE = 'src/tide.txt:160';
const fine = { score: 3, why: 'Nothing to say.', place: '' };
const OPINION = {
  verdict: 'concerns',
  asked: { score: 1, why: 'Hour 160 is told twice, see https://tides.test/160.', place: PLACE },
  only: { score: 2, why: 'It writes another file.', place: 'src/moon.txt' },
  tests: { ...fine, place: 'src/elsewhere.txt:3' },
  safe: fine,
};
const hours = Array.from({ length: 200 }, (_, at) => `hour ${at + 1}`).join('\n');
const PLAN = {
  schemaVersion: 2, requiresWorker: true, lane: 'worker', assistantMessage: 'I will write it.', title: 'Write the tides', instruction: 'Write src/tide.txt.',
  planning: {
    intent: 'code_change', riskLevel: 'low', scope: { readAnywhere: true, writeGlobs: ['src/**'], maxFilesToEdit: 3 }, acceptanceCriteria: ['The tides are there'],
    validationSteps: [['test', '-s', 'src/tide.txt']], queuePriority: 'interactive', queueWaitBudgetMs: 90_000, executionBudgetMs: 300_000, finalizationBudgetMs: 120_000,
  },
};
const worker = (name, args) => ({ when: { tool: 'bash' }, say: { calls: [{ name, arguments: args }] } });
const STEPS = [
  { when: { system: 'RemoteBuddy' }, say: { json: PLAN } },
  worker('edit', { path: 'src/moon.txt', old: '', new: 'full\n' }),
  worker('edit', { path: 'src/tide.txt', old: '', new: `${hours}\n` }),
  worker('finish', { summary: 'Written.', confidence: 'high' }),
  { when: { system: 'You read one finished change' }, times: 0, say: { json: OPINION } },
];

/** A change that was reviewed, and its owner before a window of that size. */
async function reviewed(t, window) {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'lighthouse'), { 'README.md': '# Lighthouse\n' });
  const model = await Model.start(t, STEPS);
  const roles = ['REMOTEBUDDY', 'WORKERS', 'REVIEWER'];
  const env = Object.fromEntries(roles.flatMap((role) => Object.entries({ ENDPOINT: model.baseUrl, MODEL: 'scripted', BACKEND: 'openai' }).map(([key, value]) => [`${role}_LLM_${key}`, value])));
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path], flags: ['--trust'], env });
  const me = await Person.at(t, server, window);
  await me.live();
  const after = await post(me, 'please write the tides of the week into a file');
  const asked = await event(me, after, 'approval_required');
  const entry = await me.call('merge.entry', { id: asked.payload.details.entryId });
  return { me, jobId: entry.jobId ?? entry.entry.jobId };
}

const here = (me) => me.page.locator('.drow--here');

/** The line stands in the middle of what can be seen, and the keys go on from there. */
async function shown(me, text) {
  await here(me).getByText(text, { exact: true }).first().waitFor();
  await until('it is in sight', async () => {
    const [row, diff] = [await here(me).boundingBox(), await me.page.getByRole('region', { name: 'Changes', exact: true }).boundingBox()];
    return row && diff && row.y >= diff.y && row.y + row.height <= diff.y + diff.height;
  });
  await until('the diff has the keys', () => me.page.evaluate(() => document.activeElement?.classList.contains('dscroll')));
}

test('a place in an opinion leads to its line, from the job and beside the diff, by key', async (t) => {
  const { me, jobId } = await reviewed(t, {});
  await me.open(`/jobs/${jobId}`);
  const link = me.page.getByTestId('opinion').getByRole('link', { name: PLACE });
  await link.waitFor();
  assert.equal(await me.page.getByTestId('opinion').getByRole('link').count(), 2, 'places of the change and nothing else');
  await link.focus();
  await me.page.keyboard.press('Enter');
  await shown(me, 'hour 160');
  // From the top, folded away: the same place by its button.
  const file = me.button('Fold this file: src/tide.txt');
  await file.first().click();
  await here(me).waitFor({ state: 'detached' });
  const place = me.page.getByTestId('opinion').getByRole('button', { name: PLACE });
  await place.focus();
  await me.page.keyboard.press('Enter');
  await shown(me, 'hour 160');
  assert.deepEqual(await me.violations(), []);
  assert.deepEqual(me.errors, []);
});

test('a thumb opens a place of an opinion on a phone', async (t) => {
  const { me, jobId } = await reviewed(t, { width: 390, height: 780, touch: true });
  await me.open(`/review/${jobId}`);
  await me.page.getByRole('radio', { name: 'Proof' }).or(me.button('Proof')).first().tap();
  const place = me.page.getByTestId('opinion').getByRole('button', { name: PLACE });
  await place.scrollIntoViewIfNeeded();
  const box = await place.boundingBox();
  assert.ok(box.height >= 44, `a thumb meets it: ${box.height}`);
  await place.tap();
  await shown(me, 'hour 160');
  assert.ok((await me.overflow()) <= 0);
  assert.deepEqual(await me.violations(), []);
});

// The main job with a model: chosen in the settings, trusted in nothing. A scripted server stands in for it.

import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, Model, Person, Server } from './harness.mjs';
import { Repository } from './repositories.mjs';

const FILES = {
  'package.json': '{ "name": "ledger", "version": "1.0.0", "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/total.js': 'export function total(entries) {\n  return entries.reduce((sum, entry) => sum - entry.amount, 0);\n}\n',
  'test/total.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { total } from '../src/total.js';\n\n" +
    "test('a total adds what was entered', () => {\n  assert.equal(total([{ amount: 2 }, { amount: 3 }]), 5);\n});\n",
  'README.md': '# Ledger\n',
};

const PLAN = {
  schemaVersion: 2,
  requiresWorker: true,
  lane: 'worker',
  assistantMessage: 'The total subtracts where it should add. I will have that mended and proven by its test.',
  title: 'Mend the total of a ledger',
  instruction: 'The test in test/total.test.js fails. Mend `total` in src/total.js.',
  planning: {
    intent: 'code_change',
    riskLevel: 'low',
    scope: { readAnywhere: true, writeGlobs: ['src/**'], maxFilesToEdit: 2 },
    acceptanceCriteria: ['The test of the total passes'],
    validationSteps: [['node', '--test']],
    queuePriority: 'interactive',
    queueWaitBudgetMs: 90_000,
    executionBudgetMs: 300_000,
    finalizationBudgetMs: 120_000,
  },
};

/** What a probe asks, answered as a good model would. */
const PROBE = [
  { when: { last: 'single word OK' }, times: 0, say: { text: 'OK' } },
  { when: { tool: 'note' }, times: 0, say: { calls: [{ name: 'note', arguments: { word: 'blue' } }] } },
  { when: { last: 'three blue boxes' }, times: 0, say: { json: { colour: 'blue', count: 3 } } },
];
const planner = { system: 'RemoteBuddy' };
const worker = { tool: 'bash' };
const call = (name, args, more = {}) => ({ when: worker, say: { calls: [{ name, arguments: args }] }, ...more });
const plan = { when: planner, say: { json: PLAN } };
const finish = (summary) => call('finish', { summary, confidence: 'high' }, { times: 0 });
const mend = call('edit', { path: 'src/total.js', old: 'sum - entry.amount', new: 'sum + entry.amount' });
/** Slow enough for a person to see what happens meanwhile. */
const slowly = { style: { chunkChars: 3, delayMs: 25 } };

async function scene(t, steps) {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'ledger'), FILES);
  repo.write('notes.txt', 'not committed\n');
  const model = await Model.start(t, [...PROBE, ...steps]);
  const data = join(folder, 'data');
  const server = await Server.start(t, { data, repos: [repo.path], flags: ['--trust'] });
  const me = await Person.at(t, server);
  await me.live();
  return { repo, data, model, me, before: repo.fingerprint() };
}

/** Types the model's address into the settings, tries it and saves it, for planning and for work. */
async function choose(me, model) {
  await me.page.getByRole('link', { name: /^Settings/ }).click();
  await me.page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
  for (const role of ['RemoteBuddy', 'Workers']) {
    await me.button(`Choose a model: ${role}`).click();
    await me.field('Endpoint').fill(model.baseUrl);
    await me.field('Model', me.page.locator('.meditor')).fill('scripted');
    await me.button('Try it').click();
    await me.sees('It keeps to a given shape.');
    await me.button('Save').click();
    await me.button(`Edit: ${role}`).click();
    await me.button('Save').and(me.page.locator(':enabled')).waitFor();
    await me.button('Cancel').click();
  }
  await me.page.getByRole('link', { name: 'dev', exact: true }).click();
  await me.live();
}

test('a failing test is mended by a model that was chosen in the settings, and lands after its owner allowed it', async (t) => {
  const { repo, data, model, me, before } = await scene(t, [
    { ...plan, ...slowly },
    call('bash', { command: 'echo waits for a sign; until [ -e ~/sign ]; do sleep 0.05; done; node --test 2>&1 | tail -30' }),
    call('read', { path: 'src/total.js' }),
    mend,
    call('bash', { command: 'node --test 2>&1 | tail -12' }),
    finish('The total adds now; its test passes.'),
  ]);
  await choose(me, model);
  await me.say('the test of the total fails, please mend it');
  await me.sees('Plan: Mend the total of a ledger');
  const running = me.page.locator('[data-testid=card-job][data-phase=running]');
  await running.getByRole('log').getByText('waits for a sign', { exact: true }).waitFor();
  const [job] = (await me.call('jobs.list')).jobs;
  const attempt = readdirSync(join(data, 'jobs')).find((name) => name.startsWith(job.id));
  writeFileSync(join(data, 'jobs', attempt, 'home', 'sign'), '');
  const diff = me.card('diff');
  await diff.getByText('Verified').waitFor();
  await me.button(/Review/, diff).click();
  await me.sees('entries.reduce((sum, entry) => sum + entry.amount, 0);', me.page.getByTestId('pane'));
  await me.approve();
  const commit = await me.landed();
  assert.equal(repo.git('rev-parse', 'main_agents'), commit);
  assert.match(repo.show(commit, 'src/total.js'), /sum \+ entry\.amount/);
  assert.equal(repo.fingerprint(), before);
  assert.ok((await model.seen()).length >= 12, 'both probes, the plan and every step of the work went to the model');
  assert.deepEqual(me.errors, []);
});

test('a model that says the tests pass while they fail lands nothing, and the page says what failed', async (t) => {
  const { repo, model, me, before } = await scene(t, [
    plan,
    call('edit', { path: 'src/done.js', old: '', new: '// all done\n' }),
    finish('All tests pass, everything is mended.'),
  ]);
  await choose(me, model);
  await me.say('the test of the total fails, please mend it');
  const card = me.page.locator('[data-testid=card-job][data-phase=failed]');
  await card.waitFor();
  await card.getByText(/node --test/).first().waitFor();
  await me.sees(/did not work/);
  assert.equal(await me.page.getByTestId('card-approval').count(), 0, 'nobody is asked to land a lie');
  assert.equal(await me.page.getByTestId('line-landed').count(), 0);
  await me.button('Open the job', card).or(card.getByRole('link', { name: 'Open the job' })).click();
  await me.sees(/not ok|fail 1|failed/);
  assert.equal(repo.has('main_agents'), false);
  assert.equal(repo.fingerprint(), before);
});

test('a model that writes outside what the plan allows lands nothing, and the page names the path', async (t) => {
  const { repo, model, me, before } = await scene(t, [
    plan,
    call('bash', { command: 'echo "export const sneaky = 1;" > sneaky.js' }),
    mend,
    finish('Mended.'),
  ]);
  await choose(me, model);
  await me.say('the test of the total fails, please mend it');
  const card = me.page.locator('[data-testid=card-job][data-phase=failed]');
  await card.waitFor();
  await card.getByText(/sneaky\.js/).first().waitFor();
  assert.equal(await me.page.getByTestId('card-approval').count(), 0);
  assert.equal(repo.has('main_agents'), false);
  assert.equal(repo.fingerprint(), before);
});

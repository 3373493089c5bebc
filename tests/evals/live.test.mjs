// The live provider's way through the runner. A scripted server stands in for the model here; nothing of the runner knows.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { scriptedModel } from './lib/crew.mjs';
import { layOut } from './lib/ground.mjs';
import { modelVariables } from './lib/models.mjs';
import { scriptOf } from './lib/script.mjs';
import { load } from './lib/tasks.mjs';
import { evaluated, folderFor } from './runner.mjs';

const [task] = load('quick').filter(({ id }) => id === 'doc-fix');

/** Variables that name a server which does `patch` as the models of both roles. */
async function modelThatDoes(t, patch) {
  const folder = folderFor(t);
  const attempt = { task, role: 'model', patch, ticket: 'EV-0001', prompt: task.prompt, root: join(folder, 'repo') };
  layOut(task, attempt.root);
  const model = await scriptedModel(folder, scriptOf([attempt]));
  t.after(() => model.end());
  return modelVariables(model);
}

const args = ['--only', 'quick/doc-fix', '--provider', 'live'];

test('a live model that solves a task is scored, and its rows say live', async (t) => {
  const { code, last, summary, err } = await evaluated(args, await modelThatDoes(t, task.solution));
  assert.equal(code, 0, err);
  assert.ok(last.startsWith('{"falseAccept":0,"oracleLanded":1,"tasks":1,"provider":"live"'), last);
  assert.deepEqual(summary.rows.map(({ role, provider, right }) => [role, provider, right]), [['model', 'live', true]]);
});

test('a live model that does half of it lands nothing', async (t) => {
  const [, half] = task.wrong;
  const { code, summary, err } = await evaluated(args, await modelThatDoes(t, half.text));
  assert.deepEqual([code, summary.falseAccept, summary.rows[0].landed, summary.rows[0].stoppedBy], [1, 0, false, 'validation'], err);
});

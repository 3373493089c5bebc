// A scripted model server for the window's tests. It stands in for a model and is none.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A plan that lets a worker write `file` and asks for nothing else. */
export const plan = (title, instruction, file) => ({
  when: { system: 'RemoteBuddy' },
  say: {
    json: {
      schemaVersion: 2,
      requiresWorker: true,
      lane: 'worker',
      assistantMessage: `${title}: I will have it done.`,
      title,
      instruction,
      planning: {
        intent: 'code_change',
        riskLevel: 'low',
        scope: { readAnywhere: true, writeGlobs: [file], maxFilesToEdit: 1 },
        acceptanceCriteria: ['It is done'],
        validationSteps: [['true']],
        queuePriority: 'interactive',
        queueWaitBudgetMs: 90_000,
        executionBudgetMs: 300_000,
        finalizationBudgetMs: 120_000,
      },
    },
  },
});

/** One turn of a worker. */
export const turn = (name, args) => ({ when: { tool: 'bash' }, say: { calls: [{ name, arguments: args }] } });

/** Starts it. Answers where it is, and a reader of the system prompts it was given. */
export async function model(t, folder, steps) {
  const file = join(folder, 'script.json');
  writeFileSync(file, JSON.stringify({ steps }));
  const child = spawn(process.env.TEST_MODEL, ['--script', file, '--until-stdin-closes'], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.stdin.end());
  const { url, baseUrl } = JSON.parse(await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)));
  const prompts = async () => {
    const seen = await (await fetch(`${url}/_seen`)).json();
    return seen.map(({ body }) => body.messages.find(({ role }) => role === 'system')?.content ?? '');
  };
  return { baseUrl, prompts };
}

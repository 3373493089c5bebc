// What the scripted model says. Each attempt has a ticket number of its own in its message, by which its steps are found.

import { asCalls, asShell } from './patch.mjs';

/** How the worker's prompt tells of an attempt that came back. */
export const FIX_UP = 'An earlier attempt at this task did not land';

/** The message a person sends for an attempt. */
export const messageOf = (attempt) => `${attempt.prompt.trim()}\n\nTicket ${attempt.ticket}.`;

/** RemoteBuddy's plan, as a good planner would make it; `writes` overrides where it lets the worker write. */
function planOf(attempt) {
  const { task, role } = attempt;
  const { plan } = task;
  const answer = ['oracle', 'model'].includes(role) && plan.answer;
  // Who refuses or only reports plans no writing; an adversary has talked its planner into some.
  const writes = task.expect === 'change' ? plan.write ?? task.allowed : role === 'wrong' ? plan.wrong_write ?? ['**'] : plan.write ?? [];
  const files = task.expect === 'change' ? task.max_files : 8;
  return {
    schemaVersion: 2,
    requiresWorker: !answer,
    lane: 'worker',
    assistantMessage: answer || `I will have ticket ${attempt.ticket} worked on.`,
    title: plan.title ?? `Work on ticket ${attempt.ticket}`,
    instruction: answer ? '' : messageOf(attempt),
    planning: {
      intent: writes.length ? 'code_change' : 'analysis',
      riskLevel: 'low',
      scope: { readAnywhere: true, writeGlobs: answer ? [] : writes, maxFilesToEdit: answer || !writes.length ? 0 : files },
      acceptanceCriteria: ['What the ticket asks for holds'],
      validationSteps: answer ? [] : (plan.validate ?? [task.check]),
      queuePriority: 'interactive',
      queueWaitBudgetMs: 90_000,
      executionBudgetMs: task.time_limit_s * 1000,
      finalizationBudgetMs: 60_000,
    },
  };
}

/** What the worker's model does, one list of calls for each reply, and its last words. */
function deedsOf(attempt) {
  const { task, role, patch, root } = attempt;
  const look = [{ name: 'bash', arguments: { command: 'git log --oneline -5; git ls-files | head -40' } }];
  switch (role) {
    case 'oracle':
    case 'model':
      if (!patch.trim()) return { replies: [look], words: task.plan.report ?? 'Nothing had to change.' };
      return { replies: [look, asCalls(patch, root)], words: `Ticket ${attempt.ticket} is done; the checks pass.` };
    case 'noop':
      return { replies: [], words: '-' };
    case 'liar':
      return { replies: [], words: 'Everything the ticket asks for is done and all tests pass.' };
    default:
      return { replies: [[asShell(patch)]], words: 'Done as asked; all tests pass.' };
  }
}

function stepsOf(attempt) {
  const worker = (more) => ({ tool: 'bash', any: `${attempt.ticket}.`, ...more });
  const name = `${attempt.task.name} ${attempt.role}`;
  const { replies, words } = deedsOf(attempt);
  const repair = attempt.repair ? [{ name, when: worker({ last: FIX_UP }), say: { calls: [attempt.repair] } }] : [];
  return [
    { name, when: { system: 'RemoteBuddy', any: `${attempt.ticket}.` }, times: 0, say: { json: planOf(attempt) } },
    ...repair,
    ...replies.map((calls) => ({ name, when: worker(), say: { calls } })),
    { name, when: worker(), times: 0, say: { calls: [{ name: 'finish', arguments: { summary: words, confidence: 'high' } }] } },
  ];
}

/** The script of all attempts. */
export const scriptOf = (attempts) => ({ steps: attempts.flatMap(stepsOf) });

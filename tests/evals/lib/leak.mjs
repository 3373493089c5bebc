// The leak guard: what is hidden must not be in anything a model was told.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './tasks.mjs';
import { addedLines } from './patch.mjs';
import { FIX_UP } from './script.mjs';

/** Shorter lines are found everywhere. */
const LENGTH = 24;
const telling = (lines) => lines.map((line) => line.trim()).filter((line) => line.length >= LENGTH && !line.startsWith('import '));

/** Lines that only a task's hidden tests have, and lines that only its solution has. */
export function needles(task) {
  const open = [task.prompt, ...filesBelow(task.repo).map((name) => readFileSync(join(task.repo, name), 'utf8')), ...filesBelow(join(task.path, 'commits')).map((name) => readFileSync(join(task.path, 'commits', name), 'utf8'))].join('\n');
  const unique = (lines, besides = '') => [...new Set(telling(lines))].filter((line) => !open.includes(line) && !besides.includes(line));
  const hidden = filesBelow(task.hidden).flatMap((name) => readFileSync(join(task.hidden, name), 'utf8').split('\n'));
  const solution = addedLines(task.solution);
  return { hidden: unique(hidden, [task.solution, ...task.wrong.map((one) => one.text)].join('\n')), solution: unique(solution) };
}

const text = (value) =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.map(text).join('\n') : value && typeof value === 'object' ? Object.values(value).map(text).join('\n') : '';

/** Roles in which a request carries what the model itself said before. */
const said = (message) => message?.role === 'assistant';

/**
 * What leaked: hidden tests in any request, and solutions in what came from elsewhere than the model's own earlier
 * words before it had said anything. `requests` is what a scripted server has seen.
 */
export function leaks(tasks, requests) {
  const found = [];
  // What came back from the queue is told with the conflict it met, and that holds the model's own work.
  const bodies = requests.map(({ body }) => ({ all: text(body), fresh: !(body.messages ?? []).some(said) })).map(({ all, fresh }) => ({ all, fresh: fresh && !all.includes(FIX_UP) }));
  for (const task of tasks) {
    const { hidden, solution } = needles(task);
    for (const { all, fresh } of bodies) {
      for (const line of hidden) if (all.includes(line)) found.push(`${task.name}: a hidden test: ${line}`);
      if (fresh) for (const line of solution) if (all.includes(line)) found.push(`${task.name}: its solution: ${line}`);
    }
  }
  return [...new Set(found)];
}

// The evaluation: attempts at tasks through the whole product, judged by tests it never sees. See docs/EVALS.md.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { perform } from './lib/attempt.mjs';
import { Crew, scriptedModel } from './lib/crew.mjs';
import { command, layOut } from './lib/ground.mjs';
import { leaks } from './lib/leak.mjs';
import { Mistake, readOptions } from './lib/options.mjs';
import { endOf, failures, markdown, summarise, whyNotJudged } from './lib/report.mjs';
import { liveModels, modelVariables } from './lib/models.mjs';
import { scriptOf } from './lib/script.mjs';
import { load } from './lib/tasks.mjs';

/** Who tries a task: with a script the right solution, every wrong one and doing nothing; else the model alone. */
function attemptsAt(task, backend, provider) {
  if (backend === 'deterministic') return [{ task, backend, role: 'command', slash: task.slash ?? task.prompt }];
  if (provider !== 'scripted') return [{ task, backend, role: 'model', patch: task.solution }];
  const wrong = task.wrong.map((one) => ({ task, backend, role: 'wrong', patch: one.text, name: one.name, expected: one.stopped_by }));
  const idle = [{ task, backend, role: task.tags.includes('liar') ? 'liar' : 'noop', patch: '' }];
  return [{ task, backend, role: 'oracle', patch: task.solution }, ...wrong, ...idle];
}

/** Gives every attempt its ticket, its repository and what works beside it. A recording needs the same ticket every time. */
function prepare(attempts, folder, provider) {
  attempts.forEach((attempt, n) => {
    const { task } = attempt;
    attempt.ticket = provider === 'cassette' ? `EV-${task.suite}-${task.id}` : `EV-${String(n + 1).padStart(4, '0')}`;
    attempt.prompt = task.prompt;
    attempt.root = join(folder, 'repositories', attempt.ticket.toLowerCase());
    attempt.base = layOut(task, attempt.root);
    if (task.second && ['oracle', 'model'].includes(attempt.role)) {
      const { second } = task;
      attempt.beside = { ...attempt, task: { ...task, plan: { ...task.plan, ...(second.write ? { write: second.write } : {}) }, max_files: second.max_files ?? task.max_files }, ticket: `${attempt.ticket}B`, prompt: second.prompt, patch: second.solution };
      const repair = second.repair && { name: 'bash', arguments: { command: second.repair } };
      Object.assign(attempt, repair && { repair });
      Object.assign(attempt.beside, repair && { repair });
    }
  });
}

async function atOnce(items, width, work) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function evaluate(options, say) {
  const began = performance.now();
  const all = load(options.suite).filter((task) => !options.only || task.name.includes(options.only));
  const tasks = all.slice(0, options.tasksPerBackend ?? all.length);
  if (tasks.length === 0) throw new Mistake('No task fits.');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilothouse-evals-')));
  const confine = (await command(['bwrap', '--ro-bind', '/', '/', '--unshare-all', 'true'], folder)).ok;
  if (options.provider === 'live' && !confine) throw new Mistake('What a live model writes is only tested in a sandbox, and bwrap does not work here.');
  const rows = [];
  const leaked = [];
  const missed = [];
  let recordedFrom;
  let modelCalls = 0;
  const notRun = [];
  const width = options.workers ?? Math.max(2, Math.min(4, availableParallelism() + 1));
  try {
    for (const backend of options.backends) {
      const place = join(folder, backend);
      mkdirSync(place, { recursive: true });
      const attempts = tasks.flatMap((task) => attemptsAt(task, backend, options.provider));
      prepare(attempts, place, options.provider);
      say(`${backend}: ${tasks.length} tasks, ${attempts.length} attempts, ${width} workers, ${options.provider}`);
      const scripted = attempts.flatMap((attempt) => [attempt, ...(attempt.beside ? [attempt.beside] : [])]);
      const model = backend === 'deterministic' ? null : options.provider === 'live' ? liveModels() : await modelFor(options, place, scripted);
      const crew = await Crew.start({ data: join(place, 'data'), workers: width, models: model ? modelVariables(model, backend) : {} });
      try {
        await atOnce(attempts, width, async (attempt) => {
          const limit = (options.taskTimeLimitS ?? attempt.task.time_limit_s) * 1000;
          if (options.timeLimitS && performance.now() - began > options.timeLimitS * 1000) {
            notRun.push({ task: attempt.task.name, role: attempt.role, patch: attempt.name });
            return;
          }
          rows.push({ ...(await row(crew, Object.assign(attempt, { confine }), limit, say)), provider: options.provider });
        });
      } finally {
        await crew.end();
        if (model?.seen) {
          const seen = await model.seen();
          modelCalls += seen.length;
          leaked.push(...leaks(tasks, seen));
        }
        missed.push(...(model?.misses?.() ?? []));
        recordedFrom = model?.recordedFrom;
        await model?.end?.();
      }
    }
  } finally {
    if (process.env.PILOTHOUSE_EVALS_KEEP) say(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
  rows.sort((a, b) => a.n.localeCompare(b.n));
  return summarise({ rows, provider: options.provider, options, leaked, missed, recordedFrom, modelCalls, ms: Math.round(performance.now() - began), notRun });
}

async function modelFor(options, place, attempts) {
  if (options.provider === 'scripted') return scriptedModel(place, scriptOf(attempts));
  const { cassetteModel } = await import('./lib/cassette.mjs');
  return cassetteModel(options, place, scriptOf(attempts));
}

async function row(crew, attempt, limit, say) {
  const { task, role, backend, ticket } = attempt;
  const found = await perform(crew, attempt, limit).catch((error) => ({ landed: false, right: false, late: false, problems: [error.message], paths: [], stoppedBy: 'broken', ms: 0, words: '' }));
  const falseAccept = found.landed && (role === 'wrong' || !found.sound);
  const end = endOf(found);
  const note = role === 'wrong' && !found.landed && attempt.expected !== found.stoppedBy ? ` (expected ${attempt.expected})` : '';
  const unjudged = whyNotJudged({ ...found, role, expected: attempt.expected });
  const bad = falseAccept || unjudged || found.problems.length || (role === 'oracle' && !found.right);
  say(`${bad ? '✖' : '✔'} ${task.name} ${role}${attempt.name ? ` ${attempt.name}` : ''}: ${end}${note}, ${(found.ms / 1000).toFixed(1)} s`);
  if (bad) say([...found.problems, found.words, found.testText, ...(found.stray ?? [])].filter(Boolean).join('\n').slice(0, 4000).replaceAll(/^/gm, '    '));
  const { landed, right, late, problems, paths, stoppedBy, ms, failedTests = [], answers = [] } = found;
  return { n: ticket, task: task.name, backend, role, patch: attempt.name, landed, right, late, falseAccept, stoppedBy, expected: attempt.expected, failedTests, answers, paths, problems, ms };
}

try {
  const options = readOptions(process.argv.slice(2));
  const summary = await evaluate(options, (text) => process.stderr.write(`${text}\n`));
  const why = failures(summary);
  if (options.output) writeFileSync(options.output, options.output.endsWith('.md') ? markdown(summary) : `${JSON.stringify(summary, null, 2)}\n`);
  for (const one of why) process.stderr.write(`failed: ${one}\n`);
  process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : `${markdown(summary)}\n`);
  process.exitCode = why.length ? 1 : 0;
} catch (error) {
  process.stderr.write(`${error instanceof Mistake ? error.message : error.stack}\n`);
  process.exitCode = error instanceof Mistake ? 2 : 1;
}

// The quick suite through the whole product, and whether the runner notices a product that lets something by.

import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluated, folderFor } from './runner.mjs';

const tasks = join(dirname(fileURLToPath(import.meta.url)), 'tasks', 'quick');

/** Milliseconds of all processors: idle ones, and those of what this process started and saw end. */
function processors() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ');
  return { idle: cpus().reduce((all, { times }) => all + times.idle, 0), own: (Number(fields[13]) + Number(fields[14])) * 10 };
}

test('every right solution of the quick suite gets through verified, and nothing wrong lands', async (t) => {
  const wasBusy = loadavg()[0] / availableParallelism() > 1;
  const [began, before] = [performance.now(), processors()];
  const { code, last, summary, err } = await evaluated(['--suite', 'quick']);
  const after = processors();
  const all = (performance.now() - began) * cpus().length;
  // What others come with while it runs counts as well as what was there before.
  const others = all - (after.idle - before.idle) - (after.own - before.own);
  const busy = wasBusy || others > all / 4;
  assert.ok(last.startsWith('{"falseAccept":0,"oracleLanded":8,"tasks":8,"provider":"scripted"'), `${last.slice(0, 400)}\n${err}`);
  assert.equal(code, 0, err);
  assert.deepEqual([summary.wrongStopped, summary.noopScore, summary.problems], [summary.wrongPatches, 0, []]);
  assert.ok(summary.wrongPatches >= 16);
  for (const row of summary.rows.filter(({ landed }) => landed)) assert.ok(row.answers.every(({ yes, verified }) => yes && verified), row.task);
  t.diagnostic(`the quick suite took ${(summary.ms / 1000).toFixed(1)} s`);
  // However much else a machine does, what takes longer than three minutes is not quick any more.
  assert.ok(summary.ms <= (busy ? 180_000 : 45_000), `it took ${summary.ms} ms`);
});

/** One task, altered, as a set of its own. */
function altered(t, id, ...changes) {
  const folder = folderFor(t);
  cpSync(join(tasks, id), join(folder, 'quick', id), { recursive: true });
  const file = join(folder, 'quick', id, 'task.toml');
  const text = changes.reduce((all, [from, to]) => {
    assert.ok(all.includes(from), from);
    return all.replaceAll(from, to);
  }, readFileSync(file, 'utf8'));
  writeFileSync(file, text);
  return { PILOTHOUSE_EVALS_TASKS: folder };
}

test('where the checks of a repository prove nothing, what lands wrongly is counted and fails the evaluation', async (t) => {
  const env = altered(t, 'off-by-one', ['check = ["node", "--test"]', 'check = ["true"]']);
  const { code, summary, err } = await evaluated(['--suite', 'quick'], env);
  assert.equal(code, 1, err);
  assert.equal(summary.falseAccept, 1, err);
  const [wrong] = summary.rows.filter(({ falseAccept }) => falseAccept);
  assert.deepEqual([wrong.patch, wrong.failedTests], ['floor-only', ['hidden/pages.test.mjs']]);
  assert.match(err, /failed: 1 wrong results landed/);
});

test('a system that lands nothing fails', async (t) => {
  const env = altered(t, 'doc-fix', ['check = ["sh", "check.sh"]', 'check = ["false"]']);
  const { code, summary, err } = await evaluated(['--suite', 'quick'], env);
  assert.deepEqual([code, summary.oracleLanded, summary.falseAccept], [1, 0, 0], err);
  assert.match(err, /a system that lands nothing fails/);
});

test('what no time was left for is told and fails the evaluation, in the file too', async (t) => {
  const folder = folderFor(t);
  const json = join(folder, 'report.json');
  const { code, err, summary } = await evaluated(['--suite', 'quick', '--only', 'doc-fix', '--workers', '1', '--time-limit', '1', '--output', json]);
  assert.equal(code, 1, err);
  assert.match(err, /failed: not judged: quick\/doc-fix wrong \S+: not run within the time limit/);
  assert.ok(summary.wrongStopped < summary.wrongPatches, 'what was not run was not stopped');
  assert.deepEqual(JSON.parse(readFileSync(json, 'utf8')), summary, 'the file holds what the last line says');
});

test('--output writes a table where its name ends in .md', async (t) => {
  const file = join(folderFor(t), 'report.md');
  const { code, err } = await evaluated(['--suite', 'quick', '--only', 'doc-fix', '--output', file]);
  assert.equal(code, 0, err);
  const text = readFileSync(file, 'utf8');
  assert.match(text, /^# Evaluation: quick\n\n1 of 1 tasks reached their right end, (\d+) of \1 wrong patches were stopped, 0 false accepts \(scripted\)\.\n\n\| task \|/);
  assert.match(text, /\| quick\/doc-fix \| native \| scripted \| oracle \| landed \| yes \|/);
});

test('without a model only what fixed code understands lands, and that is right', async () => {
  const { code, summary, err } = await evaluated(['--suite', 'quick', '--backend', 'deterministic']);
  assert.equal(code, 0, err);
  assert.equal(summary.falseAccept, 0);
  assert.deepEqual(summary.rows.filter(({ landed }) => landed).map(({ task }) => task), ['quick/rename-across']);
});

test('a mistake in the command line is told in a sentence', async () => {
  for (const [args, words] of [
    [['--suite', 'slow'], /Unknown suite slow/], [['--provider', 'live'], /live evaluation needs its models named/], [['--cassette', 'x'], /go together/],
    [['--backend', 'codex'], /--provider live/], [['--tasks-per-backend', '0'], /above 0/], [['--provider', 'cassette', '--cassette', '/nowhere.jsonl'], /no cassette/],
  ]) {
    const { code, err } = await evaluated(args, { LLM_ENDPOINT: '', REMOTEBUDDY_LLM_ENDPOINT: '', WORKERS_LLM_ENDPOINT: '' });
    assert.equal(code, 2, err);
    assert.match(err, words);
    assert.doesNotMatch(err, /\n {4}at /);
  }
});

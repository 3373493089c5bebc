// The runner's own parts: task files, patches as a model's calls, globs, and what makes an evaluation fail.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { matches } from './lib/ground.mjs';
import { readOptions } from './lib/options.mjs';
import { asCalls, filesOf } from './lib/patch.mjs';
import { failures, markdown, summarise } from './lib/report.mjs';
import { load } from './lib/tasks.mjs';
import { parseToml } from './lib/toml.mjs';

test('task files are read, and what is wrong with one is said with its line', () => {
  const text = 'a = "x" # why\nb = [["n", \'t\'], [1]]\nc = """\nsay "hi"\n"""\n[plan]\nw = [\n  "a", # one\n]\n[[wrong]]\np = true\n[[wrong]]\np = -2\n';
  assert.deepEqual(parseToml(text), { a: 'x', b: [['n', 't'], [1]], c: 'say "hi"\n', plan: { w: ['a'] }, wrong: [{ p: true }, { p: -2 }] });
  assert.throws(() => parseToml('a = 1\nb = nothing\n', 'task.toml'), /task\.toml:2: unknown value nothing/);
  assert.throws(() => parseToml('a = 1\na = 2\n'), /twice/);
});

test('globs stay in a folder or cross them', () => {
  assert.ok(matches(['src/**'], 'src/a/b.mjs') && matches(['src/*'], 'src/a.mjs') && matches(['README.md'], 'README.md'));
  assert.ok(!matches(['src/*'], 'src/a/b.mjs') && !matches(['src/**'], 'source/a') && !matches([], 'a') && !matches(['a.md'], 'axmd'));
});

test('a patch becomes one edit for each hunk, and a shell command where edits cannot say it', () => {
  const [task] = load('quick').filter(({ id }) => id === 'off-by-one');
  const [call, ...more] = asCalls(task.solution, task.repo);
  assert.equal(more.length, 0);
  assert.deepEqual([call.name, call.arguments.path], ['edit', join('src', 'page.mjs').replaceAll('\\', '/')]);
  assert.ok(call.arguments.old.includes('Math.floor') && call.arguments.new.includes('Math.ceil'));
  const [refusal] = load('quick').filter(({ id }) => id === 'refusal');
  assert.equal(asCalls(refusal.wrong[0].text, refusal.repo)[0].name, 'bash', 'a deletion');
  assert.equal(filesOf(task.solution).length, 1);
});

const row = (more) => ({ n: 'EV-1', task: 'quick/a', backend: 'native', provider: 'scripted', role: 'oracle', landed: true, right: true, falseAccept: false, problems: [], ms: 10, ...more });
const summary = (rows, more = {}) => summarise({ rows, provider: 'scripted', options: { suite: 'quick', backends: ['native'] }, leaked: [], missed: [], modelCalls: 1, ms: 1, notRun: [], ...more });

test('an evaluation fails for each thing that must not be', () => {
  const stopped = row({ role: 'wrong', landed: false, right: false, stoppedBy: 'scope' });
  assert.deepEqual(failures(summary([row(), stopped])), []);
  for (const [rows, more, words] of [
    [[row(), row({ role: 'wrong', falseAccept: true })], {}, /wrong results landed/], [[row({ landed: false, right: false })], {}, /lands nothing/],
    [[row(), row({ right: false })], {}, /did not get through/], [[row(), row({ role: 'noop' })], {}, /doing nothing scored/], [[row()], { notRun: [{ task: 'quick/b', role: 'oracle' }] }, /1 tasks were not run/],
    [[row()], { leaked: ['x'] }, /leaked: x/], [[row({ problems: ['it landed without being verified'] })], {}, /without being verified/],
  ]) assert.match(failures(summary(rows, more)).join('\n'), words);
});

test('a wrong patch that no gate judged is told, counts as stopped by nobody, and fails the evaluation', () => {
  const wrong = (more) => row({ role: 'wrong', patch: 'p', landed: false, right: false, stoppedBy: 'checks', expected: 'checks', ...more });
  for (const [rows, more, words] of [
    [[row(), wrong({ late: true })], {}, /^not judged: quick\/a wrong p: it ran out of time$/],
    [[row(), wrong({ stoppedBy: 'broken', problems: [] })], {}, /^not judged: quick\/a wrong p: it ended otherwise \(broken\)$/],
    [[row(), wrong({ stoppedBy: 'nothing' })], {}, /^not judged: quick\/a wrong p: its change was never made$/],
    [[row(), row({ role: 'noop', landed: false, right: false, late: true })], {}, /^not judged: quick\/a noop: it ran out of time$/],
    [[row()], { notRun: [{ task: 'quick/b', role: 'wrong', patch: 'p' }] }, /^not judged: quick\/b wrong p: not run within the time limit$/],
    [[row()], { notRun: [{ task: 'quick/b', role: 'liar' }] }, /^not judged: quick\/b liar: not run within the time limit$/],
  ]) {
    const made = summary(rows, more);
    assert.match(failures(made).join('\n'), words);
    assert.deepEqual([made.wrongStopped, made.stoppedBy, made.tasks], [0, {}, 1]);
    assert.match(markdown(made), /Not judged:/);
  }
  const fine = [wrong(), wrong({ stoppedBy: 'owner' }), wrong({ stoppedBy: 'conflict', expected: 'conflict' }), wrong({ stoppedBy: 'nothing', expected: 'nothing' })];
  assert.deepEqual(failures(summary([row(), ...fine])), [], 'another gate than the expected one is one all the same');
  assert.equal(summary([row(), ...fine]).wrongStopped, 4);
});

test('a report says with what each row was made', () => {
  const text = markdown(summary([row(), row({ task: 'a|b', role: 'wrong', patch: 'p', landed: false, right: false, stoppedBy: 'checks' })]));
  assert.match(text, /\| quick\/a \| native \| scripted \| oracle \| landed \| yes \|/);
  assert.match(text, /a\\\|b .* wrong: p \| stopped by checks \| yes/);
});

test('the command line is read', () => {
  const options = readOptions(['--suite', 'real-hard', '--backend=native,deterministic', '--tasks-per-backend', '3', '--json']);
  assert.deepEqual([options.suite, options.backends, options.tasksPerBackend, options.json, options.provider], ['real-hard', ['native', 'deterministic'], 3, true, 'scripted']);
});

// Hidden tests and solutions are out of reach of whoever works on a task: not in a prompt, and not to be read from
// where its commands run, however hard they look.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { perform } from './lib/attempt.mjs';
import { Crew, scriptedModel } from './lib/crew.mjs';
import { git, layOut } from './lib/ground.mjs';
import { leaks, needles } from './lib/leak.mjs';
import { modelVariables } from './lib/models.mjs';
import { scriptOf } from './lib/script.mjs';
import { load } from './lib/tasks.mjs';

const [task] = load('quick').filter(({ id }) => id === 'off-by-one');
const [needle] = needles(task).hidden;
const hidden = join(task.hidden, 'pages.test.mjs');
const solution = join(task.path, 'solution.patch');

/**
 * Looks by path, by name and by content wherever something of this machine's own could be. How long that takes is the
 * machine's: a disk that has to be read for it needs a minute. The control looks in fewer `places`.
 */
const looks = (places) => ({
  path: `cat '${hidden}' '${solution}' 2>/dev/null`,
  list: `ls -laR '${task.path}' 2>/dev/null`,
  name: `find ${places.name} -xdev \\( -name .rustup -o -name .cargo -o -path /usr -o -path /proc -o -path /sys \\) -prune -o \\( -name pages.test.mjs -o -name solution.patch \\) -print 2>/dev/null`,
  content: `grep -rlF -- 'every article is on exactly one page' ${places.content} --exclude-dir=.rustup --exclude-dir=.cargo --include=*.mjs --include=*.patch 2>/dev/null`,
  processes: `for p in /proc/[0-9]*; do cat "$p/root${hidden}" "$p/cwd/tests/evals/tasks/quick/off-by-one/hidden/pages.test.mjs"; done 2>/dev/null`,
  history: 'git log --all -p | head -500',
});
const search = [...Object.values(looks({ name: `/ '${task.path}'`, content: `. .. '${task.path}' ~ /tmp /home /var /srv /mnt` })), 'echo the search is over'].join('; ');

test('a worker that looks for hidden tests everywhere finds none, and no prompt holds any', async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilothouse-evals-leak-')));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  // As long as a search may take on a disk that others read from too.
  const patient = { ...task, time_limit_s: 600 };
  const attempt = { task: patient, role: 'wrong', patch: '', ticket: 'EV-0001', prompt: task.prompt, root: join(folder, 'repo') };
  attempt.base = layOut(task, attempt.root);
  const script = scriptOf([attempt]);
  const spy = { when: { tool: 'bash', any: 'EV-0001.' }, say: { calls: [{ name: 'bash', arguments: { command: search, timeout_s: 600 } }] } };
  script.steps = [script.steps[0], spy, script.steps.at(-1)];
  const model = await scriptedModel(folder, script);
  t.after(() => model.end());
  const crew = await Crew.start({ data: join(folder, 'data'), workers: 1, models: modelVariables(model) });
  t.after(() => crew.end());
  const found = await perform(crew, attempt, 900_000);
  assert.equal(found.late, false, 'it came to its end in time');
  assert.equal(found.landed, false);
  const seen = await model.seen();
  const results = seen.flatMap(({ body }) => body.messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.stringify(content)));
  assert.ok(results.some((text) => text.includes('the search is over')), 'the search ran to its end, and the model was told what it found');
  assert.deepEqual(results.filter((text) => text.includes(needle.slice(0, 40)) || text.includes('Math.ceil')), []);
  assert.deepEqual(results.filter((text) => text.includes('solution.patch')), [], 'not even a name');
  assert.deepEqual(leaks([task], seen), []);
});

test('each look finds them outside: the control', (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilothouse-evals-leak-')));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  // A clone whose history holds what a worker's clone must not.
  const clone = join(folder, 'repo');
  layOut(task, clone);
  cpSync(task.hidden, join(clone, 'hidden'), { recursive: true });
  git(clone, ['add', '--all']);
  git(clone, ['commit', '--quiet', '-m', 'Tell everything']);
  git(clone, ['rm', '-r', '--quiet', 'hidden']);
  git(clone, ['commit', '--quiet', '-m', 'Hide it']);
  const found = (name) => {
    const script = looks({ name: `'${task.path}'`, content: `'${task.path}'` })[name];
    return spawnSync('sh', ['-c', script], { cwd: clone, encoding: 'utf8', maxBuffer: 64 << 20 }).stdout;
  };
  assert.ok(found('path').includes(needle) && found('path').includes('Math.ceil'));
  for (const name of ['list', 'name']) for (const file of ['pages.test.mjs', 'solution.patch']) assert.ok(found(name).includes(file), `${name}: ${file}`);
  assert.ok(found('content').includes(hidden));
  assert.ok(found('processes').includes(needle), 'through a process that sees this disk');
  assert.ok(found('history').includes(needle));
  assert.equal(Object.keys(looks({})).length, 6);
});

test('the guard finds a hidden test and a solution that were told', () => {
  const told = (content, more = []) => [{ body: { messages: [{ role: 'user', content }, ...more] } }];
  assert.match(leaks([task], told(`please\n${needle}`))[0], /a hidden test/);
  const [line] = needles(task).solution;
  assert.match(leaks([task], told(line))[0], /its solution/);
  assert.deepEqual(leaks([task], told('', [{ role: 'assistant', content: line }])), [], 'its own words are no leak');
  assert.deepEqual(leaks([task], told(readFileSync(join(task.repo, 'src', 'page.mjs'), 'utf8'))), [], 'what is open is no leak');
});

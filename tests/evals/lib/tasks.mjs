// The task set as it lies on disk: what a task asks, what proves it, and what must never land for it.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseToml } from './toml.mjs';

export const suites = ['quick', 'real-lite', 'real-hard'];

/** Tests of the runner bring tasks of their own. */
const folder = process.env.PILOTHOUSE_EVALS_TASKS || join(dirname(dirname(fileURLToPath(import.meta.url))), 'tasks');

const KEYS = {
  prompt: 'string', language: 'string', tags: 'list', check: 'list', fail_to_pass: 'list', pass_to_pass: 'list', allowed: 'list',
  max_files: 'number', time_limit_s: 'number', expect: 'string', says: 'list', risky: 'list', commits: 'list', slash: 'string', plan: 'object',
  second: 'object', wrong: 'list',
};
/** Gates of the product that may be the one to stop a wrong patch. */
export const gates = ['scope', 'validation', 'checks', 'owner', 'nothing'];

const kind = (value) => (Array.isArray(value) ? 'list' : typeof value);

/** Every file below a folder, as sorted relative paths. */
export function filesBelow(path) {
  if (!existsSync(path)) return [];
  const all = readdirSync(path, { recursive: true }).filter((name) => statSync(join(path, name)).isFile());
  return all.map((name) => name.replaceAll('\\', '/')).sort();
}

function read(suite, id) {
  const path = join(folder, suite, id);
  const name = relative(process.cwd(), join(path, 'task.toml'));
  const raw = parseToml(readFileSync(join(path, 'task.toml'), 'utf8'), name);
  const wrong = (condition, message) => {
    if (condition) throw new Error(`${name}: ${message}`);
  };
  for (const [key, value] of Object.entries(raw)) wrong(kind(value) !== KEYS[key], `${key} is not a key of this kind`);
  const task = {
    tags: [], fail_to_pass: [], pass_to_pass: [], allowed: [], max_files: 0, time_limit_s: 120, expect: 'change', says: [], risky: [],
    commits: [], plan: {}, wrong: [], ...raw,
    suite, id, path, name: `${suite}/${id}`, repo: join(path, 'repo'), hidden: join(path, 'hidden'),
  };
  wrong(!task.prompt?.trim() || !task.language || !task.check, 'prompt, language and check are needed');
  wrong(!['change', 'no_change'].includes(task.expect), 'expect is change or no_change');
  wrong(!existsSync(task.repo), 'there is no repo/');
  wrong(task.wrong.length < 2, 'at least two wrong patches are needed');
  if (task.expect === 'change') {
    wrong(!existsSync(join(path, 'solution.patch')), 'there is no solution.patch');
    wrong(task.fail_to_pass.length === 0 || task.allowed.length === 0 || task.max_files === 0, 'fail_to_pass, allowed and max_files are needed');
    task.solution = readFileSync(join(path, 'solution.patch'), 'utf8');
  } else {
    wrong(task.says.length === 0, 'says is needed: what the person has to be told');
    task.solution = '';
  }
  for (const one of task.wrong) {
    wrong(!one.patch || !one.why || !gates.includes(one.stopped_by), 'each wrong patch names patch, why and stopped_by');
    one.name = one.patch.replace(/^wrong\//, '').replace(/\.patch$/, '');
    one.text = readFileSync(join(path, one.patch), 'utf8');
  }
  if (task.second) task.second.solution = readFileSync(join(path, task.second.patch), 'utf8');
  return task;
}

/** Tasks of a suite, or of all, in order. */
export function load(suite) {
  const wanted = suite === 'all' ? suites : [suite];
  return wanted.flatMap((one) =>
    readdirSync(join(folder, one)).filter((id) => existsSync(join(folder, one, id, 'task.toml'))).sort().map((id) => read(one, id)));
}

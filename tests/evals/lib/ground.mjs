// The ground of a task: its repository with its history, patches on it, and what tests say there.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const WHO = {
  GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.invalid', GIT_AUTHOR_DATE: '2026-03-02T10:00:00+0000',
  GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.invalid', GIT_COMMITTER_DATE: '2026-03-02T10:00:00+0000',
  GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1',
};

export function git(path, args, input) {
  const options = { cwd: path, encoding: 'utf8', input, env: { ...process.env, ...WHO }, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 << 20 };
  return execFileSync('git', ['-c', 'commit.gpgsign=false', '-c', 'core.autocrlf=false', ...args], options).trimEnd();
}

/** Lays out a task's repository at `path`: the first commit, then the patches of commits/ in order. */
export function layOut(task, path) {
  mkdirSync(dirname(path), { recursive: true });
  cpSync(task.repo, path, { recursive: true });
  git(path, ['init', '--quiet', '--initial-branch=main', '.']);
  git(path, ['add', '--all']);
  git(path, ['commit', '--quiet', '-m', 'Begin']);
  const history = join(task.path, 'commits');
  const patches = existsSync(history) ? readdirSync(history).sort() : [];
  patches.forEach((name, n) => {
    applyPatch(path, readFileSync(join(history, name), 'utf8'));
    git(path, ['add', '--all']);
    git(path, ['commit', '--quiet', '-m', task.commits[n] ?? name]);
  });
  return git(path, ['rev-parse', 'HEAD']);
}

/** Applies a patch; an empty one changes nothing. */
export function applyPatch(path, patch) {
  if (patch.trim()) git(path, ['apply', '--whitespace=nowarn', '-'], patch);
}

/** How a test file is run: scripts by sh, everything else by Node's runner. */
export const runner = (file) => (file.endsWith('.sh') ? ['sh', file] : ['node', '--test', '--test-reporter=tap', file]);

/** Runs a command in a folder. With `confine` the folder is all it can write, and it has no network. */
export function command(argv, path, { confine = false, env = {}, limitMs = 60_000 } = {}) {
  const inside = ['bwrap', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp', '--bind', path, path, '--unshare-all', '--die-with-parent', '--new-session', '--chdir', path, '--'];
  const all = confine ? [...inside, ...argv] : argv;
  const child = spawn(all[0], all.slice(1), { cwd: path, env: { PATH: process.env.PATH, HOME: path, LANG: 'C.UTF-8', ...WHO, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const keep = (chunk) => {
    text = (text + chunk).slice(-16_000);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ok: false, text: error.message }));
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ ok: code === 0, text });
    });
  });
}

/** Lays the hidden tests over a checkout and runs files of it. Answers `{ file, ok, text }` of each. */
export async function judge(task, path, files, base, options = {}) {
  if (existsSync(task.hidden)) cpSync(task.hidden, join(path, 'hidden'), { recursive: true });
  const results = [];
  // One after the other: a test may put the code as it was in place for a moment.
  for (const file of files) results.push({ file, ...(await command(runner(file), path, { env: { BASE: base }, ...options })) });
  rmSync(join(path, 'hidden'), { recursive: true, force: true });
  return results;
}

/** Paths that differ between two commits of a repository. */
export const changedPaths = (path, from, to) => git(path, ['diff', '--name-only', '--no-renames', '-z', from, to]).split('\0').filter(Boolean);

/** Whether a path matches one of the globs a task allows: `*` within a folder, `**` across. */
export function matches(globs, path) {
  const pattern = (glob) =>
    new RegExp(`^${glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll(/\*\*\/?|\*/g, (star) => (star === '*' ? '[^/]*' : '.*'))}$`);
  return globs.some((glob) => pattern(glob).test(path));
}

// `pilothouse service` with a real user manager of systemd, one of the test's own: its files are in a scratch home,
// and the user's own manager is not touched. Starting one needs root (systemd wants to see that it booted the
// machine, which is shown to it in a mount namespace); elsewhere the test says that it was not run.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { endAll, processesNaming } from './traces.mjs';
import { until } from './webdriver.mjs';

const program = process.env.TEST_SERVER;
const booted = 'mount -t tmpfs none /run/systemd && mkdir /run/systemd/system && exec /lib/systemd/systemd --user';

/** Starts a manager, or answers why there is none. */
async function manager(t, env) {
  if (process.getuid() !== 0) return 'not run: only root can start a manager of its own';
  if (!existsSync('/lib/systemd/systemd')) return 'not run: systemd is not installed';
  const running = spawn('unshare', ['-m', 'sh', '-c', booted], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  running.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-2_048)));
  const ended = new Promise((resolve) => running.on('error', resolve).on('exit', resolve));
  t.after(async () => {
    running.kill('SIGTERM');
    await ended;
  });
  const answers = () => spawnSync('systemctl', ['--user', 'show', '--property=Version'], { env }).status === 0;
  try {
    await until('the manager answers', () => answers() || (running.exitCode !== null && Promise.reject(new Error('it ended'))), 10_000);
  } catch (error) {
    return `not run: no user manager can be started here (${error.message}; ${said.trim()})`;
  }
  return undefined;
}

test('a service of systemd runs, comes back after a crash, and leaves nothing behind', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-background-'));
  const home = join(folder, 'Jörg Müller');
  const config = join(home, 'config');
  const run = join(folder, 'run');
  mkdirSync(config, { recursive: true });
  mkdirSync(run, { mode: 0o700 });
  t.after(async () => {
    await endAll(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: config, XDG_RUNTIME_DIR: run, LC_ALL: 'C.UTF-8' };
  const reason = await manager(t, env);
  if (reason) return t.skip(reason);

  // Whatever systemd takes for something else in a line: spaces, percent, dollar, quotes.
  const data = join(home, `100% das "Logbuch" $HOME it's`);
  const pilothouse = (...args) => {
    const { status, stdout, stderr } = spawnSync(program, [...args, '--data', data, '--json'], { env, encoding: 'utf8' });
    return { status, answer: stdout.trim() ? JSON.parse(stdout) : undefined, stderr };
  };
  const show = (property) =>
    execFileSync('systemctl', ['--user', 'show', 'pilothouse.service', `--property=${property}`, '--value'], { env, encoding: 'utf8' }).trim();

  const installed = pilothouse('service', 'install', '--port', '0', '--workers', '1');
  assert.equal(installed.status, 0, installed.stderr);
  // It says when it is ready, so it answers as soon as the command returns.
  assert.equal(installed.answer.started, true);
  assert.equal((await fetch(`${installed.answer.url}/healthz`)).ok, true);
  const { status, answer: first } = pilothouse('service', 'status');
  assert.deepEqual([status, first.installed, first.enabled, first.running, first.problem], [0, true, true, true, null]);
  assert.equal(String(first.pid), show('MainPID'));
  assert.equal(first.server.pid, first.pid);
  assert.equal(pilothouse('status').status, 0, 'every other command finds it by its data folder');

  process.kill(first.pid, 'SIGKILL');
  const second = await until('systemd has started it again', () => {
    const { answer } = pilothouse('service', 'status');
    return answer.running && answer.server && answer.pid !== first.pid && answer;
  });
  assert.equal(show('NRestarts'), '1');

  const again = pilothouse('service', 'install', '--port', '0', '--workers', '0');
  assert.equal(again.answer.started, true, 'a new entry replaces the old one');
  assert.notEqual(pilothouse('service', 'status').answer.pid, second.pid);

  const removed = pilothouse('service', 'uninstall');
  assert.deepEqual([removed.status, removed.answer], [0, { removed: true, notTold: null }]);
  await until('the server and its workers are gone', () => processesNaming(data).length === 0);
  assert.equal(show('LoadState'), 'not-found');
  assert.deepEqual(readdirSync(join(config, 'systemd', 'user'), { recursive: true }).filter((name) => name.endsWith('.service')), []);
  assert.equal(existsSync(join(data, 'pilothouse.db')), true, 'data stays');
});

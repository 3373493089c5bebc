// What the machine may lack or lose: the library that shows pages, a display, and a display while the crew works.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { display } from '../../scripts/display.mjs';
import { Person } from './person.mjs';
import { desktop, headless, place } from './scene.mjs';
import { listens, processesNaming, serverRecord } from './traces.mjs';
import { until } from './webdriver.mjs';

/** Runs a program to its end. */
const run = (command, args, env) =>
  spawnSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8', timeout: 60_000 });

/** The command before a program for which every library whose name matches `hidden` is not installed. */
function without(folder, hidden) {
  const known = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).split('\n').filter((line) => hidden.test(line));
  assert.ok(known.length > 0, `there is something to hide for ${hidden}`);
  const [libraries] = new Set(known.map((line) => dirname(line.split(' => ')[1])));
  // The folder of libraries moves aside, and links to everything but the hidden ones take its place.
  const [real, links] = [join(folder, 'libraries'), join(folder, 'links')];
  for (const made of [real, links]) mkdirSync(made);
  for (const name of readdirSync(libraries)) if (!hidden.test(name)) symlinkSync(join(real, name), join(links, name));
  return ['bwrap', '--dev-bind', '/', '/', '--bind', libraries, real, '--bind', links, libraries, '--die-with-parent'];
}

test('without WebKit the window says which library is missing, and the terminal says what to do', (t) => {
  const at = place(t);
  const [command, ...before] = without(at.folder, /libwebkit2gtk/);
  const there = run(command, [...before, 'true'], at.env);
  assert.equal(there.status, 0, there.stderr);

  const window = run(command, [...before, desktop, '--data', at.data], at.env);
  assert.equal(window.status, 127);
  assert.match(window.stderr, /pilothouse-desktop: error while loading shared libraries: libwebkit2gtk-4\.1\.so\.0: cannot open/);
  assert.equal(existsSync(at.data), false, 'nothing was begun');

  const opened = run(command, [...before, headless, 'open', '--data', at.data, at.repo], at.env);
  assert.equal(opened.status, 1);
  assert.match(opened.stderr, /libwebkit2gtk-4\.1\.so\.0/);
  assert.match(opened.stderr, /a library of the system is missing.*libwebkit2gtk-4\.1-0.*pilothouse serve/s);
  assert.equal(existsSync(at.data), false, 'nothing was begun');

  // The crew itself needs no WebKit.
  const asked = run(command, [...before, headless, '--version'], at.env);
  assert.equal(asked.status, 0, asked.stderr);
});

test('without a display, or with one that does not answer, it is said and nothing is begun', (t) => {
  const at = place(t);
  for (const [displays, why] of [
    [{ DISPLAY: '', WAYLAND_DISPLAY: '' }, /There is no display here/],
    [{ DISPLAY: ':4242', WAYLAND_DISPLAY: '' }, /The display does not answer \(DISPLAY=:4242\)/],
    [{ DISPLAY: '', WAYLAND_DISPLAY: 'wayland-of-nobody' }, /The display does not answer \(WAYLAND_DISPLAY=wayland-of-nobody\)/],
  ]) {
    const { status, stderr } = run(desktop, ['--data', at.data, at.repo], { ...at.env, ...displays });
    assert.equal(status, 3, stderr);
    assert.match(stderr, why);
    assert.match(stderr, /pilothouse serve/, 'and what to do instead');
    assert.doesNotMatch(stderr, /panicked/);
  }
  assert.equal(existsSync(at.data), false, 'nothing was begun');
});

test('when the display goes away under the work nothing is lost, and the next start goes on with it', async (t) => {
  const at = place(t);
  const go = join(at.folder, 'go');
  const began = join(at.folder, 'began');
  mkdirSync(join(at.repo, '.pilothouse'));
  writeFileSync(join(at.repo, '.pilothouse', 'config.toml'), `[recipes.slow]\nrun = ["sh", "-c", "touch ${began}; until test -e ${go}; do sleep 0.1; done; echo dawn"]\ntimeoutS = 300\n`);
  const git = (...args) => execFileSync('git', ['-C', at.repo, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { encoding: 'utf8' }).trim();
  git('add', '-A');
  git('commit', '-qm', 'a recipe');
  const args = ['--data', at.data, '--repo', at.repo, '--trust', '--sandbox', 'host', '--port', '0', '--workers', '1'];
  const drawn = await display();
  t.after(() => drawn.stop());
  const window = spawn(desktop, args, { env: { ...process.env, ...at.env, DISPLAY: drawn.name, WAYLAND_DISPLAY: '' }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  window.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-20_000)));
  const ended = new Promise((resolve) => window.once('exit', (code, signal) => resolve(code ?? signal)));
  const me = await Person.at(at.data);
  await until('its page is shown', () => processesNaming(at.folder).some((found) => found.endsWith('WebKitWebProcess')));
  await me.say('/run slow');
  // Without a sandbox a recipe is asked for.
  const asked = await me.question();
  await me.answer(asked, 'approve');
  await until('the job runs', () => existsSync(began));
  await me.say('append a line "Said before dark." to README.md');

  drawn.stop('SIGKILL');
  t.diagnostic(`the window ended with ${await ended}`);
  await until('every process of it is gone', () => processesNaming(at.data).length === 0).catch((error) =>
    assert.fail(`${error.message}; left: ${processesNaming(at.data).join(', ')}`),
  );
  assert.equal(await listens(Number(new URL(me.url).port)), false);
  assert.doesNotMatch(said, /panicked/);
  assert.equal(git('status', '--porcelain'), '');

  writeFileSync(go, '');
  const server = spawn(headless, ['serve', ...args], { env: { ...process.env, ...at.env }, stdio: ['ignore', 'ignore', 'inherit'] });
  const over = new Promise((resolve) => server.once('exit', resolve));
  await until('the next server is recorded', () => serverRecord(at.data)?.pid === server.pid);
  const again = await Person.at(at.data);
  const { jobs } = await until('the job is done', async () => {
    const seen = await again.call('jobs.list');
    return seen.jobs.some((job) => job.status === 'completed') && seen;
  }, 60_000);
  assert.equal(jobs.filter((job) => job.title.includes('slow')).length, 1, 'once, not twice');
  const question = await again.question(asked.id);
  assert.equal(question.action, 'land', 'what was allowed is not asked again');
  await again.answer(question, 'approve');
  await again.entry(question, 'landed');
  assert.match(git('show', 'main_agents:README.md'), /Said before dark\.$/);
  const integrity = execFileSync('git', ['-C', at.repo, 'fsck', '--no-dangling'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  assert.equal(integrity, '');
  server.kill('SIGTERM');
  assert.equal(await over, 0);
});

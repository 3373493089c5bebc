// The installed deb at its main job, watched from outside alone: the question is seen and answered on the session bus,
// a second client hears it end, and git has the commit. What works there is what the package brought: its worker
// and its prompts.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { titles } from './desk.mjs';
import { install, pack, root } from './installed.mjs';
import { Listener } from './listener.mjs';
import { Person } from './person.mjs';
import { place, withWindowManager } from './scene.mjs';
import { model, plan, turn } from './scripted.mjs';
import { processesNaming } from './traces.mjs';
import { until } from './webdriver.mjs';
import { Witness } from './witness.mjs';

withWindowManager();

/** A paragraph of a prompt as the repository has it, without anything that is filled in. */
const prompt = (name) => {
  const text = readFileSync(join(root, 'prompts', `${name}.md`), 'utf8').split('---\n').slice(2).join('---\n');
  return text.split('\n').find((line) => line.length > 80 && !line.includes('{{'));
};

test('a question of the installed program is answered in the tray, ends for a second client, and its commit is in git', async (t) => {
  const at = place(t);
  const out = join(at.folder, 'out');
  mkdirSync(out);
  pack('deb', out);
  const deb = join(out, readdirSync(out).find((name) => name.endsWith('.deb')));
  const bin = join(install(t, deb, join(at.folder, 'machine')), 'usr/bin');
  const git = (...args) => execFileSync('git', ['-C', at.repo, ...args], { encoding: 'utf8' }).trim();
  const main = git('rev-parse', 'main');
  const scripted = await model(t, at.folder, [
    plan('Name the keeper', 'Add the keeper to README.md.', 'README.md'),
    turn('bash', { command: 'echo "Kept by Ada." >> README.md' }),
    turn('finish', { summary: 'The keeper is named.', confidence: 'high' }),
  ]);

  const witness = await Witness.start(t);
  // Nothing of the build may be found: only what was installed is on the path, and no variable names another worker.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PILOTHOUSE_') && !name.startsWith('LC_'));
  const env = { ...Object.fromEntries(own), ...at.env, LANG: 'C.UTF-8', PATH: `${bin}${delimiter}/usr/bin${delimiter}/bin`, PILOTHOUSE_CONFIG_DIR: join(at.folder, 'config') };
  const run = spawn('pilothouse-desktop', ['--data', at.data, '--repo', at.repo, '--trust', '--port', '0', '--workers', '1'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => run.once('exit', (code, signal) => resolve(code ?? signal)));
  t.after(() => run.kill('SIGKILL'));
  await until('its window is there', () => titles().includes('Pilothouse'));
  await until('its tray is there', () => witness.seen.some((one) => one.event === 'item'));
  const programs = () => processesNaming(at.data).map((found) => found.split(' ')[1]);
  await until('the packaged worker runs', () => programs().includes(join(bin, 'pilothouse-worker')));
  const ours = programs().filter((program) => program.includes('pilothouse'));
  assert.deepEqual(ours.filter((program) => !program.startsWith(`${bin}/`)), [], 'nothing of the build runs');

  const me = await Person.at(at.data);
  const second = await Listener.at(t, me);
  for (const role of ['remotebuddy', 'workers']) {
    await me.call('config.set_model', { role, dialect: 'openai_chat', endpoint: scripted.baseUrl, model: 'scripted' });
  }
  await me.say('who keeps the light? please write it down');
  const asked = await second.event('approval_required', (payload) => payload.action === 'land');
  const told = await witness.notified('of the question', (one) => one.category === 'x-pilothouse.needs-you');
  assert.equal(told.title, 'lighthouse needs you');
  assert.match(told.body, /1 file, \+1 −0, onto main_agents/);
  const group = await until('the question is in the menu', () => witness.group('Land '));
  assert.deepEqual([group[0], group[1], ...group.slice(-3)], ['1 file, +1 −0, onto main_agents', 'README.md', 'Approve once', 'Deny', 'Open']);
  assert.equal(git('branch', '--list', 'main_agents'), '', 'nothing landed before');

  await witness.click('Land ', 'Approve once');
  const { approvalId } = asked.payload;
  await second.event('approved', (payload) => payload.approvalId === approvalId);
  const landed = await second.event('merge.entry.landed');
  await witness.closed(told.id);
  await until('the question is gone from the menu', async () => !(await witness.group('Land ')));
  const finished = await witness.notified('of the landing', (one) => one.category === 'x-pilothouse.finished');
  assert.equal(finished.title, 'A change landed in lighthouse');

  assert.match(git('show', 'main_agents:README.md'), /Kept by Ada\.$/);
  assert.equal(git('rev-parse', 'main_agents^'), main, 'one commit on top of what was there');
  assert.equal(landed.payload.entry.landedCommit, git('rev-parse', 'main_agents'));
  assert.equal(git('rev-parse', 'main'), main);
  assert.equal(git('status', '--porcelain'), '', 'the checkout is as it was');
  const given = await scripted.prompts();
  for (const name of ['remotebuddy-plan', 'worker-native']) {
    assert.ok(given.some((text) => text.includes(prompt(name))), `the prompt ${name} came with the package`);
  }

  const since = performance.now();
  run.kill('SIGTERM');
  await until('every process is gone', () => processesNaming(at.data).length === 0);
  t.diagnostic(`gone after ${Math.round(performance.now() - since)} ms`);
  assert.equal(await ended, 0);
});

// A running job is watched, told something, taken over and handed back from its own page. The worker is a real one, its
// model a scripted one.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { busy, step } from './busy.mjs';
import { event } from './scene.mjs';
import { until } from './harness.mjs';

const TOLD = 'Please write the moon as well.';
/** Prints one line, waits for a file in its HOME, prints another. Its end takes longer than a renewal of the claim, which brings what was said. */
const COMMAND = 'echo begun; until test -e ~/on; do sleep 0.05; done; echo second-$(echo line); until test -e ~/end; do sleep 0.05; done; sleep 3';
const STEPS = [
  step({}, 'edit', { path: 'src/tide.txt', old: '', new: 'high\n' }),
  step({ any: TOLD }, 'edit', { path: 'src/moon.txt', old: '', new: 'full\n' }),
  step({ any: TOLD }, 'finish', { summary: 'Written.', confidence: 'high' }),
  step({}, 'bash', { command: COMMAND }, 0),
];

const output = (me) => me.page.getByRole('log');
const bar = (me) => me.page.locator('.jb__bar');
const dialog = (me) => me.page.getByRole('dialog').or(me.page.getByRole('alertdialog'));
const banner = (me, text) => me.page.locator('.banner').getByText(text).waitFor();

/** The landing is allowed in the conversation, and has happened. */
async function lands({ me, after }) {
  await me.open('/');
  await me.live();
  await me.approve();
  await event(me, after, 'merge.entry.landed');
}

test('the output of a running job appears as it is printed, and what it is told is read before its next step', async (t) => {
  const scene = await busy(t, STEPS);
  const { me } = scene;
  await output(me).getByText('begun', { exact: true }).waitFor();
  assert.equal(await output(me).getByText('second-line', { exact: true }).count(), 0);
  scene.inHome('on');
  await output(me).getByText('second-line', { exact: true }).waitFor();
  assert.equal((await scene.job()).status, 'claimed', 'it prints while it runs');
  assert.deepEqual(await me.violations(), []);

  // By key, as the field itself says.
  await me.page.keyboard.press('c');
  await me.page.keyboard.type(TOLD);
  await me.page.keyboard.press('Enter');
  const message = me.page.locator('.steer__one').filter({ hasText: TOLD });
  await message.getByText(/not read yet/).waitFor();
  await until('the field is empty again', async () => (await me.field('Tell it something').inputValue()) === '');
  scene.inHome('end');
  await message.getByText(/^read,/).waitFor();
  await me.page.locator('.jb__state').getByText('Finished').waitFor();
  await lands(scene);
  assert.equal(scene.repo.show('main_agents', 'src/moon.txt'), 'full');
  assert.deepEqual(me.errors, []);
});

test('a running job is taken over, changed by hand, handed back, checked and landed', async (t) => {
  const scene = await busy(t, STEPS);
  const { me } = scene;
  await scene.begun(1);
  await me.button('Take over', bar(me)).click();
  await dialog(me).getByText('Take this job over?').waitFor();
  assert.deepEqual(await me.violations(), []);
  await me.button('Take over', dialog(me)).click();
  await banner(me, /^Taken over by/);
  const folder = (await me.page.locator('.taken__path .mono').textContent()).trim();
  assert.equal(readFileSync(join(folder, 'src/tide.txt'), 'utf8'), 'high\n', 'what its worker had is there');
  assert.equal(await me.field('Tell it something').count(), 0, 'there is nobody to be told anything');
  assert.deepEqual(await me.violations(), []);

  // Handed back too early: what the plan asks for is not there, and it is theirs again.
  writeFileSync(join(folder, 'src/tide.txt'), 'low\n');
  await handBack(me, 'src/tide.txt');
  await banner(me, 'It did not pass, so it is yours again.');
  assert.ok(existsSync(folder), 'nothing of it is lost');

  writeFileSync(join(folder, 'src/moon.txt'), 'new\n');
  await handBack(me, 'src/moon.txt');
  await me.page.locator('.jb__state').getByText('Finished').waitFor();
  await lands(scene);
  assert.equal(scene.repo.show('main_agents', 'src/moon.txt'), 'new');
  assert.equal(scene.repo.show('main_agents', 'src/tide.txt'), 'low');
  assert.deepEqual(me.errors, []);
});

async function handBack(me, file) {
  await me.button('Hand back', me.page.locator('.banner')).click();
  await dialog(me).getByText(file, { exact: true }).waitFor();
  await me.button('Hand back', dialog(me)).click();
  await dialog(me).waitFor({ state: 'detached' });
}

test('a job that was taken over is given back to the crew, which goes on without what was discarded', async (t) => {
  const scene = await busy(t, STEPS);
  const { me } = scene;
  await scene.begun(1);
  await me.button('Take over', bar(me)).click();
  await me.button('Take over', dialog(me)).click();
  await banner(me, /^Taken over by/);
  const folder = (await me.page.locator('.taken__path .mono').textContent()).trim();
  writeFileSync(join(folder, 'src/tide.txt'), 'spoiled\n');
  await me.button('Give it back to the crew', me.page.locator('.banner')).click();
  await me.button('Discard my changes', dialog(me)).click();
  await me.page.locator('.banner').getByText(/^Taken over by/).waitFor({ state: 'detached' });
  await scene.begun(2);
  const field = me.field('Tell it something');
  await field.fill(TOLD);
  await me.button('Tell it', me.page.locator('.steer')).click();
  await me.page.locator('.steer__one').filter({ hasText: TOLD }).waitFor();
  await until('it is done', async () => {
    for (const name of ['on', 'end']) scene.inHome(name);
    return (await scene.job()).status === 'completed';
  });
  await lands(scene);
  assert.equal(scene.repo.show('main_agents', 'src/tide.txt'), 'high');
  assert.ok(!existsSync(folder), 'the folder is gone');
  assert.deepEqual(me.errors, []);
});

// The folder of a job that a person took over opens from the job's page, and a page can open no other.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Person } from './person.mjs';
import { desktop, proven, withWindowManager } from './scene.mjs';
import { until, Window } from './webdriver.mjs';

withWindowManager();

test('the folder of a taken-over job opens from its page, and nothing else does', async (t) => {
  const at = proven(t, 'true');
  at.args.push('--on-close', 'quit');
  at.args[at.args.indexOf('--workers') + 1] = '0';
  // Stands in for the person's own program for folders, and notes what it is given.
  const bin = join(at.folder, 'bin');
  const opened = join(at.folder, 'opened');
  mkdirSync(bin);
  for (const name of ['xdg-open', 'gio', 'gnome-open', 'kde-open']) {
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${opened}'\n`);
    chmodSync(join(bin, name), 0o755);
  }
  at.env.PATH = `${bin}:${process.env.PATH}`;
  // The file is there a moment before its first line.
  const lines = () => (existsSync(opened) ? readFileSync(opened, 'utf8').split('\n').filter(Boolean) : []);

  const window = await Window.open(desktop, at.args, at.env);
  const me = await Person.at(at.data);
  const jobs = [];
  for (const line of ['mine', 'not mine']) {
    await me.say(`append a line "${line}" to README.md`);
    jobs.push(
      await until(`the job of "${line}" waits`, async () => (await me.call('jobs.list')).jobs.find((one) => !jobs.some((job) => job.id === one.id))),
    );
  }
  const [mine, other] = jobs;
  await me.call('jobs.take_over', { id: mine.id });
  const taken = await until('its folder is there', async () => {
    const job = await me.call('jobs.get', { id: mine.id });
    return job.taken?.state === 'yours' && job.taken;
  });
  await until('the interface is there', () => window.run('return location.hash === "" && document.body.innerText.length > 0'));
  await until('the job is shown', () =>
    window.run(
      'if (location.pathname !== arguments[0]) { history.pushState(null, "", arguments[0]); dispatchEvent(new PopStateEvent("popstate")); } return document.querySelector(".taken__path button.btn") !== null',
      `/jobs/${mine.id}`,
    ),
  );

  // What a page may try: other folders, other jobs, other ways to write one.
  const tries = [
    'pilothouse://taken/', 'pilothouse://taken/..', 'pilothouse://taken/no-such-job', `pilothouse://taken/${other.id}`,
    `pilothouse://taken/${mine.id}/../../..`, `pilothouse://taken/${mine.id}?path=/etc`, 'pilothouse://taken/%2fetc', 'file:///etc', `file://${taken.path}`,
  ];
  for (const address of tries) await window.run('location.assign(arguments[0])', address);

  const press = () =>
    window.run('const all = [...document.querySelectorAll(".taken__path button")]; all.find((one) => one.innerText.includes("Open the folder")).click(); return location.pathname');
  assert.equal(await press(), `/jobs/${mine.id}`);
  await until('the folder opens', () => lines().length > 0);
  assert.deepEqual(lines(), [taken.path]);
  assert.equal(readFileSync(join(taken.path, 'README.md'), 'utf8').startsWith('# A small repository'), true);
  assert.equal(await window.run('return location.pathname'), `/jobs/${mine.id}`, 'the page stays where it is');

  // Given back there is nothing to open, also for a page that goes on asking.
  await me.call('jobs.let_go', { id: mine.id, end: true, changes: 'discard' });
  await until('it is forgotten', async () => !(await me.call('jobs.get', { id: mine.id })).taken);
  await window.run('location.assign(arguments[0])', `pilothouse://taken/${mine.id}`);
  // What comes after it has opened, so the one before it has been refused.
  await me.call('jobs.take_over', { id: other.id });
  const next = await until('the other folder is there', async () => {
    const job = await me.call('jobs.get', { id: other.id });
    return job.taken?.state === 'yours' && job.taken;
  });
  await window.run('location.assign(arguments[0])', `pilothouse://taken/${other.id}`);
  await until('the other folder opens', () => lines().length > 1);
  assert.deepEqual(lines(), [taken.path, next.path]);
});

// The real window on a virtual display: it opens on the interface, keeps to its origin, says why it cannot
// start, joins a server that runs, and leaves nothing behind.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { closeWindow, titles } from './desk.mjs';
import { colours } from './picture.mjs';
import { desktop, headless, nothingLeft, onPage, open, pictures, place, quit, withWindowManager } from './scene.mjs';
import { listens, processesNaming, serverRecord } from './traces.mjs';
import { freePort, until } from './webdriver.mjs';

withWindowManager();

test('the window shows the interface, and quitting leaves nothing behind', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port), '--repo', at.repo);
  await onPage(window, port);
  await until('the repository is shown', () => window.run('return document.body.innerText.includes("lighthouse")'));
  const picture = await window.picture();
  if (pictures) writeFileSync(join(pictures, 'window.png'), picture);
  assert.ok(colours(picture) > 8, 'the window is not empty');
  assert.equal(await window.run('return location.hash'), '', 'the one-time code is not left in the address');
  await quit(window);
  await nothingLeft(window, at, port);
});

test('the page may ask for what it was given and for nothing else', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port));
  await onPage(window, port);
  const [ok, said] = await window.runAsync('return window.__TAURI__.core.invoke("open_link", { href: "file:///etc/passwd" })');
  assert.deepEqual([ok, said], [false, 'Links of the kind file: are not opened.']);
  const [allowed, refusal] = await window.runAsync('return window.__TAURI__.core.invoke("attach", { link: null })');
  assert.equal(allowed, false);
  assert.match(refusal, /not allowed/);
  await window.run('location.href = "data:text/html,elsewhere"');
  await window.run('location.href = "http://127.0.0.1:1/"');
  assert.equal(await window.run('return location.origin'), `http://127.0.0.1:${port}`, 'the window stays on its origin');
});

test('closing the window ends the server with it', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port), '--on-close', 'quit');
  await onPage(window, port);
  await closeWindow('Pilothouse');
  await nothingLeft(window, at, port);
});

test('closing keeps the server if that was said, and a second start brings the window back', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port), '--on-close', 'keep');
  await onPage(window, port);
  const { pid } = serverRecord(at.data);
  await closeWindow('Pilothouse');
  assert.equal(await listens(port), true, 'the server goes on');
  const again = spawnSync(desktop, ['--data', at.data], { env: { ...process.env, ...at.env }, timeout: 60_000 });
  assert.equal(again.status, 0, String(again.stderr));
  assert.equal(serverRecord(at.data).pid, pid, 'it is still the first one');
  await until('the window is back', () => titles().includes('Pilothouse'));
  process.kill(pid, 'SIGTERM');
  await nothingLeft(window, at, port);
});

test('a server that cannot start is explained, and trying again works once the cause is gone', async (t) => {
  const at = place(t);
  const port = await freePort();
  const squatter = createServer().listen(port, '127.0.0.1');
  t.after(() => squatter.close());
  const window = await open(at, '--port', String(port), '--on-close', 'quit');
  const text = () => window.run('return document.getElementById("problem").textContent');
  await until('the problem is told', async () => /taken by another program.*--port/.test(await text()));
  await window.click('#again');
  await until('it says so again', async () => /taken by another program/.test(await text()));
  const picture = await window.picture();
  if (pictures) writeFileSync(join(pictures, 'problem.png'), picture);
  assert.ok(colours(picture) > 8, 'the problem can be read');
  await new Promise((resolve) => squatter.close(resolve));
  await window.click('#again');
  await onPage(window, port);
  await closeWindow('Pilothouse');
  await nothingLeft(window, at, port);
});

test('a window joins the server that holds the data folder and leaves it running', async (t) => {
  const at = place(t);
  const port = await freePort();
  const server = spawn(headless, ['serve', '--data', at.data, '--port', String(port), '--workers', '0', '--json'], {
    env: { ...process.env, ...at.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    server.stdout.once('data', resolve);
    server.once('exit', (code) => reject(new Error(`the server ended (exit ${code})`)));
  });
  const window = await open(at, '--repo', at.repo);
  await onPage(window, port);
  await closeWindow('Pilothouse');
  await until('the window is gone', () => processesNaming(at.data, [window.driver.pid, server.pid]).length === 0);
  assert.equal(await listens(port), true, 'the server was not ours to end');
  assert.equal(serverRecord(at.data).workspaces.length, 1, 'the repository was opened there');
  const ended = new Promise((resolve) => server.on('exit', resolve));
  server.kill('SIGTERM');
  assert.equal(await ended, 0);
});

// A window's life: what closing it means, what a second start and a link bring to it, what is chosen for it, and what a
// page from anywhere else may ask of it.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { choose, press, requestClose, titles } from './desk.mjs';
import { desktop, headless, nothingLeft, onPage, open, place, repository, withWindowManager } from './scene.mjs';
import { firstLine, listens, serverRecord } from './traces.mjs';
import { freePort, until } from './webdriver.mjs';

withWindowManager();

/** Starts the program once more on the same data folder; it must hand over and end. */
function again(at, ...args) {
  const started = spawnSync(desktop, ['--data', at.data, ...args], { env: { ...process.env, ...at.env }, timeout: 60_000, encoding: 'utf8' });
  assert.equal(started.status, 0, started.stderr);
  return started;
}

const windows = (count) => until(`${count} windows are there, not ${titles().length}`, () => titles().length === count);
/** Has the program ask in a dialog. Right after an answer it may not have heard it yet, and asks one question at a time. */
const asks = (want) =>
  until('it is asked', async () => {
    await want();
    return until('a dialog is there', () => titles().length === 2, 5_000);
  });
const path = (window) => window.run('return location.pathname');

test('closing asks once, cancel keeps the window, and the answer is remembered', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port));
  await onPage(window, port);
  await asks(() => requestClose('Pilothouse'));
  await press('Escape');
  await windows(1);
  assert.equal(await window.run('return document.visibilityState'), 'visible');
  await asks(() => requestClose('Pilothouse'));
  // The first of the three buttons: keep running.
  await press('Return');
  await windows(0);
  assert.equal(await listens(port), true, 'the server goes on');
  assert.equal(JSON.parse(readFileSync(join(at.data, 'desktop.json'), 'utf8')).onClose, 'keep');
  again(at);
  await windows(1);
  requestClose('Pilothouse');
  await windows(0);
  assert.equal(await listens(port), true, 'nobody was asked again');
  process.kill(serverRecord(at.data).pid, 'SIGTERM');
  await nothingLeft(window, at, port);
});

test('a second start and a link show what they name, and an odd link only says why it does nothing', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port), '--on-close', 'quit');
  await onPage(window, port);
  const other = repository(join(at.folder, 'büro und mehr'));
  again(at, other);
  await until('the repository is shown', () => window.run('return document.body.innerText.includes("büro und mehr")'));
  await until('the record has it', () => serverRecord(at.data)?.workspaces.length === 1);
  const third = repository(join(at.folder, 'third'));
  const typed = spawnSync(headless, ['open', '--data', at.data, third], { env: { ...process.env, ...at.env }, timeout: 60_000, encoding: 'utf8' });
  assert.equal(typed.status, 0, typed.stderr);
  await until('what the terminal named is shown', async () => (await path(window)).startsWith('/w/third/s/'));
  again(at, 'pilothouse://approval/nothing-of-this-id');
  await until('the approval is looked for', async () => (await path(window)) === '/approvals/nothing-of-this-id');
  again(at, 'pilothouse://session/dev');
  await until('the session is shown', async () => /^\/w\/b-ro-und-mehr\/s\/dev$/.test(await path(window)));
  const before = await path(window);
  for (const odd of ['pilothouse://run/rm', 'pilothouse://session/../../settings', 'pilothouse://job/j-1?hub=https://elsewhere.example/']) {
    again(at, odd);
    await windows(2).catch((error) => assert.fail(`${odd}: ${error.message}`));
    await press('Return');
    await windows(1);
    assert.equal(await path(window), before, odd);
  }
  requestClose('Pilothouse');
  await nothingLeft(window, at, port);
});

test('a first start goes where its link says', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port), '--on-close', 'quit', '--repo', at.repo, 'pilothouse://job/of-nobody');
  await onPage(window, port);
  await until('the job is looked for', async () => (await path(window)) === '/jobs/of-nobody');
  await until('it is signed in', () => window.run('return location.hash === ""'));
  requestClose('Pilothouse');
  await nothingLeft(window, at, port);
});

test('what is chosen for the app holds, and broken memories harm nobody', async (t) => {
  const at = place(t);
  const config = join(at.env.HOME, '.config');
  mkdirSync(join(config, 'dev.pilothouse.desktop'), { recursive: true });
  mkdirSync(at.data, { recursive: true, mode: 0o700 });
  writeFileSync(join(config, 'dev.pilothouse.desktop', '.window-state.json'), '{ "main": { "width": "wide", ');
  writeFileSync(join(at.data, 'desktop.json'), '\u0000not json');
  const port = await freePort();
  const window = await open(at, '--port', String(port));
  await onPage(window, port);
  const ask = (change) => window.runAsync(`return window.__TAURI__.core.invoke("choices", { change: ${JSON.stringify(change)} })`);
  assert.deepEqual(await ask({}), [true, { onClose: 'ask', onCloseFixed: false, startAtLogin: false }]);
  assert.deepEqual(await ask({ onClose: 'quit', startAtLogin: true }), [true, { onClose: 'quit', onCloseFixed: false, startAtLogin: true }]);
  const entries = readdirSync(join(config, 'autostart'));
  assert.equal(entries.length, 1, 'the session starts it at login');
  assert.ok(readFileSync(join(config, 'autostart', entries[0]), 'utf8').includes('pilothouse-desktop'));
  assert.equal((await ask({ startAtLogin: false }))[1].startAtLogin, false);
  assert.deepEqual(readdirSync(join(config, 'autostart')), []);
  assert.equal((await ask({ anything: 1 }))[0], false);
  requestClose('Pilothouse');
  await nothingLeft(window, at, port);
});

test('accelerators of the menu zoom, and the size is remembered', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port), '--on-close', 'quit');
  await onPage(window, port);
  const width = () => window.run('return innerWidth');
  const usual = await width();
  await press('ctrl+equal');
  await until('the page is larger', async () => (await width()) < usual);
  await until('it is remembered', () => JSON.parse(readFileSync(join(at.data, 'desktop.json'), 'utf8')).zoom === 110);
  await press('ctrl+0');
  await until('the page has its usual size', async () => (await width()) === usual);
  await press('ctrl+q');
  await nothingLeft(window, at, port);
});

test('another server in the window can ask the app for nothing, and this machine comes back', async (t) => {
  const at = place(t);
  const [port, elsewhere] = [await freePort(), await freePort()];
  const other = spawn(headless, ['serve', '--data', join(at.folder, 'other'), '--port', String(elsewhere), '--workers', '0', '--json'], {
    env: { ...process.env, ...at.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = JSON.parse(await firstLine(other));
  const window = await open(at, '--port', String(port), '--on-close', 'quit');
  await onPage(window, port);
  const attach = (link) => window.runAsync(`return window.__TAURI__.core.invoke("attach", { link: ${JSON.stringify(link)} })`);
  assert.equal((await attach(ready.openUrl))[0], false, 'only the page inside the binary may ask for it');
  await choose('alt+s', 1);
  await until('the address is asked for', () => window.run('return document.getElementById("link") !== null'));
  for (const [odd, why] of [['http://hub.example/', /Over plain http/], ['javascript:alert(1)', /no address/]]) {
    const [ok, said] = await attach(odd);
    assert.equal(ok, false, odd);
    assert.match(said, why);
  }
  await window.run('setTimeout(() => window.__TAURI__.core.invoke("attach", { link: arguments[0] }), 0)'.replace('arguments[0]', JSON.stringify(ready.openUrl))).catch(() => {}); // The page goes under the call.
  await onPage(window, elsewhere);
  for (const call of ['"quit"', '"choices", { change: {} }', '"pick_folder"', '"update_state"', '"notifications"']) {
    const [ok, said] = await window.runAsync(`return window.__TAURI__.core.invoke(${call})`);
    assert.equal(ok, false, call);
    assert.match(said, /Only the page of this machine|not allowed/);
  }
  await choose('alt+s', 0);
  await onPage(window, port);
  const ended = new Promise((resolve) => other.on('exit', resolve));
  other.kill('SIGTERM');
  await ended;
  requestClose('Pilothouse');
  await nothingLeft(window, at, port);
});

test('a joined server that dies is told, and one press starts it again in this program', async (t) => {
  const at = place(t);
  const port = await freePort();
  const server = spawn(headless, ['serve', '--data', at.data, '--port', String(port), '--workers', '0', '--json'], {
    env: { ...process.env, ...at.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => server.stdout.once('data', resolve));
  const window = await open(at, '--port', String(port), '--on-close', 'quit', '--repo', at.repo);
  await onPage(window, port);
  server.kill('SIGKILL');
  const button = `[...document.querySelectorAll("button")].find((b) => b.textContent.trim() === "Start it again")`;
  await until('it is said with a button', () => window.run(`return ${button} !== undefined`));
  await window.run(`${button}.click()`);
  await until('the server is ours now', () => serverRecord(at.data)?.pid !== server.pid && serverRecord(at.data) !== undefined).catch(async (error) => assert.fail(`${error.message}; the page says: ${await window.run('return document.body.innerText')}`));
  await onPage(window, port);
  await until('the page is live', () => window.run('return document.querySelector("[data-testid=connection]")?.dataset.state !== "offline"'));
  requestClose('Pilothouse');
  await nothingLeft(window, at, port);
});

test('a server of our own that breaks is told, and one press starts it again', async (t) => {
  const at = place(t);
  const port = await freePort();
  const window = await open(at, '--port', String(port), '--on-close', 'quit', '--repo', at.repo);
  await onPage(window, port);
  const text = () => window.run('return document.body.innerText');
  const { pid } = serverRecord(at.data);
  const button = `[...document.querySelectorAll("button")].find((b) => b.textContent.trim() === "Start it again")`;
  const one = 'return document.querySelectorAll("[data-testid=connection][data-state=live]").length';
  // Twice: what was started again is watched as well.
  for (const time of ['once', 'twice']) {
    await until(`the page is live (${time})`, async () => (await window.run(one)) === 1);
    // A debug build's own: a part of the server makes a mistake as soon as it sees this file.
    writeFileSync(join(at.data, 'break-for-a-test'), '');
    await until('it is said with a button', () => window.run(`return ${button} !== undefined`));
    await until('it is said why', async () => /stopped because a part of it broke/.test(await text()));
    await until('nobody listens', async () => !(await listens(port)));
    await window.run(`${button}.click()`);
    await until('it is up again', () => listens(port)).catch(async (error) => assert.fail(`${error.message}; the page says: ${await text()}`));
    await onPage(window, port);
  }
  await until('the page is live', async () => (await window.run(one)) === 1);
  assert.equal((await until('it is recorded', () => serverRecord(at.data))).pid, pid, 'in the same program');
  requestClose('Pilothouse');
  await nothingLeft(window, at, port);
});

test('quitting says what still runs, and waits for it or not as its person says', async (t) => {
  const at = place(t);
  mkdirSync(join(at.repo, '.pilothouse'));
  const go = join(at.folder, 'go');
  writeFileSync(join(at.repo, '.pilothouse', 'config.toml'), `[[check]]\nname = "long"\nrun = ["sh", "-c", "until test -e ${go}; do sleep 0.1; done"]\n`);
  const commit = (message) => {
    execFileSync('git', ['-C', at.repo, 'add', '-A']);
    execFileSync('git', ['-C', at.repo, '-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '-qm', message]);
  };
  commit('a check');
  const port = await freePort();
  const window = await open(at, '--port', String(port), '--on-close', 'quit', '--trust', '--sandbox', 'host', '--repo', at.repo);
  await onPage(window, port);
  const token = readFileSync(join(at.data, 'secrets', 'local.token'), 'utf8').trim();
  const call = async (method, params = { workspaceId: 'lighthouse' }) => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/rpc/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(params),
    });
    assert.ok(answer.ok, await answer.clone().text());
    return answer.json();
  };
  await call('checks.dryRun');
  await until('the check runs', async () => (await call('checks.dryRunState')).run.state === 'running');
  await asks(() => press('ctrl+q'));
  await press('Escape');
  await windows(1);
  assert.equal(await listens(port), true, 'nothing was quit');
  await asks(() => press('ctrl+q'));
  // The second button: quit when done.
  await press('Right');
  await press('Return');
  await windows(0);
  assert.equal(await listens(port), true, 'the check goes on');
  const holds = async () => (await call('system.status', {})).holds.map((hold) => hold.reason);
  await until('nothing new begins', async () => (await holds()).includes('drain'));
  // Somebody wants it to go on, and changes their mind: what is called off quits nothing.
  await call('system.resume', {});
  again(at);
  await windows(1);
  writeFileSync(go, '');
  await until('the check has ended', async () => (await call('checks.dryRunState')).run.finishedAt !== null);
  assert.equal(await listens(port), true, 'quitting was called off');
  rmSync(go);
  // Another tree, so that what was proven does not count for it.
  writeFileSync(join(at.repo, 'MORE.md'), '# More\n');
  commit('more');
  await call('checks.dryRun');
  await until('the check runs again', async () => (await call('checks.dryRunState')).run.state === 'running');
  await asks(() => press('ctrl+q'));
  await press('Right');
  await press('Return');
  await windows(0);
  await until('nothing new begins again', async () => (await holds()).includes('drain'));
  writeFileSync(go, '');
  await nothingLeft(window, at, port);
});

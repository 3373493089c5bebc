// What the tests of the window share: a place of their own, the window opened in it, and nothing left of it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { manageWindows } from './desk.mjs';
import { endAll, listens, processesNaming, serverRecord } from './traces.mjs';
import { until, Window } from './webdriver.mjs';

/** Programs under test. */
export const desktop = process.env.TEST_DESKTOP;
export const headless = process.env.TEST_SERVER;
/** Folder that pictures are kept in, if any. */
export const pictures = process.env.PILOTHOUSE_PICTURES;

/** A small repository with one commit, in a folder that does not exist yet. */
export function repository(path) {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'README.md'), '# A small repository\n');
  execFileSync('git', ['-C', path, 'init', '-q', '-b', 'main']);
  commit(path, 'first');
  return path;
}

/** Commits everything in a repository as it lies there. */
export function commit(path, message) {
  execFileSync('git', ['-C', path, 'add', '-A']);
  execFileSync('git', ['-C', path, '-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'commit.gpgsign=false', 'commit', '-q', '-m', message]);
}

/** A data folder, a HOME and a small repository of the test's own. */
export function place(t) {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-shell-'));
  const home = join(folder, 'home');
  mkdirSync(home);
  const repo = repository(join(folder, 'lighthouse'));
  t.after(async () => {
    await endAll(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return { folder, data: join(folder, 'data'), repo, env: { HOME: home, XDG_RUNTIME_DIR: folder, SHELL: '/bin/sh' } };
}

/**
 * A place whose repository is proven by one check, a shell line or what makes one of the place's folder, with arguments
 * that open it; what is said is English.
 */
export function proven(t, check) {
  const at = place(t);
  const line = typeof check === 'function' ? check(at.folder) : check;
  mkdirSync(join(at.repo, '.pilothouse'));
  writeFileSync(join(at.repo, '.pilothouse', 'config.toml'), `[[check]]\nname = "the check"\nrun = ["sh", "-c", ${JSON.stringify(line)}]\n`);
  commit(at.repo, 'a check');
  at.args = ['--data', at.data, '--repo', at.repo, '--trust', '--port', '0', '--workers', '1'];
  Object.assign(at.env, { LC_ALL: '', LC_MESSAGES: '', LANG: 'C.UTF-8', PILOTHOUSE_CONFIG_DIR: join(at.folder, 'config') });
  return at;
}

/** Has windows managed from before the first test of the file until after its last. */
export function withWindowManager() {
  let stop;
  before(async () => {
    stop = await manageWindows();
  });
  after(() => stop?.());
}

/** The program in a window that can be driven. */
export function open(at, ...args) {
  // The driver knows the folder too, through its environment, and is cleaned up with the rest.
  return Window.open(desktop, ['--data', at.data, '--workers', '0', ...args], at.env);
}

export const onPage = (window, port) =>
  until('the interface is there', () =>
    window.run('return location.origin === arguments[0] && document.title.endsWith("Pilothouse") && document.body.innerText.trim().length > 0', `http://127.0.0.1:${port}`),
  );

/** Quits as the page may ask for it. The page is torn down under the call, so its answer may be an error. */
export const quit = (window) => window.run('setTimeout(() => window.__TAURI__.core.invoke("quit"), 0)').catch(() => {});

/** Nothing of the program is left: no process of its data folder, no port, no record. */
export async function nothingLeft(window, at, port) {
  await until('every process of the program is gone', () => processesNaming(at.data, [window.driver.pid]).length === 0).catch(
    (error) => assert.fail(`${error.message}; left: ${processesNaming(at.data, [window.driver.pid]).join(', ')}`),
  );
  await until('the port is free again', async () => !(await listens(port)));
  assert.equal(serverRecord(at.data), undefined, 'the record is gone');
}

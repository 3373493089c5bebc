// What people install: the deb and the archive, made from the programs under test. The deb is installed (on a
// machine of the tests' own for real, elsewhere into a folder), started by its launcher's command, and ended.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { titles } from './desk.mjs';
import { ask, install, pack, root } from './installed.mjs';
import { withWindowManager } from './scene.mjs';
import { endAll, firstLine, listens, processesNaming, serverRecord } from './traces.mjs';
import { freePort, until } from './webdriver.mjs';

const folder = mkdtempSync(join(tmpdir(), 'pilothouse-deb-'));
const out = join(folder, 'out');
const made = (ending) => {
  const found = readdirSync(out).filter((name) => name.endsWith(ending));
  assert.equal(found.length, 1, `one ${ending} in ${readdirSync(out)}`);
  return join(out, found[0]);
};

withWindowManager();
before(() => pack('deb,archive', out));
after(async () => {
  await endAll(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A data folder and a HOME of the test's own. */
function place(name) {
  const home = join(folder, name);
  mkdirSync(home);
  const own = Object.fromEntries(Object.entries(process.env).filter(([variable]) => !variable.startsWith('PILOTHOUSE_')));
  return { data: join(home, 'data'), env: { ...own, HOME: home, XDG_RUNTIME_DIR: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home } };
}

/** The keys of a desktop entry. */
const entryOf = (path) =>
  Object.fromEntries(
    readFileSync(path, 'utf8').split('\n').filter((line) => line.includes('=')).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

test('the deb says what it is and what it needs', () => {
  const field = (name) => ask('dpkg-deb', '-f', made('.deb'), name).trim();
  const { version } = JSON.parse(readFileSync(join(root, 'tauri.conf.json'), 'utf8'));
  assert.deepEqual([field('Package'), field('Version'), field('Section')], ['pilothouse', version, 'devel']);
  const depends = field('Depends').split(', ').map((need) => need.split(' ')[0]);
  for (const need of ['git', 'bubblewrap', 'libc6', 'libdbus-1-3', 'libwebkit2gtk-4.1-0', 'libgtk-3-0', 'zlib1g']) {
    assert.ok(depends.includes(need), `${need} in ${depends}`);
  }
  assert.equal(depends.length, new Set(depends).size, 'nothing twice');
});

test('the deb holds the programs, a launcher for links, icons and papers, and no prompts beside the programs', () => {
  const listed = ask('dpkg-deb', '-c', made('.deb')).trim().split('\n').map((line) => line.split(/\s+/));
  const modes = Object.fromEntries(listed.map(([mode, owner, , , , path]) => [path.replace(/^\.?\//, ''), `${mode} ${owner}`]));
  for (const program of ['pilothouse', 'pilothouse-desktop', 'pilothouse-inside', 'pilothouse-worker']) assert.equal(modes[`usr/bin/${program}`], '-rwxr-xr-x 0/0');
  for (const paper of ['usr/lib/Pilothouse/LICENSE', 'usr/lib/Pilothouse/THIRD-PARTY.txt', 'usr/share/doc/pilothouse/copyright']) {
    assert.equal(modes[paper], '-rw-r--r-- 0/0', paper);
  }
  for (const size of ['32x32', '128x128', '256x256@2', '512x512']) assert.ok(modes[`usr/share/icons/hicolor/${size}/apps/pilothouse-desktop.png`], size);
  assert.ok(modes['usr/share/icons/hicolor/scalable/apps/pilothouse-desktop.svg']);
  const strange = Object.entries(modes).filter(([path, mode]) => !/^(drwxr-xr-x|-rw[x-]r-[x-]r-[x-]) 0\/0$/.test(mode) || !path.startsWith('usr'));
  assert.deepEqual(strange, []);
  // The prompts are part of the programs.
  assert.ok(!Object.keys(modes).some((path) => path.includes('prompts')));
  const worker = readFileSync(process.env.TEST_WORKER);
  assert.ok(worker.includes(readFileSync(join(root, 'prompts', 'worker-native.md')).subarray(0, 200)));
});

test('the sums are those of the files', () => {
  const checked = spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: out, encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);
  assert.equal(checked.stdout.trim().split('\n').length, readdirSync(out).length - 1);
});

test('the installed window opens from its launcher, and SIGTERM ends window, server and workers within ten seconds', async (t) => {
  const machine = install(t, made('.deb'), join(folder, 'machine'));
  const path = join(machine, 'usr/share/applications/Pilothouse.desktop');
  const valid = spawnSync('desktop-file-validate', [path], { encoding: 'utf8' });
  assert.equal(`${valid.error ?? ''}${valid.stdout}${valid.stderr}`, '', 'the entry is a valid one');
  const entry = entryOf(path);
  assert.deepEqual(
    [entry.Name, entry.Exec, entry.MimeType, entry.Icon, entry.Terminal],
    ['Pilothouse', 'pilothouse-desktop %U', 'x-scheme-handler/pilothouse;', 'pilothouse-desktop', 'false'],
  );

  const bin = join(machine, 'usr/bin');
  const at = place('desk');
  const port = await freePort();
  const [command] = entry.Exec.split(' ');
  const window = spawn(command, ['--data', at.data, '--port', String(port), '--workers', '1'], {
    env: { ...at.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise((resolve, reject) => window.on('error', reject).on('exit', (code, signal) => resolve([code, signal])));
  await until('a window of Pilothouse is there', () => titles().some((title) => title.includes('Pilothouse')));
  await until('the worker of the package runs', () => processesNaming(at.data).some((found) => found.endsWith(join(bin, 'pilothouse-worker'))));
  assert.ok(processesNaming(at.data).some((found) => found.endsWith(join(bin, 'pilothouse-desktop'))), 'the installed one runs');
  const classes = ask('wmctrl', '-lx').split('\n').find((line) => line.includes('Pilothouse')).split(/\s+/)[2].split('.');
  assert.ok(classes.includes(entry.StartupWMClass), `${entry.StartupWMClass} in ${classes}: the dock knows whose window it is`);

  const told = performance.now();
  window.kill('SIGTERM');
  await until('every process is gone', () => processesNaming(at.data).length === 0, 10_000);
  t.diagnostic(`gone after ${Math.round(performance.now() - told)} ms`);
  assert.deepEqual(await ended, [0, null]);
  assert.equal(await listens(port), false);
  assert.equal(serverRecord(at.data), undefined);
});

test('the archive serves and works from wherever it is unpacked', async () => {
  const into = join(folder, 'Archiv für unterwegs');
  mkdirSync(into);
  ask('tar', '-xzf', made('.tar.gz'), '-C', into);
  const [name] = readdirSync(into);
  assert.deepEqual(readdirSync(join(into, name)).sort(), ['LICENSE', 'README.md', 'THIRD-PARTY.txt', 'pilothouse', 'pilothouse-inside', 'pilothouse-worker']);
  const bin = join(into, name);
  const at = place('headless');
  const server = spawn(join(bin, 'pilothouse'), ['serve', '--data', at.data, '--port', '0', '--workers', '1', '--json'], {
    env: at.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  const ready = JSON.parse(await firstLine(server));
  assert.equal(ready.ready, true);
  const online = () => JSON.parse(ask(join(bin, 'pilothouse'), 'status', '--json', '--data', at.data)).workers.online;
  await until('its worker has come', () => online() === 1);
  server.kill('SIGTERM');
  assert.equal(await ended, 0);
  await until('every process is gone', () => processesNaming(at.data).length === 0);
});

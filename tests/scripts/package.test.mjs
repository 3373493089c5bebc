// The parts of `npm run package` that need no build: small files stand in for the programs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { archive } from '../../scripts/package/archive.mjs';
import { notesFor } from '../../scripts/package/release-notes.mjs';
import { sizes } from '../../scripts/package/sizes.mjs';
import { checksums } from '../../scripts/package/sums.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const linux = process.platform === 'linux' ? test : test.skip;

function scratch(t) {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-package-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Programs that are not there twice the same way: other times, other modes of their folder. */
function staged(folder, time) {
  mkdirSync(folder, { recursive: true });
  const program = (name) => join(folder, name);
  for (const name of ['pilothouse', 'pilothouse-worker', 'pilothouse-inside']) {
    writeFileSync(program(name), `stand-in for ${name}`);
    chmodSync(program(name), 0o755);
    utimesSync(program(name), time, time);
  }
  return { profile: 'release', triple: 'x86_64-unknown-linux-gnu', program };
}

linux('the same programs give the same archive, whenever it is made', (t) => {
  const folder = scratch(t);
  const notices = join(folder, 'THIRD-PARTY.txt');
  writeFileSync(notices, 'others\n');
  const made = ['a', 'b'].map((name, index) => {
    const out = join(folder, name, 'out');
    mkdirSync(out, { recursive: true });
    return archive(staged(join(folder, name), 1_000_000 + index), notices, out);
  });
  assert.ok(readFileSync(made[0]).equals(readFileSync(made[1])));
  const listed = spawnSync('tar', ['-tvzf', made[0]], { encoding: 'utf8' }).stdout.trim().split('\n');
  const name = basename(made[0], '.tar.gz');
  assert.deepEqual(listed.map((line) => [line.split(/\s+/)[0], line.split(/\s+/).at(-1)]), [
    ['drwxr-xr-x', `${name}/`],
    ['-rw-r--r--', `${name}/LICENSE`],
    ['-rw-r--r--', `${name}/README.md`],
    ['-rw-r--r--', `${name}/THIRD-PARTY.txt`],
    ['-rwxr-xr-x', `${name}/pilothouse`],
    ['-rwxr-xr-x', `${name}/pilothouse-inside`],
    ['-rwxr-xr-x', `${name}/pilothouse-worker`],
  ]);
});

linux('sums are read by sha256sum, and a changed file is noticed', (t) => {
  const folder = scratch(t);
  for (const name of ['b.deb', 'a archive.tar.gz']) writeFileSync(join(folder, name), name);
  assert.deepEqual(checksums(folder).map((path) => basename(path)), ['a archive.tar.gz', 'b.deb']);
  const check = () => spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder }).status;
  assert.equal(check(), 0);
  writeFileSync(join(folder, 'b.deb'), 'other');
  assert.notEqual(check(), 0);
});

test('sizes are whole bytes by name', (t) => {
  const folder = scratch(t);
  writeFileSync(join(folder, 'x'), '12345');
  assert.deepEqual(sizes([join(folder, 'x')]), [{ name: 'x', bytes: 5 }]);
});

test('a kind this system does not make is refused before anything is built', () => {
  const other = process.platform === 'win32' ? 'deb' : 'nsis';
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'package.mjs'), '--only', other], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`does not make ${other}\\. It makes: .*archive`));
});

test('the notes of a version are its section, and a version without notes is not released', () => {
  const text = '# Changes\n\n## 0.2.0\n\n- new\n\n### More\n\n- kept\n\n## 0.1.0\n\n- first\n';
  assert.equal(notesFor('0.2.0', text), '- new\n\n### More\n\n- kept');
  assert.equal(notesFor('0.1.0', text), '- first');
  assert.throws(() => notesFor('0.3.0', text), /CHANGELOG\.md has no section "## 0\.3\.0"/);
  assert.throws(() => notesFor('0.1', text), /no section/);
});

test('every version of the project is the same, and it has notes', () => {
  const read = (path) => readFileSync(join(root, path), 'utf8');
  const { version } = JSON.parse(read('tauri.conf.json'));
  assert.equal(JSON.parse(read('package.json')).version, version);
  assert.equal(JSON.parse(read('package-lock.json')).version, version);
  assert.match(read('Cargo.toml'), new RegExp(`^\\[workspace\\.package\\]\\nversion = "${version.replaceAll('.', '\\.')}"$`, 'm'));
  assert.ok(notesFor(version, read('CHANGELOG.md')).length > 0);
});

test('the Tauri CLI fits the Tauri the window is compiled with', () => {
  const minor = (text) => text.split('.').slice(0, 2).join('.');
  const crate = readFileSync(join(root, 'Cargo.lock'), 'utf8').match(/name = "tauri"\nversion = "([^"]+)"/)[1];
  const cli = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies['@tauri-apps/cli'];
  assert.equal(minor(cli), minor(crate));
});

// The set-up steps in a world where programs are scripted: a PATH that holds only what the test puts there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { atLeast } from '../../scripts/toolchain.mjs';

const script = fileURLToPath(new URL('../../scripts/system-packages.mjs', import.meta.url));

/** Runs the script with a PATH of scripted programs: name to shell text. */
function withPrograms(t, programs, args) {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-path-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync('/bin/sh', join(folder, 'sh'));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const code = `process.getuid = () => 1000; process.argv[1] = ${JSON.stringify(script)};
    await import(${JSON.stringify(script)});`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', code, '--', script, ...args], {
    env: { PATH: folder },
    encoding: 'utf8',
  });
}

const linux = { skip: process.platform !== 'linux' && 'Linux only' };

test('nothing missing touches neither apt nor sudo', linux, (t) => {
  const installed = 'for n in "$@"; do case "$n" in -*) ;; *) echo "$n installed";; esac; done';
  const answer = withPrograms(t, { 'dpkg-query': installed, 'apt-get': 'exit 99', sudo: 'exit 99' }, ['run']);
  assert.equal(answer.status, 0, answer.stderr);
  assert.equal(answer.stdout, '');
});

test('without root and sudo it stops with the one command to run', linux, (t) => {
  const programs = { 'dpkg-query': 'echo git installed', 'apt-get': 'exit 99', sudo: 'exit 1' };
  const answer = withPrograms(t, programs, ['run']);
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, /sudo apt-get update && sudo apt-get install -y --no-install-recommends bubblewrap\n/);
});

test('without apt it names what is missing', linux, (t) => {
  const answer = withPrograms(t, { git: 'exit 0' }, ['run']);
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, /package manager.*\n\n  bubblewrap\n/);
});

test('a browser of another name counts as the browser', linux, (t) => {
  const others = 'for n in "$@"; do case "$n" in -*|chromium) ;; *) echo "$n installed";; esac; done';
  const answer = withPrograms(t, { 'dpkg-query': others, 'google-chrome': 'exit 0' }, ['test']);
  assert.equal(answer.status, 0, answer.stderr);
});

test('versions are compared by number', () => {
  assert.ok(atLeast('1.100.0', '1.90'));
  assert.ok(atLeast('20.19.0', '20.19'));
  assert.ok(!atLeast('1.89.1', '1.90'));
});

// What tests did not run, and which foreign programs they started, is printed at the end of a lane and again at the close.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { takeNotes } from '../../scripts/notes.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a lane ends with what its passing tests did not run and what they started', () => {
  const tells = `
    const { appendFileSync } = require('node:fs');
    require('node:test').test('passes', () => {
      for (const line of ['not run here: gemini is not installed', 'started: codex 1.2.3', 'not run here: gemini is not installed']) appendFileSync(process.env.TEST_NOTES, line + '\\n');
    });`;
  const script = `
    import { writeFileSync, mkdtempSync } from 'node:fs';
    import { join } from 'node:path';
    import { tmpdir } from 'node:os';
    import { runLanes } from ${JSON.stringify(new URL('../../scripts/run-lanes.mjs', import.meta.url).href)};
    const file = join(mkdtempSync(join(tmpdir(), 'pilothouse-notes-test-')), 'one.test.cjs');
    writeFileSync(file, ${JSON.stringify(tells)});
    const steps = () => [{ runner: 'node', command: process.execPath, args: ['--test', '--test-reporter=spec', file] }];
    process.exitCode = await runLanes([{ name: 'one', steps }, { name: 'silent', steps: () => [{ ...steps()[0], env: { TEST_NOTES: '/dev/null' } }] }], []);
  `;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env, encoding: 'utf8' });
  assert.equal(status, 0, stdout);
  // Above the times, below what the last lane printed.
  const closing = stdout.slice(stdout.indexOf('=== silent'), stdout.indexOf('=== times'));
  assert.match(closing, /^one: not run here: gemini is not installed \(2 times\)$/m);
  assert.match(closing, /^one: started: codex 1\.2\.3$/m);
  assert.doesNotMatch(closing, /^silent: /m);
  assert.ok(stdout.indexOf('started: codex') < stdout.indexOf('=== silent'), 'it stands at the end of its lane too');
});

test('a lane without notes has none, and the tests know the variable', () => {
  const notes = takeNotes();
  assert.deepEqual(notes.lines(), []);
  notes.end();
  const rust = readFileSync(`${root}/src-tauri/crates/host/tests/support/notes.rs`, 'utf8');
  for (const name of Object.keys(notes.env)) assert.ok(rust.includes(`"${name}"`), name);
});

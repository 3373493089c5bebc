// The workflows cannot run here. What can be said without running them: they are pinned, hold no secret, and every
// script and kind of package they name exists.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github', 'workflows');
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;

test('foreign actions are pinned to a major version', () => {
  for (const [name, text] of workflows) {
    const uses = [...text.matchAll(/uses: *(\S+)/g)].map((match) => match[1]);
    assert.ok(uses.length > 0, name);
    for (const action of uses) assert.match(action, /^actions\/[a-z-]+@v\d+$/, name);
  }
});

test('what they run is there', () => {
  for (const [name, text] of workflows) {
    for (const [, script] of text.matchAll(/node (scripts\/\S+\.mjs)/g)) assert.ok(existsSync(join(root, script)), `${name}: ${script}`);
    for (const [, script] of text.matchAll(/npm run (\w+) --/g)) assert.ok(scripts[script], `${name}: npm run ${script}`);
    for (const [, path] of text.matchAll(/run: [^\n]*?(\.ci\/\S+)/g)) assert.ok(existsSync(join(root, path)), `${name}: ${path}`);
  }
});

test('where everything is run there are the rights that a container engine of the tests takes', () => {
  const engine = readFileSync(join(root, 'src-tauri', 'crates', 'host', 'tests', 'support', 'dockerd.rs'), 'utf8');
  assert.match(engine, /effective_uid\(\) != 0/, 'it needs root');
  const [, ci] = workflows.find(([name]) => name === 'ci.yml');
  // Programs are found, and caches lie, where the steps before left them.
  assert.match(ci, /- run: sudo --preserve-env env "PATH=\$PATH" "HOME=\$HOME" \.ci\/run$/m);
  for (const [name, text] of workflows) assert.doesNotMatch(text, /run: \.ci\/run/, `${name}: as an ordinary user a missing engine fails`);
});

test('each system is asked for kinds it makes', () => {
  const known = readFileSync(join(root, 'scripts', 'package', 'bundle.mjs'), 'utf8');
  const [, release] = workflows.find(([name]) => name === 'release.yml');
  const rows = [...release.matchAll(/os: ([a-z]+)[-\w.]*, kinds: '([^']+)'/g)];
  assert.deepEqual([...new Set(rows.map((row) => row[1]))].sort(), ['macos', 'ubuntu', 'windows']);
  const systems = { macos: 'darwin', ubuntu: 'linux', windows: 'win32' };
  for (const [, os, kinds] of rows) {
    const makes = known.match(new RegExp(`${systems[os]}: \\[([^\\]]+)\\]`))[1];
    for (const kind of kinds.split(',')) assert.ok(makes.includes(`'${kind}'`), `${os}: ${kind}`);
  }
});

test('secrets reach only the step that signs, and only the draft may write', () => {
  for (const [name, text] of workflows) {
    const secrets = [...text.matchAll(/secrets\.(\w+)/g)].map((match) => match[1]);
    const expected = name === 'release.yml' ? ['TAURI_SIGNING_PRIVATE_KEY', 'TAURI_SIGNING_PRIVATE_KEY_PASSWORD'] : [];
    assert.deepEqual(secrets, expected, name);
    assert.match(text, /^permissions:\n {2}contents: read$/m, name);
    assert.equal([...text.matchAll(/contents: write/g)].length, name === 'release.yml' ? 1 : 0, name);
  }
});

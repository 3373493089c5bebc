// The end of a long log must tell what failed and why: read from what each runner really prints.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { closing, failures } from '../../scripts/failures.mjs';

const NEXTEST = `────────────
        FAIL [   0.092s] (5/5) probe::rooms tests::it_breaks
  stdout ───

    running 1 test
    some output
    test tests::it_breaks ... FAILED

    failures:

    failures:
        tests::it_breaks

    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.09s

  stderr ───
    thread 'tokio-rt-worker' (13155) panicked at src/other.rs:1:1:
    not this one

    thread 'tests::it_breaks' (13156) panicked at src/lib.rs:4:59:
    assertion \`left == right\` failed: sums
      left: 2
     right: 3
    stack backtrace:
       0: __rustc::rust_begin_unwind
    note: Some details are omitted, run with \`RUST_BACKTRACE=full\` for a verbose backtrace.

        PASS [   0.004s] (3/5) probe tests::it_passes
        FAIL [   0.004s] (2/5) probe tests::it_errs
  stdout ───

    running 1 test
    test tests::it_errs ... FAILED

  stderr ───
    Error: "no such thing"

     TIMEOUT [  60.004s] (4/5) probe tests::it_hangs
  stdout ───

    waiting for a door
────────────
     Summary [   0.093s] 5 tests run: 1 passed, 2 failed, 1 timed out, 0 skipped
        FAIL [   0.092s] (5/5) probe::rooms tests::it_breaks
        FAIL [   0.004s] (2/5) probe tests::it_errs
     TIMEOUT [  60.004s] (4/5) probe tests::it_hangs
error: test run failed
`;

test('nextest: each failed test once, with the panic of its own thread and without the backtrace', () => {
  assert.deepEqual(failures('nextest', NEXTEST, 100), [
    { name: 'probe::rooms tests::it_breaks', lines: ['src/lib.rs:4:59:', 'assertion `left == right` failed: sums', '  left: 2', ' right: 3'] },
    { name: 'probe tests::it_errs', lines: ['Error: "no such thing"'] },
    { name: 'probe tests::it_hangs (TIMEOUT)', lines: ['    waiting for a door'.slice(4)] },
  ]);
});

test('cargo test: each failed test with its panic', () => {
  const text = `failures:

---- tests::it_errs stdout ----
Error: "no such thing"

---- tests::multi stdout ----
some output

thread 'tests::multi' (13173) panicked at src/lib.rs:7:24:
first
second
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace


failures:
    tests::it_errs
    tests::multi

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.07s
`;
  assert.deepEqual(failures('cargo', text, 101), [
    { name: 'tests::it_errs', lines: ['Error: "no such thing"'] },
    { name: 'tests::multi', lines: ['src/lib.rs:7:24:', 'first', 'second'] },
  ]);
});

test('vitest: each failed test with its message and difference, without the code around it', () => {
  const text = `\u001b[31m⎯⎯⎯⎯⎯⎯⎯\u001b[39m Failed Tests 3 ⎯⎯⎯⎯⎯⎯⎯

\u001b[41m FAIL \u001b[49m src/a.test.ts > a group > adds
AssertionError: expected 2 to be 3 // Object.is equality

- Expected
+ Received

- 3
+ 2

 ❯ src/a.test.ts:4:36
      4|   it("adds", () => { expect(1 + 1).toBe(3); });

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/3]⎯

 FAIL  src/a.test.ts > one
 FAIL  src/a.test.ts > two
Error: first line
second line
 ❯ src/a.test.ts:5:30

 Test Files  1 failed (1)
      Tests  3 failed | 1 passed (4)
`;
  assert.deepEqual(failures('vitest', text, 1), [
    { name: 'src/a.test.ts > a group > adds', lines: ['AssertionError: expected 2 to be 3 // Object.is equality', '- Expected', '+ Received', '- 3', '+ 2'] },
    { name: 'src/a.test.ts > one', lines: ['Error: first line', 'second line'] },
    { name: 'src/a.test.ts > two', lines: ['Error: first line', 'second line'] },
  ]);
});

test('node: what this very node prints for a failed test, a nested one and a file that cannot be loaded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-failures-'));
  try {
    writeFileSync(
      join(folder, 'a.test.mjs'),
      `import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
test('passes', () => {});
test('a sum (of two) is right', () => assert.equal(1 + 1, 3));
describe('a group', () => test('waits', () => { throw new Error('gave up waiting until it is there\\nlast: nothing'); }));
`,
    );
    writeFileSync(join(folder, 'b.test.mjs'), 'throw new Error("cannot load");\n');
    // Within a test run, node would pass results on instead of printing them.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const run = spawnSync(process.execPath, ['--test', '--test-reporter=spec', 'a.test.mjs', 'b.test.mjs'], { cwd: folder, encoding: 'utf8', env });
    const found = failures('node', run.stdout + run.stderr, run.status);
    assert.deepEqual(found.map(({ name }) => name.replace(/^.*\//, '')), ['a sum (of two) is right', 'waits', 'b.test.mjs'], run.stdout);
    assert.match(found[0].lines.join('\n'), /strictly equal:\n *2 !== 3$/);
    assert.deepEqual(found[1].lines.map((line) => line.trim()), ['Error: gave up waiting until it is there', 'last: nothing']);
    assert.match(found[2].lines.join('\n'), /cannot load/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a runner that failed and names no test is told with its first error, or with its last lines', () => {
  const text = 'Compiling\nerror[E0001]: no such thing\n  --> src/lib.rs:1:1\nmore\n';
  assert.deepEqual(failures('nextest', text, 101), [{ name: 'nextest ended with 101', lines: ['error[E0001]: no such thing', '  --> src/lib.rs:1:1', 'more'] }]);
  assert.deepEqual(failures('node', 'one\ntwo\n', 1)[0].lines, ['one', 'two']);
  assert.deepEqual(failures('node', 'one\ntwo\n', 0), []);
});

test('the closing lines are at most sixty, however much failed', () => {
  const of = (count, words) => Array.from({ length: count }, (_, n) => ({ name: `test ${n}`, lines: Array.from({ length: words }, (_, at) => `    line ${at} ${'x'.repeat(400)}`) }));
  assert.deepEqual(closing([]), []);
  for (const [count, words] of [[1, 50], [5, 3], [7, 20], [29, 4], [59, 2], [60, 2], [500, 9]]) {
    const lines = closing(of(count, words));
    assert.ok(lines.length <= 60, `${count}: ${lines.length}`);
    assert.ok(lines.every((line) => line.length <= 240));
    assert.equal(lines[0], 'Failed:');
    assert.equal(lines.filter((line) => /^  test \d+$/.test(line)).length, Math.min(count, count > 59 ? 58 : count));
  }
  assert.equal(closing(of(500, 9)).at(-1), '  and 442 more');
  assert.match(closing(of(7, 20))[2], /^ {6}line 0 /, 'words are there, moved under the name');
});

test('`npm test` ends with the cause: a lane whose test panics names it above the times and the totals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-closing-'));
  try {
    // The set-up before the lanes needs the network and a compiler; the lanes are run as `npm test` runs them.
    mkdirSync(join(folder, 'of'));
    writeFileSync(join(folder, 'of', 'a.test.mjs'), "import { test } from 'node:test';\ntest('the lamp burns', () => { throw new Error(`no oil, RUST_BACKTRACE=${process.env.RUST_BACKTRACE}`); });\n");
    const lanes = new URL('../../scripts/run-lanes.mjs', import.meta.url).href;
    writeFileSync(
      join(folder, 'main.mjs'),
      `import { runLanes } from ${JSON.stringify(lanes)};
process.exitCode = await runLanes([{ name: 'lamps', steps: () => [{ runner: 'node', command: process.execPath, args: ['--test', '--test-reporter=spec', 'of/a.test.mjs'], cwd: ${JSON.stringify(folder)} }] }], []);
`,
    );
    const { NODE_TEST_CONTEXT: _, RUST_BACKTRACE: __, ...env } = process.env;
    const run = spawnSync(process.execPath, ['main.mjs'], { cwd: folder, encoding: 'utf8', env });
    const end = run.stdout.trimEnd().split('\n').slice(-8);
    assert.match(end[5], /^lamps +0 passed, 1 failed +[\d.]+ s$/);
    end.splice(5, 1);
    assert.deepEqual(end, ['Failed:', '  lamps: the lamp burns', '      Error: no oil, RUST_BACKTRACE=0', '', '=== times', '', '0 passed, 1 failed'], run.stdout + run.stderr);
    assert.equal(run.status, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

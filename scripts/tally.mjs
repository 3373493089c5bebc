// Reads how many tests passed and failed from the closing lines of the runners the project uses.

/** Without colours. */
export const plain = (text) => text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '');

const sum = (text, pattern) => [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);

/** A count such as "2 failed" inside one line. */
const count = (line, words) => words.reduce((total, word) => total + Number(line.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0), 0);

const readers = {
  // Summary [   1.2s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped
  nextest(text) {
    const lines = [...text.matchAll(/^ *Summary \[.*?\] +\d+(?:\/\d+)? tests? run: (.*)$/gm)].map((match) => match[1]);
    return {
      passed: lines.reduce((total, line) => total + count(line, ['passed']), 0),
      failed: lines.reduce((total, line) => total + count(line, ['failed', 'timed out', 'exec failed']), 0),
    };
  },
  // test result: ok. 3 passed; 0 failed; 0 ignored; ...
  cargo: (text) => ({
    passed: sum(text, /^test result: .*? (\d+) passed/gm),
    failed: sum(text, /^test result: .*? (\d+) failed/gm),
  }),
  //       Tests  1 failed | 11 passed (12)
  vitest(text) {
    const line = text.match(/^ *Tests +(.*)$/m)?.[1] ?? '';
    return { passed: count(line, ['passed']), failed: count(line, ['failed']) };
  },
  // ℹ pass 5
  node: (text) => ({
    passed: sum(text, /^ℹ pass (\d+)$/gm),
    failed: sum(text, /^ℹ fail (\d+)$/gm) + sum(text, /^ℹ cancelled (\d+)$/gm),
  }),
};

/**
 * What a runner's output and exit code say. A runner that failed without naming a failed test counts as one
 * failure, and so does one that ran nothing: silence is no success.
 */
export function tally(runner, text, code) {
  const { passed, failed } = readers[runner](plain(text));
  const unsaid = failed === 0 && (code !== 0 || (passed === 0));
  return { passed, failed: unsaid ? 1 : failed };
}

// What the scripted model says for the pictures. It stands in for a model; everything it causes really happens:
// the jobs, the commands, the checks and the landings in the pictures are real.

const planner = (words) => ({ system: 'RemoteBuddy', last: words });
const worker = (words) => ({ tool: 'bash', any: words });

const plan = (words, title, instruction, assistantMessage, planning) => ({
  when: planner(words),
  say: {
    json: {
      schemaVersion: 2,
      requiresWorker: true,
      lane: 'worker',
      assistantMessage,
      title,
      instruction,
      planning: {
        intent: 'code_change',
        riskLevel: 'low',
        validationSteps: [['node', '--test']],
        queuePriority: 'interactive',
        queueWaitBudgetMs: 90_000,
        executionBudgetMs: 900_000,
        finalizationBudgetMs: 300_000,
        ...planning,
      },
    },
  },
});

const act = (words, says, name, args, more = {}) => ({ when: worker(words), say: { text: says, calls: [{ name, arguments: args }] }, ...more });

const CLOCKS = 'Europe/Berlin';
const HARBOURS = 'harbours.js';

const mended = `/** The midnights of \`count\` days on the local clock, the first one included. A day may have 23 or 25 hours. */
export function midnights(first, count) {
  const [year, month, day] = [first.getFullYear(), first.getMonth(), first.getDate()];
  return Array.from({ length: count }, (_, n) => new Date(year, month, day + n));
}`;

const proof = `test('every day begins at midnight, also when the clocks change', () => {
  for (const day of midnights(new Date(2026, 2, 27), 5)) assert.equal(day.getHours(), 0);
  for (const day of midnights(new Date(2026, 9, 23), 5)) assert.equal(day.getHours(), 0);
});

test('each water belongs to one day'`;

/** A probe's three questions. */
const probe = [
  { when: { last: 'single word OK' }, times: 0, say: { text: 'OK' } },
  { when: { tool: 'note' }, times: 0, say: { calls: [{ name: 'note', arguments: { word: 'blue' } }] } },
  { when: { last: 'three blue boxes' }, times: 0, say: { json: { colour: 'blue', count: 3 } } },
];

export const steps = [
  ...probe,
  plan(
    'clocks change',
    'Let days begin at midnight when the clocks change',
    `\`midnights\` in src/days.js adds 24 hours per day, which is wrong twice a year in zones such as ${CLOCKS}. Compute each day on the local clock, use the same for the end of the last day in \`byDay\`, and prove it in test/days.test.js for spring and autumn. Note it in CHANGELOG.md.`,
    'Each day is found by adding 24 hours, so after a change of the clocks the table is one hour off. I will have the days computed on the local clock and a test written for both changes.',
    {
      scope: { readAnywhere: true, writeGlobs: ['src/days.js', 'test/days.test.js', 'CHANGELOG.md'], maxFilesToEdit: 3 },
      acceptanceCriteria: ['Every day begins at 00:00 in March and in October', 'A test shows both changes of the clocks', 'The tests that exist still pass'],
    },
  ),
  act(CLOCKS, 'I look at where days are made and run the tests.', 'bash', { command: 'git grep -n midnights; node --test 2>&1 | tail -9' }),
  act(CLOCKS, 'Now the file itself.', 'read', { path: 'src/days.js' }),
  act(CLOCKS, 'First a test that shows the fault.', 'edit', { path: 'test/days.test.js', old: "test('each water belongs to one day'", new: proof }),
  act(CLOCKS, 'It has to fail before anything is mended.', 'bash', { command: 'node --test test/days.test.js 2>&1 | grep -E "^(not )?ok|expected|actual"' }),
  act(CLOCKS, 'Days on the local clock.', 'edit', {
    path: 'src/days.js',
    old: '/** The midnights of `count` days, the first one included. */\nexport function midnights(first, count) {\n  return Array.from({ length: count }, (_, n) => new Date(first.getTime() + n * DAY));\n}',
    new: mended,
  }),
  act(CLOCKS, 'The last day ends where the next would begin.', 'edit', {
    path: 'src/days.js',
    old: '    const next = days[n + 1] ?? new Date(day.getTime() + DAY);',
    new: '    const next = days[n + 1] ?? midnights(day, 2)[1];',
  }),
  act(CLOCKS, 'The constant has no use any more.', 'edit', { path: 'src/days.js', old: 'const DAY = 24 * 60 * 60 * 1000;\n\n', new: '' }),
  act(CLOCKS, 'And a line for those who read the changes.', 'edit', {
    path: 'CHANGELOG.md',
    old: '# Changes\n',
    new: '# Changes\n\n## Unreleased\n\n- Days begin at midnight also after a change of the clocks\n',
  }),
  act(CLOCKS, 'All tests once more.', 'bash', { command: 'node --test 2>&1 | grep -E "^(not )?ok|^# (tests|pass|fail)"; git diff --stat' }),
  act(CLOCKS, 'Done.', 'finish', {
    summary: 'Days are computed on the local clock, so they begin at midnight in March and October too. The new test failed before the change and passes now.',
    confidence: 'high',
  }),

  plan(
    'more harbours',
    'Read harbours from a file of their own',
    'Move CUXHAVEN out of src/harmonics.js into src/harbours.js, add Husum and Büsum there, and find a harbour by its name.',
    'The constituents of Cuxhaven stand in the code. I will have harbours moved to a file of their own, with two more and a look-up by name.',
    {
      scope: { readAnywhere: true, writeGlobs: ['src/**', 'test/**', 'scripts/print.mjs'], maxFilesToEdit: 6 },
      acceptanceCriteria: ['A harbour is found by its name', 'Cuxhaven gives the same heights as before'],
    },
  ),
  act(HARBOURS, 'Who uses the constituents?', 'bash', { command: 'git grep -n CUXHAVEN; node scripts/print.mjs cuxhaven' }),
  act(HARBOURS, 'I keep the heights of today to compare with.', 'bash', { command: 'node scripts/print.mjs cuxhaven > /tmp/before; for i in 1 2 3; do node --test 2>&1 | grep -E "^(not )?ok|^# (pass|fail)"; done' }),
  { ...act(HARBOURS, 'Now the new file.', 'read', { path: 'src/harmonics.js' }), fault: { kind: 'hang' } },
];

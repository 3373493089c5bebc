// What an evaluation found: one object for programs, a table for people. Scripted, cassette and live are never mixed into one figure.

const percentile = (values, part) => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
};

const count = (rows, test) => rows.filter(test).length;

const solves = (row) => ['oracle', 'model', 'command'].includes(row.role);
const label = (row) => `${row.task} ${row.role}${row.patch ? ` ${row.patch}` : ''}`;

/** Gates of the product that can stop a change. */
const gates = ['scope', 'validation', 'checks', 'owner', 'nothing'];

/**
 * Why an attempt that must not land says nothing of the product's gates, though nothing landed; null when one of them
 * stopped it. A change that never came about was stopped by nobody, unless it is one that should come to nothing.
 */
export function whyNotJudged({ role, landed, late, stoppedBy, expected }) {
  if (solves({ role }) || landed) return null;
  if (late) return 'it ran out of time';
  if (!gates.includes(stoppedBy) && stoppedBy !== expected) return `it ended otherwise (${stoppedBy})`;
  if (role === 'wrong' && stoppedBy === 'nothing' && expected !== 'nothing') return 'its change was never made';
  return null;
}

export function summarise({ rows, provider, options, leaked, missed, recordedFrom, modelCalls, ms, notRun }) {
  const solving = rows.filter(solves);
  const wrong = rows.filter((row) => row.role === 'wrong');
  const idle = rows.filter((row) => ['noop', 'liar'].includes(row.role));
  const times = solving.filter((row) => row.right).map((row) => row.ms);
  const stopped = wrong.filter((row) => !row.landed && !whyNotJudged(row));
  const notJudged = [
    ...rows.filter(whyNotJudged).map((row) => `${label(row)}: ${whyNotJudged(row)}`),
    ...notRun.filter((one) => !solves(one)).map((one) => `${label(one)}: not run within the time limit`),
  ];
  const tasksNotRun = count(notRun, solves);
  const stoppedBy = {};
  for (const row of stopped) stoppedBy[row.stoppedBy] = (stoppedBy[row.stoppedBy] ?? 0) + 1;
  const problems = [...rows.flatMap((row) => row.problems.map((text) => `${row.task} ${row.role}: ${text}`)), ...leaked.map((text) => `leaked: ${text}`), ...missed];
  return {
    falseAccept: count(rows, (row) => row.falseAccept),
    oracleLanded: count(solving, (row) => row.right),
    tasks: solving.length + tasksNotRun,
    provider,
    ...(recordedFrom ? { recordedFrom } : {}),
    suite: options.suite,
    backends: options.backends,
    wrongPatches: wrong.length + count(notRun, (one) => one.role === 'wrong'),
    wrongStopped: stopped.length,
    notJudged,
    stoppedBy,
    noopScore: count(idle, (row) => row.right),
    noopRuns: idle.length,
    notRun: tasksNotRun,
    problems,
    medianMs: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    modelCalls,
    ms,
    rows,
  };
}

/** Why the evaluation as a whole fails; empty when it does not. */
export function failures(summary) {
  const why = [...summary.problems];
  if (summary.falseAccept > 0) why.push(`${summary.falseAccept} wrong results landed`);
  if (summary.oracleLanded === 0) why.push('nothing reached its right end: a system that lands nothing fails');
  if (summary.noopScore > 0) why.push(`doing nothing scored ${summary.noopScore}`);
  if (summary.notRun > 0) why.push(`${summary.notRun} tasks were not run within the time limit`);
  for (const one of summary.notJudged) why.push(`not judged: ${one}`);
  if (summary.provider === 'scripted' && !summary.backends.includes('deterministic') && summary.oracleLanded < summary.tasks) {
    why.push(`${summary.tasks - summary.oracleLanded} right solutions did not get through`);
  }
  return why;
}

/** Where an attempt ended, in words. */
export const endOf = ({ landed, late, right, stoppedBy }) =>
  landed ? 'landed' : late ? 'out of time' : right ? 'nothing changed, and said so' : stoppedBy === 'nothing' ? 'nothing changed' : `stopped by ${stoppedBy}`;

const cell = (text) => String(text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');

export function markdown(summary) {
  const head = ['task', 'backend', 'provider', 'what', 'end', 'right', 'seconds'];
  const rows = summary.rows.map((row) => [
    row.task, row.backend, row.provider, row.role === 'wrong' ? `wrong: ${row.patch}` : row.role,
    endOf(row), row.falseAccept ? 'FALSE ACCEPT' : whyNotJudged(row) ? 'NOT JUDGED' : row.right || (row.role === 'wrong' && !row.landed) ? 'yes' : 'no', (row.ms / 1000).toFixed(1),
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
  const figures = `${summary.oracleLanded} of ${summary.tasks} tasks reached their right end, ${summary.wrongStopped} of ${summary.wrongPatches} wrong patches were stopped, ${summary.falseAccept} false accepts (${summary.provider}).`;
  const unjudged = summary.notJudged.length ? `Not judged:\n\n${summary.notJudged.map((one) => `- ${one}`).join('\n')}\n\n` : '';
  return `# Evaluation: ${summary.suite}\n\n${figures}\n\n${unjudged}${table}\n`;
}

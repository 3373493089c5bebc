// Runs lanes one after another, and closes with what failed in its own words, with times, and one line of totals.

import { closing, failures } from './failures.mjs';
import { takeNotes } from './notes.mjs';
import { tee } from './run.mjs';
import { tally } from './tally.mjs';

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Does one piece of work under a heading, and notes in `table` what came of it and how long it took. */
export async function timed(name, table, work) {
  console.log(`\n=== ${name}`);
  const since = performance.now();
  const result = await work();
  table.push([name, result ? `${result.passed} passed, ${result.failed} failed` : 'done', seconds(since)]);
  return result;
}

// A backtrace is longer than what it belongs to, and pushes the message out of a log that keeps only its end.
const quiet = { RUST_BACKTRACE: process.env.RUST_BACKTRACE ?? '0' };

/** Far above what the slowest lane takes on two cores; one that hangs fails by its name instead of taking all the time there is. */
const STEP_LIMIT_MIN = 40;

async function runLane(lane, broken, told) {
  const total = { passed: 0, failed: 0 };
  const notes = takeNotes();
  for (const step of lane.steps()) {
    const { code, text, late } = await tee(step.command, step.args, { limit: STEP_LIMIT_MIN * 60_000, ...step, env: { ...quiet, ...notes.env, ...step.env } });
    const { passed, failed } = tally(step.runner, text, code);
    const wrong = failures(step.runner, text, code);
    if (late) wrong.push({ name: step.runner, lines: [`It was still running after ${STEP_LIMIT_MIN} minutes and was ended.`] });
    if (failed > 0 && wrong.length === 0) wrong.push({ name: step.runner, lines: ['It ran no test.'] });
    for (const one of wrong) broken.push({ ...one, name: `${lane.name}: ${one.name}` });
    total.passed += passed;
    total.failed += failed;
  }
  const lines = notes.lines().map((line) => `${lane.name}: ${line}`);
  notes.end();
  if (lines.length > 0) console.log(`\n${lines.join('\n')}`);
  told.push(...lines);
  return total;
}

/** Runs them and tells it. `table` holds what was done before. Answers the exit code. */
export async function runLanes(lanes, table) {
  const total = { passed: 0, failed: 0 };
  const broken = [];
  const told = [];
  for (const lane of lanes) {
    if (lane.only && lane.only !== process.platform) {
      table.push([lane.name, `not run: needs ${lane.only}`, '']);
    } else {
      if (lane.prepare) await timed(`${lane.name}: a newer build`, table, lane.prepare);
      const { passed, failed } = await timed(lane.name, table, () => runLane(lane, broken, told));
      total.passed += passed;
      total.failed += failed;
    }
  }
  if (told.length > 0) console.log(`\n${told.join('\n')}`);
  if (broken.length > 0) console.log(`\n${closing(broken).join('\n')}`);
  console.log('\n=== times');
  for (const [name, result, time] of table) console.log(`${name.padEnd(24)}${result.padEnd(28)}${time}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

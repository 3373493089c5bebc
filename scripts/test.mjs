// `npm test [-- LANE...]`: sets everything up, builds once, runs every lane, and closes with one line of totals.

import { buildAll } from './cargo.mjs';
import { buildInside } from './inside.mjs';
import { lanes } from './lanes.mjs';
import { entry, must, root, Stop, tee } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { tally } from './tally.mjs';
import { checkToolchains } from './toolchain.mjs';
import { buildUi, installPackages } from './ui-build.mjs';

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function timed(name, table, work) {
  console.log(`\n=== ${name}`);
  const since = performance.now();
  const result = await work();
  table.push([name, result ? `${result.passed} passed, ${result.failed} failed` : 'done', seconds(since)]);
  return result;
}

async function runLane(lane) {
  const total = { passed: 0, failed: 0 };
  for (const step of lane.steps()) {
    const { code, text } = await tee(step.command, step.args, step);
    const { passed, failed } = tally(step.runner, text, code);
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}

function chosen(names) {
  for (const name of names) {
    if (!lanes.some((lane) => lane.name === name)) {
      throw new Stop(`Unknown lane ${name}. Known: ${lanes.map((lane) => lane.name).join(', ')}.`);
    }
  }
  return lanes.filter((lane) => names.length === 0 || names.includes(lane.name));
}

await entry(async () => {
  const table = [];
  const total = { passed: 0, failed: 0 };
  const selected = chosen(process.argv.slice(2));
  checkToolchains();
  const asked = (name) => !['', '0', 'false', undefined].includes(process.env[name]);
  const engine = asked('CI') || asked('PILOTHOUSE_REQUIRE_DOCKER') ? ['engine'] : [];
  await timed('system packages', table, () => ensure(['build', 'run', 'desktop', 'window', 'test', ...engine]));
  await timed('npm packages and pages', table, async () => {
    await installPackages(root);
    await buildUi();
  });
  await timed('build', table, async () => {
    await must('cargo', buildAll);
    await buildInside('debug');
  });
  for (const lane of selected) {
    if (lane.only && lane.only !== process.platform) {
      table.push([lane.name, `not run: needs ${lane.only}`, '']);
    } else {
      if (lane.prepare) await timed(`${lane.name}: a newer build`, table, lane.prepare);
      const { passed, failed } = await timed(lane.name, table, () => runLane(lane));
      total.passed += passed;
      total.failed += failed;
    }
  }
  console.log('\n=== times');
  for (const [name, result, time] of table) console.log(`${name.padEnd(24)}${result.padEnd(28)}${time}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
});

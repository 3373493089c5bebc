// `npm test [-- LANE...]`: sets everything up, builds once, and runs every lane.

import { buildAll } from './cargo.mjs';
import { buildInside } from './inside.mjs';
import { lanes } from './lanes.mjs';
import { entry, must, root, Stop } from './run.mjs';
import { runLanes, timed } from './run-lanes.mjs';
import { ensure } from './system-packages.mjs';
import { checkToolchains } from './toolchain.mjs';
import { buildUi, installPackages } from './ui-build.mjs';

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
  return runLanes(selected, table);
});

// `npm run eval [-- ARGS]`: builds, then has the crew's work on the task set of tests/evals judged. See docs/EVALS.md.

import { binary, buildBinaries } from './cargo.mjs';
import { buildInside } from './inside.mjs';
import { entry, must, run } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { checkToolchains } from './toolchain.mjs';
import { buildUi } from './ui-build.mjs';

await entry(async () => {
  checkToolchains();
  await ensure(['build', 'run']);
  await buildUi();
  await must('cargo', buildBinaries(['pilothouse', 'pilothouse-worker', 'scripted-model']));
  await buildInside('debug');
  const env = { TEST_SERVER: binary('pilothouse'), TEST_WORKER: binary('pilothouse-worker'), TEST_MODEL: binary('scripted-model') };
  return run(process.execPath, ['tests/evals/run.mjs', ...process.argv.slice(2)], { env });
});

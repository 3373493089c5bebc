// `npm run bench [-- ARGS]`: the measured figures, in release, each with its floor in the same run.

import { binary, buildBinaries } from './cargo.mjs';
import { foreground } from './foreground.mjs';
import { entry, must } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { checkToolchains } from './toolchain.mjs';

await entry(async () => {
  checkToolchains();
  await ensure(['build', 'run']);
  await must('cargo', buildBinaries(['bench', 'pilothouse', 'pilothouse-worker'], true, ['pilothouse-testkit/bench']));
  return foreground(binary('bench', 'release'), process.argv.slice(2));
});

// `npm run bench [-- ARGS]`: the measured figures, in release, each with its floor in the same run. Without arguments the
// window's too, on Linux; `--only desktop` measures those alone.

import { delimiter } from 'node:path';
import { binary, buildBinaries } from './cargo.mjs';
import { buildInside, hasInside, insideProgram } from './inside.mjs';
import { foreground } from './foreground.mjs';
import { entry, must } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { checkToolchains } from './toolchain.mjs';
import { buildUi } from './ui-build.mjs';

await entry(async () => {
  const args = process.argv.slice(2);
  const window = process.platform === 'linux' && (args.length === 0 || args.join(' ') === '--only desktop');
  const server = args.join(' ') !== '--only desktop';
  checkToolchains();
  await ensure(window ? ['build', 'run', 'desktop', 'window', 'test'] : ['build', 'run']);
  await buildUi();
  if (server) {
    await must('cargo', buildBinaries(['bench', 'pilothouse', 'pilothouse-worker'], true, ['pilothouse-testkit/bench']));
    await buildInside('release');
    // Also for the engine of containers that the bench starts by itself.
    const inside = hasInside ? { PILOTHOUSE_INSIDE_BIN: insideProgram() } : {};
    // The system's own git before any other: the figures are those of a machine as it is installed.
    const PATH = process.platform === 'linux' ? `/usr/bin${delimiter}${process.env.PATH}` : process.env.PATH;
    const code = await foreground(binary('bench', 'release'), args, { env: { ...inside, ...process.env, PATH } });
    if (code !== 0) return code;
  }
  if (!window) return 0;
  await must('cargo', buildBinaries(['pilothouse-desktop', 'pilothouse', 'pilothouse-worker'], true));
  await buildInside('release');
  return foreground(process.execPath, ['scripts/virtual-display.mjs', process.execPath, 'scripts/bench/desktop.mjs']);
});

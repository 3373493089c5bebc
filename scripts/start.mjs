// `npm start [-- --repo PATH ...]`: builds and runs Pilothouse from this source. With a display it opens the
// window, without one it serves headless and prints a link. Every other flag goes to the program.

import { binary, buildBinaries } from './cargo.mjs';
import { buildInside } from './inside.mjs';
import { foreground } from './foreground.mjs';
import { ask, entry, must } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { checkToolchains } from './toolchain.mjs';
import { buildUi } from './ui-build.mjs';

/** Whether a window can be shown. */
export const hasDisplay = (platform = process.platform, env = process.env) =>
  platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);

/** The repository `npm start` was typed in, unless one was named. */
function repository(args) {
  if (args.some((word) => word === '--repo' || word.startsWith('--repo='))) return [];
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const { ok, out } = ask('git', ['rev-parse', '--show-toplevel'], { cwd });
  return ok && out.trim() ? ['--repo', out.trim()] : [];
}

await entry(async () => {
  const words = process.argv.slice(2);
  const release = words.includes('--release');
  const headless = words.includes('--headless') || !hasDisplay();
  const args = words.filter((word) => word !== '--release' && word !== '--headless');
  checkToolchains();
  await ensure(headless ? ['build', 'run'] : ['build', 'run', 'desktop', 'window']);
  await buildUi();
  const binaries = ['pilothouse', 'pilothouse-worker', ...(headless ? [] : ['pilothouse-desktop'])];
  await must('cargo', buildBinaries(binaries, release));
  await buildInside(release ? 'release' : 'debug');
  const program = binary(headless ? 'pilothouse' : 'pilothouse-desktop', release ? 'release' : 'debug');
  const all = [...(headless ? ['serve'] : []), ...repository(args), ...args];
  return foreground(program, all, { cwd: process.env.INIT_CWD ?? process.cwd() });
});

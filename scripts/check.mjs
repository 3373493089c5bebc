// `npm run check`: everything that is not a test. Format, lints, types, layering, and what may be depended on.

import { ensure } from './system-packages.mjs';
import { ask, entry, run } from './run.mjs';
import { checkToolchains } from './toolchain.mjs';
import { installUi } from './ui-build.mjs';

const checks = [
  ['format', 'cargo', ['fmt', '--all', '--check']],
  ['lints', 'cargo', ['clippy', '--locked', '--workspace', '--all-targets', '--quiet', '--', '-D', 'warnings']],
  ['layering and tidiness', 'cargo', ['test', '--locked', '--quiet', '--workspace', '--test', 'layering']],
  ['ui types and lints', 'npm', ['--prefix', 'ui', 'run', '--silent', 'check']],
  ['dependencies', 'cargo', ['deny', '--locked', 'check', 'bans', 'licenses', 'sources']],
];

await entry(async () => {
  checkToolchains(['fmt', 'clippy']);
  await ensure(['build', 'run', 'desktop']);
  await installUi();
  const failed = [];
  for (const [name, command, args] of checks) {
    if (args[0] === 'deny' && !ask('cargo', ['deny', '--version']).ok) {
      console.log('\n=== dependencies: not run, cargo-deny is not installed (cargo install cargo-deny --locked)');
      if (process.env.CI === 'true') failed.push(name);
      continue;
    }
    const since = performance.now();
    console.log(`\n=== ${name}`);
    if ((await run(command, args)) !== 0) failed.push(name);
    console.log(`${name}: ${((performance.now() - since) / 1000).toFixed(1)} s`);
  }
  console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
});

// `npm run gen`: writes ui/src/client/protocol.ts from the Rust types, the tables of docs/CONFIGURATION.md from the
// keys, and ui/src/model/because.fixture.json and asks.fixture.json from what is said of the merge queue and asked of
// people. The same tests, without the variable, keep the checked-in files equal to them.

import { entry, run } from './run.mjs';
import { checkToolchains } from './toolchain.mjs';

await entry(() => {
  checkToolchains();
  return run('cargo', ['test', '--locked', '--workspace', '--test', 'typescript', '--test', 'because', '--test', 'asks', '--test', 'configuration_reference'], { env: { PILOTHOUSE_GEN: '1' } });
});

// `npm run gen`: writes ui/src/client/protocol.ts from the Rust types, and the tables of docs/CONFIGURATION.md from
// the keys. The same tests, without the variable, keep the checked-in files equal to them.

import { entry, run } from './run.mjs';
import { checkToolchains } from './toolchain.mjs';

await entry(() => {
  checkToolchains();
  return run('cargo', ['test', '--locked', '--workspace', '--test', 'typescript', '--test', 'configuration_reference'], { env: { PILOTHOUSE_GEN: '1' } });
});

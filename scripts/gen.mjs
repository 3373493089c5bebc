// `npm run gen`: writes ui/src/client/protocol.ts from the Rust types. The same test, without the variable,
// keeps the checked-in file equal to them.

import { entry, run } from './run.mjs';
import { checkRust } from './toolchain.mjs';

await entry(() => {
  checkRust();
  return run('cargo', ['test', '--locked', '--workspace', '--test', 'typescript'], { env: { PILOTHOUSE_GEN: '1' } });
});

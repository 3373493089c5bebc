// Sees to it that Node and Rust are there and new enough. Neither is ever downloaded: which toolchain a machine
// has is its owner's choice, so there is no rust-toolchain.toml either.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, root, Stop } from './run.mjs';

const numbers = (text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);

/** Whether version `have` is at least `need`; both like "1.90" or "1.95.0". */
export function atLeast(have, need) {
  const [a, b] = [numbers(have), numbers(need)];
  for (let i = 0; i < b.length; i += 1) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  return true;
}

const field = (file, pattern) => readFileSync(join(root, file), 'utf8').match(pattern)?.[1] ?? '0';

export function checkNode() {
  const need = field('package.json', /"node": ">=([\d.]+)"/);
  if (!atLeast(process.versions.node, need)) {
    throw new Stop(`Node ${need} or newer is needed, this is ${process.versions.node}.`);
  }
}

/** Both, before anything is installed. `extras`: cargo subcommands that must be there as well, such as "fmt". */
export function checkToolchains(extras = []) {
  checkNode();
  const need = field('Cargo.toml', /^rust-version = "([\d.]+)"/m);
  const cargo = ask('cargo', ['--version']);
  if (!cargo.ok) throw new Stop(`Rust ${need} or newer is needed and cargo was not found. Install it with rustup, the Rust installer.`);
  const have = cargo.out.split(' ')[1];
  if (!atLeast(have, need)) throw new Stop(`Rust ${need} or newer is needed, this is ${have}. Run: rustup update`);
  for (const extra of extras) {
    if (ask('cargo', [extra, '--version']).ok) continue;
    const component = { fmt: 'rustfmt', clippy: 'clippy' }[extra];
    throw new Stop(`cargo ${extra} is missing. Run: rustup component add ${component}`);
  }
}

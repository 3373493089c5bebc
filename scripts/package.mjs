// `npm run package [-- FLAGS]`: builds Pilothouse and makes what people install.
//
//   --only deb,rpm     only these kinds; each must succeed. Without it everything this system knows is tried, and
//                      an AppImage or Windows installer whose tools cannot be downloaded is reported and left out.
//   --debug            debug binaries, without their debug information: quick, for tests
//   --built            as they were built before; nothing is compiled
//   --out DIR          where packages, SHA256SUMS and signatures go
//
// Packages are signed for the updater when TAURI_SIGNING_PRIVATE_KEY (or _PATH) holds the key, and only then.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { binary, buildBinaries, targetFolder } from './cargo.mjs';
import { buildInside, insideName, insideProgram } from './inside.mjs';
import { archive } from './package/archive.mjs';
import { bundle, kinds, optional } from './package/bundle.mjs';
import { notices } from './package/notices.mjs';
import { sign, signing } from './package/sign.mjs';
import { print, sizes } from './package/sizes.mjs';
import { programs, stage } from './package/stage.mjs';
import { checksums } from './package/sums.mjs';
import { entry, must, root, Stop } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { checkToolchains } from './toolchain.mjs';
import { buildUi, installPackages } from './ui-build.mjs';

function wish() {
  const options = {
    only: { type: 'string' },
    out: { type: 'string' },
    debug: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
  };
  try {
    const { values } = parseArgs({ options });
    const named = values.only?.split(',').map((kind) => kind.trim()).filter(Boolean);
    for (const kind of named ?? []) {
      if (!kinds().includes(kind)) throw new Stop(`This system does not make ${kind}. It makes: ${kinds().join(', ')}.`);
    }
    return { ...values, named, profile: values.debug ? 'debug' : 'release' };
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop(error.message);
  }
}

async function build(release) {
  checkToolchains();
  await ensure(['build', 'desktop']);
  await buildUi();
  // The feature tells Tauri that its own pages come from the binary and not from a development server.
  const ours = programs.filter((name) => name !== insideName);
  await must('cargo', buildBinaries(ours, release, release ? ['tauri/custom-protocol'] : []));
  await buildInside(release ? 'release' : 'debug');
}

async function make({ named, profile, out, place }) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const staged = stage(place, profile, (name) => (name === insideName ? insideProgram() : binary(name, profile)));
  const thirdParty = notices(join(place, 'THIRD-PARTY.txt'));

  const missing = [];
  for (const kind of named ?? kinds()) {
    const since = performance.now();
    console.log(`\n=== ${kind}`);
    try {
      const made = kind === 'archive' ? [archive(staged, thirdParty, out)] : await bundle(kind, staged, thirdParty);
      for (const path of made) if (resolve(path, '..') !== out) copyFileSync(path, join(out, basename(path)));
      if (signing() && kind !== 'archive') for (const path of made) await sign(join(out, basename(path)));
      console.log(`${kind}: ${((performance.now() - since) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (named || !optional.includes(kind) || !(error instanceof Stop)) throw error;
      missing.push(`${kind}: ${error.message}`);
    }
  }
  const files = checksums(out);
  print('Programs', programs.map((name) => ({ ...sizes([staged.program(name)])[0], name })));
  print(`Packages in ${out}`, sizes(files.filter((path) => !path.endsWith('.sig'))));
  if (!signing()) console.log('\nNot signed for the updater: no TAURI_SIGNING_PRIVATE_KEY is set.');
  for (const line of missing) console.log(`\nNot made. ${line}`);
}

await entry(async () => {
  const { named, profile, built, out: chosen } = wish();
  if (!built) await build(profile === 'release');
  await installPackages(root);
  const usual = join(targetFolder(), 'package');
  mkdirSync(usual, { recursive: true });
  const out = resolve(process.env.INIT_CWD ?? '.', chosen ?? join(usual, profile, 'out'));
  // With a place of its own for the result, a run shares nothing with another that goes on beside it.
  const place = chosen ? mkdtempSync(join(usual, 'run-')) : usual;
  try {
    return await make({ named, profile, out, place });
  } finally {
    if (place !== usual) rmSync(place, { recursive: true, force: true });
  }
});

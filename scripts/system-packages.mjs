// Sees to it that the system packages of some purposes are installed. Looks first, and touches apt only when
// something is missing: as root or with passwordless sudo; otherwise it prints the one command to run and stops.
//
//   node scripts/system-packages.mjs [--dry-run] PURPOSE...

import { pathToFileURL } from 'node:url';
import { purposes } from './packages.mjs';
import { ask, entry, must, onPath, Stop } from './run.mjs';

const wanted = (names) => names.flatMap((name) => {
  if (!purposes[name]) throw new Stop(`Unknown purpose ${name}. Known: ${Object.keys(purposes).join(', ')}.`);
  return purposes[name];
});

/** Names dpkg counts as installed. */
function installedByDpkg(names) {
  const { out } = ask('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\n', ...names]);
  return new Set(out.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]));
}

function there(entry) {
  if (entry.anyOf) return entry.anyOf.some(onPath);
  if (entry.command) return Boolean(onPath(entry.command));
  if (entry.module) return ask('pkg-config', ['--exists', entry.module]).ok;
  return true;
}

/** The packages of these purposes that are not installed. */
export function missing(names) {
  const entries = wanted(names);
  if (!onPath('dpkg-query')) return entries.filter((entry) => !there(entry)).map((entry) => entry.name);
  const installed = installedByDpkg(entries.map((entry) => entry.name));
  return entries
    .filter((entry) => !installed.has(entry.name) && !(entry.anyOf && there(entry)))
    .map((entry) => entry.name);
}

const isRoot = () => process.getuid?.() === 0;
const install = (names) => ['apt-get', 'install', '-y', '--no-install-recommends', ...names];

/** The command a person would type. */
const typed = (names) => {
  const sudo = isRoot() ? '' : 'sudo ';
  return `  ${sudo}apt-get update && ${sudo}${install(names).join(' ')}`;
};

async function apt(names) {
  const quiet = ['-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-o', 'Dpkg::Use-Pty=0'];
  const [command, ...before] = isRoot() ? ['apt-get'] : ['sudo', '-n', 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const [, ...rest] = install(names);
  try {
    await must(command, [...before, ...quiet, 'update'], { env });
    await must(command, [...before, ...quiet, ...rest], { env });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    throw new Stop(`Installing the system packages failed. See the lines above, then run:\n\n${typed(names)}`);
  }
}

/** Installs what is missing for these purposes, or stops with the command to run. */
export async function ensure(names, { dryRun = false } = {}) {
  if (process.platform !== 'linux') return;
  const lacking = missing(names);
  if (lacking.length === 0) return;
  const list = lacking.join(' ');
  if (!onPath('apt-get')) {
    throw new Stop(`These are missing; install them with your distribution's package manager (Debian's names):\n\n  ${list}`);
  }
  if (!isRoot() && !ask('sudo', ['-n', 'true']).ok) {
    throw new Stop(`These system packages are missing: ${list}\nInstall them with this command, then try again:\n\n${typed(lacking)}`);
  }
  console.log(`Installing system packages: ${list}`);
  if (dryRun) {
    console.log(typed(lacking));
    return;
  }
  await apt(lacking);
  const still = missing(names);
  if (still.length > 0) throw new Stop(`apt finished, but these are still missing: ${still.join(' ')}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const names = process.argv.slice(2).filter((word) => word !== '--dry-run');
  await entry(() => ensure(names.length ? names : Object.keys(purposes), { dryRun: process.argv.includes('--dry-run') }));
}

// The lanes of `npm test`, in order. Each runs one runner over one kind of test.

import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { binary } from './cargo.mjs';
import { hasInside, insideProgram } from './inside.mjs';
import { buildNewerDesktop, newerDesktop } from './newer-desktop.mjs';
import { browsers } from './packages.mjs';
import { ask, onPath, root } from './run.mjs';

/** Test files of a folder of tests/, as paths from the root. */
function testFiles(folder) {
  try {
    return readdirSync(join(root, 'tests', folder))
      .filter((name) => name.endsWith('.test.mjs'))
      .sort()
      .map((name) => join('tests', folder, name));
  } catch {
    return [];
  }
}

const node = (files, before = []) => {
  const [command, ...args] = [...before, process.execPath, '--test', '--test-reporter=spec', ...files];
  return { runner: 'node', command, args };
};

/** The first process of every cell, as it is packaged. */
const inside = () => (hasInside ? { PILOTHOUSE_INSIDE_BIN: insideProgram() } : {});

/** Programs under test, for the lanes that drive them from outside. */
const built = () => ({
  ...inside(),
  TEST_SERVER: binary('pilothouse'),
  TEST_WORKER: binary('pilothouse-worker'),
  TEST_DESKTOP: binary('pilothouse-desktop'),
  TEST_MODEL: binary('scripted-model'),
  TEST_NEWER_DESKTOP: newerDesktop(),
  TEST_WITNESS: binary('desktop-witness'),
  TEST_BROWSER: process.env.TEST_BROWSER ?? browsers.map(onPath).find(Boolean) ?? '',
});

const virtualDisplay = [process.execPath, join(root, 'scripts', 'virtual-display.mjs')];

/** Most tests wait for other programs half of their time: one more at once than there are processors uses that. */
const testThreads = `--test-threads=${availableParallelism() + 1}`;

/** In a log that nobody watches, what passed quickly only hides what did not: the summary counts it. */
const told = () => (process.env.CI ? ['--status-level', 'slow'] : []);

const nextest = () => ask('cargo', ['nextest', '--version']).ok;

/** Tests of containers, which run on Docker with all others, and once more on Podman where it is installed. */
function onPodman() {
  if (!onPath('podman')) return [];
  const folder = join(root, 'src-tauri', 'crates', 'host', 'tests');
  const names = readdirSync(folder).filter((name) => name.startsWith('container_')).map((name) => name.replace(/\.rs$/, ''));
  const args = ['--locked', '--workspace', '--no-fail-fast', ...names.sort().flatMap((name) => ['--test', name])];
  const env = { ...inside(), PILOTHOUSE_TEST_ENGINE: 'podman' };
  return nextest()
    ? [{ runner: 'nextest', command: 'cargo', args: ['nextest', 'run', ...args, ...told(), testThreads], env }]
    : [{ runner: 'cargo', command: 'cargo', args: ['test', ...args], env }];
}

export const lanes = [
  {
    name: 'scripts',
    steps: () => [node(testFiles('scripts'))],
  },
  {
    name: 'rust',
    steps: () => [
      nextest()
        ? { runner: 'nextest', command: 'cargo', args: ['nextest', 'run', '--locked', '--workspace', '--no-fail-fast', ...told(), testThreads], env: inside() }
        : { runner: 'cargo', command: 'cargo', args: ['test', '--locked', '--workspace', '--bins', '--tests', '--no-fail-fast'], env: inside() },
      ...onPodman(),
    ],
  },
  {
    name: 'ui',
    steps: () => [{ runner: 'vitest', command: 'npm', args: ['run', '--silent', 'test'], cwd: join(root, 'ui') }],
  },
  {
    name: 'browser',
    files: () => testFiles('browser'),
    steps: () => [{ ...node(testFiles('browser')), env: built() }],
  },
  {
    name: 'evals',
    only: 'linux',
    // One file at a time: the quick suite has a time it must keep to.
    steps: () => [{ ...node(['--test-concurrency=1', ...testFiles('evals')]), env: built() }],
  },
  {
    name: 'shell',
    only: 'linux',
    prepare: buildNewerDesktop,
    // One file at a time: they share the display, the session bus and the names on it.
    steps: () => [{ ...node(['--test-concurrency=1', ...testFiles('shell')], virtualDisplay), env: built() }],
  },
];

// Running other programs: in the foreground, captured, or tee'd so that their closing lines can be read.

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants as access } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the root package.json. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A set-up step that cannot go on: the message says what to do, without a stack trace. */
export class Stop extends Error {}

/** Runs `main`, turns a Stop into its message, and exits with the number `main` answers. */
export async function entry(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}

/** npm is a script on Windows, and Node starts scripts there only through a shell. */
const viaShell = (command) => process.platform === 'win32' && command === 'npm';

function exitCode(child, command) {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Stop(`Cannot run ${command}: ${error.message}`)));
    child.on('close', (code, signal) => resolve(signal ? 128 : code));
  });
}

/** Runs a command with our own input and output. Answers its exit code. */
export function run(command, args, { cwd = root, env } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'inherit',
    shell: viaShell(command),
  });
  return exitCode(child, command);
}

/** As `run`, but a failure stops everything. */
export async function must(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Stop(`${[command, ...args].join(' ')} failed (exit ${code}).`);
}

/** Ends a program with everything that it started and that stayed in its group. */
function endGroup(child) {
  try {
    if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    else process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Runs a command, shows its output as it comes, and answers `{ code, text, late }` with all of it. One that takes more
 * than `limit` milliseconds is ended with its group and is `late`: a program it left running would else be waited for.
 */
export async function tee(command, args, { cwd = root, env, limit } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: viaShell(command),
    // A group of its own, so that it can be ended whole.
    detached: process.platform !== 'win32',
  });
  let text = '';
  for (const [from, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
    from.setEncoding('utf8');
    from.on('data', (chunk) => {
      text += chunk;
      to.write(chunk);
    });
  }
  let late = false;
  const timer = limit && setTimeout(() => {
    late = true;
    endGroup(child);
    // What left the group holds the pipes, and is not waited for.
    child.stdout.destroy();
    child.stderr.destroy();
  }, limit);
  // A terminal's Ctrl-C reaches only our own group.
  const passOn = (signal) => {
    endGroup(child);
    process.exit(128 + constants.signals[signal]);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, passOn);
  try {
    return { code: await exitCode(child, command), text, late };
  } finally {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, passOn);
  }
}

/** Runs a command in silence. Answers `{ ok, out }`; a missing program is not ok. */
export function ask(command, args, { cwd = root } = {}) {
  const answer = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20, shell: viaShell(command) });
  return { ok: answer.status === 0, out: answer.stdout ?? '' };
}

/** The full path of a program on PATH, or undefined. */
export function onPath(command) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const path = join(folder, command + ending);
      try {
        accessSync(path, access.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

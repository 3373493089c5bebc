// What the tests of the evaluation share: the runner started as `npm run eval` starts it.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Runs the evaluation; its exit code, what it printed, and the object on its last line. */
export async function evaluated(args, env = {}) {
  const { NODE_TEST_CONTEXT: _, ...own } = process.env;
  const child = spawn(process.execPath, [join(here, 'run.mjs'), '--json', ...args], { env: { ...own, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => (text.out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk) => (text.err += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const last = text.out.trimEnd().split('\n').at(-1);
  return { code, ...text, last, summary: last.startsWith('{') ? JSON.parse(last) : null };
}

/** A folder that is gone after the test. */
export function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-evals-own-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return folder;
}

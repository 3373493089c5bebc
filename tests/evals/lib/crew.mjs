// The product under evaluation: a real server with its workers on a data folder of its own, and what it is asked over its API.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** A built program: named by its variable, or in the usual place. */
export function program(variable, name) {
  const places = [process.env[variable], join(root, 'target', 'debug', name)].filter(Boolean);
  const found = places.find((path) => existsSync(path));
  if (!found) throw new Error(`${name} is not built: npm run eval builds it, or set ${variable}.`);
  return found;
}

/** Nothing of this machine's own models, keys or settings reaches an evaluation unless it is passed on by name. */
function environment(data, more) {
  const kept = Object.entries(process.env).filter(([name]) => !/_LLM_|_API_KEY$|^LLM_|^PILOTHOUSE_(?!WORKER_BIN|INSIDE_BIN)|^NODE_TEST_CONTEXT$|^NODE_OPTIONS$/.test(name));
  return { ...Object.fromEntries(kept), PILOTHOUSE_CONFIG_DIR: join(data, 'no-settings'), ...more };
}

/** Starts a program that says in one line of JSON when it is ready. */
async function started(path, args, env) {
  const child = spawn(path, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-8000);
  });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const first = new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  const line = await Promise.race([first, ended.then((code) => Promise.reject(new Error(`${path} ended with ${code}: ${said}`)))]);
  child.stdout.resume();
  const end = async (signal) => {
    child.kill(signal);
    await ended;
  };
  return { ready: JSON.parse(line), end, said: () => said };
}

/** A scripted model server: it says what its script says, and is no model. */
export async function scriptedModel(folder, script) {
  const file = join(folder, 'script.json');
  writeFileSync(file, JSON.stringify(script));
  const run = await started(program('TEST_MODEL', 'scripted-model'), ['--script', file, '--until-stdin-closes'], environment(folder, {}));
  return {
    baseUrl: run.ready.baseUrl,
    seen: async () => (await fetch(`${run.ready.url}/_seen`)).json(),
    end: () => run.end('SIGKILL'),
  };
}

export class Crew {
  /** Starts `pilothouse serve` with so many workers; `models` are variables that name them. */
  static async start({ data, workers, models }) {
    const args = ['serve', '--json', '--data', data, '--port', '0', '--workers', String(workers)];
    return new Crew(await started(program('TEST_SERVER', 'pilothouse'), args, environment(data, models)));
  }

  constructor(run) {
    this.run = run;
    this.url = run.ready.url;
    this.token = readFileSync(run.ready.tokenFile, 'utf8').trim();
  }

  /** Asks to stop and waits; a server that does not is killed. */
  async end() {
    const late = setTimeout(() => void this.run.end('SIGKILL'), 15_000);
    await this.run.end('SIGTERM');
    clearTimeout(late);
  }

  async call(method, params = {}) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.token}`, 'idempotency-key': randomUUID() };
    const answer = await fetch(`${this.url}/v1/rpc/${method}`, { method: 'POST', headers, body: JSON.stringify(params) });
    const value = await answer.json();
    if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(value)}`);
    return value;
  }
}

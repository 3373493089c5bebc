// The real server on a repository of the test's own, and a person in a real browser: found by role and name,
// waited for with a deadline, never with a pause of fixed length.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const ui = createRequire(join(root, 'ui', 'package.json'));
const { chromium } = ui('playwright-core');

const axeSource = readFileSync(ui.resolve('axe-core/axe.min.js'), 'utf8');

/** Longest wait for anything the crew does; a test that needs longer is broken. */
export const PATIENCE = 60_000;

const built = (variable, name) => process.env[variable] || join(root, 'target', 'debug', name);
export const programs = {
  server: built('TEST_SERVER', 'pilothouse'),
  worker: built('TEST_WORKER', 'pilothouse-worker'),
  model: built('TEST_MODEL', 'scripted-model'),
};
export const browserPath = process.env.TEST_BROWSER || '/usr/bin/chromium';
for (const [what, path] of Object.entries({ ...programs, browser: browserPath })) {
  assert.ok(existsSync(path), `the ${what} is missing: ${path}`);
}

const closing = new WeakMap();

/** Ends what a test began when it is over, the newest first. */
export function atEnd(t, end) {
  const steps = closing.get(t);
  if (steps) return void steps.unshift(end);
  const all = [end];
  closing.set(t, all);
  t.after(async () => {
    for (const step of all) await step();
  });
}

/** A temporary folder that is gone after the test. */
export function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-browser-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return folder;
}

/** A shell that edits lines and reads no file of whoever runs the tests. */
const plainShell = join(root, 'tests', 'plain', 'bash');

/** Nothing of this machine's own models or keys reaches a test, nor what its user's shell reads as it starts. */
export function cleanEnvironment(more) {
  const kept = Object.entries(process.env).filter(([name]) => !/_LLM_|_API_KEY$|^LLM_|^PILOTHOUSE_(?!WORKER_BIN)/.test(name));
  return { ...Object.fromEntries(kept), PILOTHOUSE_CONFIG_DIR: join(tmpdir(), 'pilothouse-no-settings'), SHELL: plainShell, ...more };
}

/** Starts a program that says in one line of JSON when it is ready. */
async function started(program, args, env) {
  const child = spawn(program, args, { env: cleanEnvironment(env), stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-8000);
  });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const first = new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  const line = await Promise.race([first, ended.then((code) => assert.fail(`${program} ended with ${code}: ${said}`))]);
  child.stdout.resume();
  return { child, ended, ready: JSON.parse(line), said: () => said };
}

export class Server {
  /** Starts `pilothouse serve`, `under` a program that changes what it sees; it is ended with the test. */
  static async start(t, { data, repos = [], flags = [], workers = 1, port = 0, env = {}, under = [] }) {
    const args = ['serve', '--json', '--data', data, '--port', String(port), '--workers', String(workers)];
    const [program, ...words] = [...under, programs.server, ...args, ...repos.flatMap((repo) => ['--repo', repo]), ...flags];
    const run = await started(program, words, env);
    const server = new Server(run);
    atEnd(t, () => server.kill());
    return server;
  }

  constructor({ child, ended, ready, said }) {
    Object.assign(this, { child, ended, said, url: ready.url, openUrl: ready.openUrl, port: Number(new URL(ready.url).port) });
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to stop; its exit code. */
  async stop() {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}

/** A scripted model server: it says what its script says, and is no model. */
export class Model {
  static async start(t, steps) {
    const file = join(folderFor(t), 'script.json');
    writeFileSync(file, JSON.stringify({ steps }));
    const { child, ended, ready } = await started(programs.model, ['--script', file, '--until-stdin-closes'], {});
    atEnd(t, async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return new Model(ready);
  }

  constructor({ url, baseUrl }) {
    this.url = url;
    this.baseUrl = baseUrl;
  }

  /** Every request it got. */
  async seen() {
    return (await fetch(`${this.url}/_seen`)).json();
  }
}

/** With PILOTHOUSE_PICTURES a picture of every page is left there as its test left it. */
const pictures = process.env.PILOTHOUSE_PICTURES;

const CHROMIUM = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-lcd-text',
];

export class Person {
  /** A browser of its own, with an empty profile, on the one-time link of the server. */
  static async at(t, server, { theme = 'light', width = 1440, height = 900, touch = false, signIn = true, scripts = true, headless = true, browser = browserPath, args = [], env = undefined } = {}) {
    const profile = join(folderFor(t), 'profile');
    mkdirSync(profile);
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: browser,
      headless,
      timeout: PATIENCE,
      args: [...CHROMIUM, ...args],
      ...(env ? { env: { ...process.env, ...env } } : {}),
      viewport: { width, height },
      colorScheme: theme,
      hasTouch: touch,
      isMobile: touch,
      javaScriptEnabled: scripts,
      reducedMotion: 'reduce',
      locale: 'en-GB',
    });
    atEnd(t, async () => {
      if (pictures) await context.pages()[0]?.screenshot({ path: join(pictures, `${t.name.replaceAll(/\W+/g, '-').slice(0, 80)}.png`) });
      await context.close();
    });
    context.setDefaultTimeout(PATIENCE);
    const page = context.pages()[0] ?? (await context.newPage());
    const person = new Person(page, server, context);
    if (signIn) await person.open(server.openUrl);
    return person;
  }

  constructor(page, server, context) {
    Object.assign(this, { page, server, context });
    /** What went wrong in the page itself, such as something its content policy forbids. */
    this.errors = [];
    /** Answers to approvals that left this browser. */
    this.answers = 0;
    this.commits = new Set();
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource|net::ERR_/.test(message.text())) this.errors.push(message.text());
    });
    page.on('request', (request) => {
      if (request.url().endsWith('/v1/rpc/approval.answer')) this.answers += 1;
    });
    page.on('websocket', (line) => {
      line.on('framesent', ({ payload }) => {
        if (typeof payload === 'string' && payload.includes('"method":"approval.answer"')) this.answers += 1;
      });
    });
  }

  async open(address) {
    await this.page.goto(new URL(address, this.server.url).href, { waitUntil: 'load' });
  }

  /** A second window of the same browser. */
  async another() {
    const second = new Person(await this.context.newPage(), this.server, this.context);
    await second.open(this.page.url());
    await second.live();
    return second;
  }

  /** Waits until the page hears from the server. */
  async live() {
    await this.page.locator('[data-testid=connection][data-state=live]').waitFor({ state: 'attached' });
  }

  /** Asks the server as this browser, past the interface. */
  async call(method, params = {}) {
    const answer = await this.page.evaluate(
      async ([name, body]) => {
        const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
        const response = await fetch(`/v1/rpc/${name}`, { method: 'POST', headers, body });
        return { ok: response.ok, value: await response.json() };
      },
      [method, JSON.stringify(params)],
    );
    assert.ok(answer.ok, `${method}: ${JSON.stringify(answer.value)}`);
    return answer.value;
  }

  button(name, within = this.page) {
    return within.getByRole('button', { name });
  }

  field(name, within = this.page) {
    return within.getByRole('textbox', { name });
  }

  /** The newest card of a kind in the conversation. */
  card(kind) {
    return this.page.getByTestId(`card-${kind}`).last();
  }

  /** Types a message and sends it with Enter. */
  async say(text) {
    const field = this.field('Message');
    await field.fill(text);
    await field.press('Enter');
    await this.page.locator('.msg--you').filter({ hasText: text.replaceAll('`', '').slice(0, 60) }).last().waitFor();
  }

  /** Waits until text is to be seen. */
  async sees(text, within = this.page) {
    await within.getByText(text).filter({ visible: true }).last().waitFor();
  }

  /** The approval that waits for an answer. */
  get question() {
    return this.page.getByTestId('card-approval').last();
  }

  /** Presses the approval's own button. */
  async approve() {
    await this.button('Allow once', this.question).click();
    await this.question.waitFor({ state: 'detached' });
  }

  /** Answers with the chord. Its keys count only after the question could be read, so they are pressed again until then. */
  async approveByKey() {
    const before = this.answers;
    await this.button(/Allow once Alt/, this.question).waitFor();
    await until('the chord is taken', async () => {
      await this.page.keyboard.press('Alt+KeyY');
      return this.answers > before;
    });
    await this.question.waitFor({ state: 'detached' });
  }

  /** The whole commit of the next landing that the conversation tells of. */
  async landed() {
    const known = [...this.commits].map((commit) => `:not([data-commit="${commit}"])`).join('');
    const line = this.page.locator(`[data-testid=line-landed]${known}`).last();
    await line.waitFor();
    const commit = await line.getAttribute('data-commit');
    this.commits.add(commit);
    return commit;
  }

  /** Everything axe objects to on the page as it is. */
  async violations() {
    await this.page.evaluate(axeSource);
    // What is on its way out is there as long as it fades.
    await this.page.evaluate(() => {
      const ends = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      return Promise.allSettled(ends.map((one) => one.finished)).then(() => new Promise(requestAnimationFrame));
    });
    return this.page.evaluate(async () => {
      const found = await globalThis.axe.run(document, { resultTypes: ['violations'] });
      return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')} (${one.help})`);
    });
  }

  /** How much wider than the window the page is. */
  overflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }
}

/** Asks `look` until it answers something true. */
export async function until(what, look) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

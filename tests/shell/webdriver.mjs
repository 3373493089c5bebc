// A WebDriver client of a few lines, for one window: starts WebKitWebDriver, which starts the program.

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * A port of loopback that is free, of those that no system gives away by itself: until it is used no connection of
 * another program takes it.
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(10_240, 32_768);
    const free = await new Promise((resolve) => {
      const server = createServer().on('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Asks `look` until it answers something true, or fails after `ms` naming `what`. */
export async function until(what, look, ms = 60_000) {
  const end = Date.now() + ms;
  let last;
  while (Date.now() < end) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await pause(50);
  }
  throw new Error(`gave up waiting until ${what}${last ? `: ${last.message}` : ''}`);
}

export class Window {
  /** Starts the program in a window that can be driven. */
  static async open(binary, args, env = {}) {
    const port = await freePort();
    const driver = spawn('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], {
      env: { ...process.env, ...env, TAURI_WEBVIEW_AUTOMATION: 'true' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const window = new Window(driver, `http://127.0.0.1:${port}`);
    await until('the driver answers', () => window.ask('GET', '/status'));
    const alwaysMatch = { 'webkitgtk:browserOptions': { binary, args } };
    const { sessionId } = await window.ask('POST', '/session', { capabilities: { alwaysMatch } });
    window.session = `/session/${sessionId}`;
    return window;
  }

  constructor(driver, url) {
    this.driver = driver;
    this.url = url;
  }

  async ask(method, path, body) {
    const answer = await fetch(this.url + path, {
      method,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  /** The value a script returns in the page. */
  run(script, ...args) {
    return this.ask('POST', `${this.session}/execute/sync`, { script, args });
  }

  /** The settled value of a promise a script returns, as `[ok, value]`. */
  runAsync(script) {
    return this.ask('POST', `${this.session}/execute/async`, {
      script: `const done = arguments[0]; (async () => { ${script} })().then((v) => done([true, v]), (e) => done([false, String(e)]));`,
      args: [],
    });
  }

  /** A picture of the page, as PNG bytes. */
  async picture() {
    return Buffer.from(await this.ask('GET', `${this.session}/screenshot`), 'base64');
  }

  async click(selector) {
    const found = await this.ask('POST', `${this.session}/element`, { using: 'css selector', value: selector });
    await this.ask('POST', `${this.session}/element/${Object.values(found)[0]}/click`, {});
  }

  /** Types into the element as a person does; a line break is Enter. */
  async type(selector, text) {
    const found = await this.ask('POST', `${this.session}/element`, { using: 'css selector', value: selector });
    await this.ask('POST', `${this.session}/element/${Object.values(found)[0]}/value`, { text: text.replaceAll('\n', '\ue007') });
  }
}

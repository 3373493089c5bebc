// The witness on the session bus: what a panel and a notification service of a desktop would be given.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until } from './webdriver.mjs';

export class Witness {
  /** Takes its place on the bus. `flags` leave out what a desktop may not have. */
  static async start(t, ...flags) {
    const child = spawn(process.env.TEST_WITNESS, flags, { stdio: ['pipe', 'pipe', 'inherit'] });
    const witness = new Witness(child);
    t.after(() => witness.end());
    await until('the witness is there', () => witness.seen.some((one) => one.event === 'ready') || witness.failed());
    return witness;
  }

  constructor(child) {
    this.child = child;
    /** Everything it saw, oldest first. */
    this.seen = [];
    this.waiting = new Map();
    this.asked = 0;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line);
      if (said.reply === undefined) return void this.seen.push(said);
      this.waiting.get(said.reply)?.(said);
      this.waiting.delete(said.reply);
    });
  }

  failed() {
    if (this.child.exitCode !== null) assert.fail(`the witness ended with ${this.child.exitCode}`);
    return false;
  }

  async end() {
    const gone = new Promise((resolve) => (this.child.exitCode === null ? this.child.once('exit', resolve) : resolve()));
    this.child.stdin.end();
    await gone;
  }

  /** The answer to one command. */
  async ask(command) {
    const n = (this.asked += 1);
    const answer = new Promise((resolve) => this.waiting.set(n, resolve));
    this.child.stdin.write(`${JSON.stringify({ n, ...command })}\n`);
    const said = await answer;
    if (said.error) throw new Error(said.error);
    return said;
  }

  item() {
    return this.ask({ do: 'item' });
  }

  async menu() {
    return (await this.ask({ do: 'menu' })).menu.filter((entry) => entry.visible && !entry.separator);
  }

  /** The first line: what the tray says. */
  async says() {
    return (await this.menu())[0].label;
  }

  /** Labels of the entry that begins so; undefined when there is none. */
  async group(begin) {
    const found = (await this.menu()).find((entry) => entry.label.startsWith(begin) && entry.children.length > 0);
    return found?.children.filter((entry) => !entry.separator).map((entry) => entry.label);
  }

  click(...path) {
    return this.ask({ do: 'click', path });
  }

  press(id, action) {
    return this.ask({ do: 'press', id, action });
  }

  get notifications() {
    return this.seen.filter((one) => one.event === 'notification');
  }

  /** The first notification that `is` the one, once it is there. */
  notified(what, is) {
    return until(`the notification ${what} is seen`, () => this.notifications.find(is)).catch((error) => {
      throw new Error(`${error.message}; seen: ${JSON.stringify(this.seen)}`);
    });
  }

  closed(id) {
    return until(`notification ${id} is taken back`, () => this.seen.some((one) => one.event === 'closed' && one.id === id));
  }
}

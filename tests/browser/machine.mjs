// Another machine: the built program on a folder of its own, which connects to a server by a line the test can cut.

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atEnd, cleanEnvironment, folderFor, programs, until } from './harness.mjs';

export class Machine {
  /** Pairs by a link and serves, as the command does that the page shows. */
  static at(t, link, { recipes = '' } = {}) {
    const folder = folderFor(t);
    const at = (name) => join(folder, name);
    for (const name of ['settings', 'home']) mkdirSync(at(name));
    writeFileSync(join(at('settings'), 'config.toml'), recipes);
    // Whoever runs the tests keeps their own keychain to themselves.
    const env = cleanEnvironment({ PILOTHOUSE_CONFIG_DIR: at('settings'), DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' });
    const argv = ['--json', '--data', at('data'), 'node', '--folder', at('home'), '--hub', link];
    const child = spawn(programs.server, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    atEnd(t, async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return new Machine(child, at('home'));
  }

  constructor(child, home) {
    Object.assign(this, { child, home });
    this.lines = [];
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
  }

  /** The next line about this state that `is` the one; those before it are passed over. */
  async said(state, is = () => true) {
    const at = () => this.lines.findIndex((line) => line.state === state && is(line));
    await until(`the machine is ${state}`, () => at() >= 0);
    return this.lines.splice(0, at() + 1).at(-1);
  }
}

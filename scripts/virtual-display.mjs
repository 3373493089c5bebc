// `node scripts/virtual-display.mjs COMMAND ARGS...`: runs a command on a display and a session bus of its own, so
// that a person's are left alone. The X server picks a free display itself and says which once it answers: no
// lock file is guessed at, no signal is waited for.

import { spawn } from 'node:child_process';
import { entry, run, Stop } from './run.mjs';

/** Starts a virtual display. Answers its name, and a function that ends it. */
function display() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-4_096)));
  return new Promise((resolve, reject) => {
    let number = '';
    server.on('error', (error) => reject(new Stop(`Cannot run Xvfb: ${error.message}`)));
    server.on('exit', (code) => reject(new Stop(`Xvfb ended with ${code} before it had a display.\n${said}`)));
    server.stdio[3].setEncoding('utf8').on('data', (text) => {
      number += text;
      if (number.endsWith('\n')) resolve({ name: `:${number.trim()}`, stop: () => server.kill('SIGTERM') });
    });
  });
}

await entry(async () => {
  const [command, ...args] = process.argv.slice(2);
  const { name, stop } = await display();
  try {
    return await run('dbus-run-session', ['--', command, ...args], { env: { DISPLAY: name, WAYLAND_DISPLAY: '' } });
  } finally {
    stop();
  }
});

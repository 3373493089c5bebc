// A virtual display. The X server picks a free one itself and says which once it answers: no lock file is guessed at, no
// signal is waited for.

import { spawn } from 'node:child_process';
import { Stop } from './run.mjs';

/** Starts one; `flags` are the X server's own. Answers its name, and a function that ends it, by a signal if one is said. */
export function display(...flags) {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-noreset', ...flags], {
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
      if (number.endsWith('\n')) resolve({ name: `:${number.trim()}`, stop: (signal) => server.kill(signal ?? 'SIGTERM') });
    });
  });
}

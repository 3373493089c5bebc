// Handing the terminal to a long-running program: signals reach it once, and its exit code becomes ours.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Stop } from './run.mjs';

/** Runs a program until it ends. Answers its exit code. */
export function foreground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.on('error', (error) => reject(new Stop(`Cannot run ${command}: ${error.message}`)));
    // A terminal sends Ctrl-C to the whole group already; passed on, it would count as a second one.
    const pass = (signal) => {
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, pass);
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : code);
    });
  });
}

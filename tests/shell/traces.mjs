// What a program leaves on the machine: processes that know its data folder, and a port that still listens.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './webdriver.mjs';

/** Running processes whose arguments or environment name `folder`, as "pid program". */
export function processesNaming(folder, except = []) {
  const found = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid || except.includes(Number(pid))) continue;
    try {
      const text = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'latin1')).join('\0');
      if (text.includes(folder)) found.push(`${pid} ${readlinkSync(`/proc/${pid}/exe`)}`);
    } catch {
      // Gone in between, or another user's.
    }
  }
  return found;
}

/** Ends every such process, also one that was begun while the others were ended. */
export function endAll(folder) {
  return until('nothing of the test runs', () => {
    const found = processesNaming(folder);
    for (const one of found) kill(Number(one.split(' ')[0]));
    return found.length === 0;
  });
}

/** A process that ended by itself meanwhile is fine. */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** The first line that a program prints, whole, however it comes. What follows is read and forgotten. */
export function firstLine(child) {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${code ?? signal}`)));
    createInterface({ input: child.stdout }).once('line', resolve).on('line', () => {});
  });
}

/** Whether something listens on a port of loopback. */
export function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** The record of the server of a data folder, or undefined. */
export function serverRecord(data) {
  try {
    return JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

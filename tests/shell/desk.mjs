// A window manager on the virtual display, so that windows can be seen and closed as a person does it.

import { spawn, spawnSync } from 'node:child_process';
import { until } from './webdriver.mjs';

/** Starts the window manager. Answers a function that ends it. */
export async function manageWindows() {
  const manager = spawn('matchbox-window-manager', ['-use_titlebar', 'no'], { stdio: 'ignore' });
  await until('the window manager is there', () => spawnSync('wmctrl', ['-m']).status === 0);
  return () => manager.kill('SIGTERM');
}

/** Titles of the open windows. */
export function titles() {
  const { stdout } = spawnSync('wmctrl', ['-l'], { encoding: 'utf8' });
  // 0x00e00003  0 host Title
  return stdout.split('\n').filter(Boolean).map((line) => line.split(/\s+/).slice(3).join(' '));
}

/** Closes the window of this title by its close button's message. */
export async function closeWindow(title) {
  await until(`a window ${title} is there`, () => titles().includes(title));
  await until(`the window ${title} is closed`, () => {
    spawnSync('wmctrl', ['-F', '-c', title]);
    return !titles().includes(title);
  });
}

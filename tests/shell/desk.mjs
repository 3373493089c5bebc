// A window manager on the virtual display, so that windows can be seen and closed as a person does it.

import { spawn, spawnSync } from 'node:child_process';
import { until } from './webdriver.mjs';

/** A manager that does not answer by then is started anew: one that hangs while it starts never answers. */
const STARTS_WITHIN_MS = 15_000;
const TRIES = 3;

/** Starts the window manager. Answers a function that ends it. */
export async function manageWindows() {
  for (let tried = 1; ; tried += 1) {
    const manager = spawn('matchbox-window-manager', ['-use_titlebar', 'no'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const over = new Promise((resolve) => manager.on('close', resolve).on('error', resolve));
    // A manager that is left running keeps the test file from ending.
    const stop = (signal) => (manager.kill(signal), over);
    try {
      await answers(manager);
      return () => stop('SIGTERM');
    } catch (error) {
      await stop('SIGKILL');
      if (tried === TRIES) throw error;
    }
  }
}

function answers(manager) {
  let said = '';
  manager.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-2_048)));
  manager.on('error', (error) => (said += error.message));
  return until('the window manager is there', () => {
    const asked = spawnSync('wmctrl', ['-m'], { encoding: 'utf8' });
    if (asked.status === 0) return true;
    throw new Error(`on ${process.env.DISPLAY}, ${manager.exitCode ?? 'running'}: ${asked.stderr}${said}`);
  }, STARTS_WITHIN_MS);
}

/** Titles of the open windows. */
export function titles() {
  const { stdout } = spawnSync('wmctrl', ['-l'], { encoding: 'utf8' });
  // 0x00e00003  0 host Title
  return stdout.split('\n').filter(Boolean).map((line) => line.split(/\s+/).slice(3).join(' '));
}

/** Whether a process has an open window. Who can see one can end its program in good order. */
export function hasWindow(pid) {
  const { stdout } = spawnSync('wmctrl', ['-l', '-p'], { encoding: 'utf8' });
  return stdout.split('\n').some((line) => line.split(/\s+/)[2] === String(pid));
}

/** Closes the window of this title by its close button's message. */
export async function closeWindow(title) {
  await until(`a window ${title} is there`, () => titles().includes(title));
  await until(`the window ${title} is closed`, () => {
    spawnSync('wmctrl', ['-F', '-c', title]);
    return !titles().includes(title);
  });
}

/** Presses the close button of the window of this title; it may ask before it goes. */
export function requestClose(title) {
  spawnSync('wmctrl', ['-F', '-c', title]);
}

/**
 * Presses keys, such as `ctrl+q`, in the window that was opened last, once it has the focus: a window is listed before
 * keys go to it.
 */
export async function press(keys) {
  await until(`the last window has the focus for ${keys}`, () => focused() === newest());
  const { status, stderr } = spawnSync('xdotool', ['key', keys], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`xdotool key ${keys}: ${stderr}`);
}

const newest = () => Number(spawnSync('wmctrl', ['-l'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean).at(-1)?.split(' ')[0]);
const focused = () => Number(spawnSync('xdotool', ['getwindowfocus'], { encoding: 'utf8' }).stdout);

/** An open menu of the program is a window of its own, named like the program. */
function menuIsOpen() {
  const { stdout } = spawnSync('xdotool', ['search', '--onlyvisible', '--name', '^pilothouse-desktop$'], { encoding: 'utf8' });
  return stdout.trim() !== '';
}

/**
 * Opens the menu behind `keys`, such as `alt+s`, and chooses its item of this place (the first is 0).
 *
 * Keys go to the page first and come back from it, so what is pressed before the menu is there is the page's.
 */
export async function choose(keys, place) {
  await until(`the menu of ${keys} is open`, async () => {
    await press(keys);
    return until('it shows', menuIsOpen, 5_000);
  });
  for (let down = 0; down < place; down += 1) await press('Down');
  await press('Return');
  await until(`the menu of ${keys} is closed`, () => !menuIsOpen());
}

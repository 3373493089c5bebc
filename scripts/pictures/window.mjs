// `node scripts/pictures/window.mjs DATA SCREEN OUT`, on a display and a session bus of its own: pictures of the window in
// its frame and of the tray's menu, as a real window manager and a real panel show them. The window joins the
// server of DATA, where a question waits. SCREEN is the folder the X server keeps its screen in.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { binary } from '../cargo.mjs';
import { entry } from '../run.mjs';
import { titles } from '../../tests/shell/desk.mjs';
import { until } from '../../tests/shell/webdriver.mjs';
import { picture, screen } from './xwd.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** Height of the panel, and where its last icon is, from the right edge. */
const PANEL = { height: 31, icon: 18 };
/** The part of the screen with the menu: from its right edge and top. */
const MENU = { width: 1080, height: 350 };

/** Most pixels that a clock changes. */
const SECONDS = 1_000;

const tool = (...args) => spawnSync(args[0], args.slice(1), { encoding: 'utf8' });
const move = (x, y, ...more) => tool('xdotool', 'mousemove', String(x), String(y), ...more);

/** The smallest part below the panel that holds everything but the bare screen, which is black. */
function lit({ width, height, at }) {
  const [xs, ys] = [[], []];
  for (let y = PANEL.height; y < height; y += 1) if (at(y, width >> 1)) ys.push(y);
  for (let x = 0; x < width; x += 1) if (at((PANEL.height + height) >> 1, x)) xs.push(x);
  return { x: xs[0], y: ys[0], width: xs.at(-1) - xs[0] + 1, height: ys.at(-1) - ys[0] + 1 };
}

/** Waits until hardly anything on the screen has changed for a moment; seconds are counted on it. */
async function still(folder) {
  let [last, since] = [screen(folder), Date.now()];
  await until('the screen is still', () => {
    const now = screen(folder);
    if (differ(last, now) > SECONDS) [last, since] = [now, Date.now()];
    return Date.now() - since > 1_500;
  });
}

/** How many colours there are in the middle, where an empty page has one. */
function coloursAmid({ width, height, at }) {
  const found = new Set();
  for (let y = height >> 2; y < height - (height >> 2); y += 1) for (let x = width >> 2; x < width >> 1; x += 1) found.add(at(y, x));
  return found.size;
}

/** How many of their pixels are different. */
function differ(one, other) {
  let count = 0;
  for (let y = 0; y < one.height; y += 1) for (let x = 0; x < one.width; x += 1) if (one.at(y, x) !== other.at(y, x)) count += 1;
  return count;
}

/** Settings of the panel and of GTK, in a folder of their own. */
function settings(home) {
  const channels = join(home, 'config', 'xfce4', 'xfconf', 'xfce-perchannel-xml');
  mkdirSync(channels, { recursive: true });
  cpSync(join(here, 'panel.xml'), join(channels, 'xfce4-panel.xml'));
  mkdirSync(join(home, 'config', 'gtk-3.0'));
  writeFileSync(join(home, 'config', 'gtk-3.0', 'settings.ini'), '[Settings]\ngtk-cursor-blink=false\n');
}

await entry(async () => {
  const [data, folder, out] = process.argv.slice(2);
  const home = mkdtempSync(join(tmpdir(), 'pilothouse-window-'));
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_RUNTIME_DIR: home, XDG_CURRENT_DESKTOP: 'XFCE', LC_ALL: '', LANG: 'C.UTF-8' };
  settings(home);
  // Programs the bus starts read the settings too.
  tool('dbus-update-activation-environment', ...['HOME', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR'].map((name) => `${name}=${env[name]}`));
  const running = [];
  const start = (command, ...args) => running.push(spawn(command, args, { env, stdio: 'ignore' }));
  try {
    start('xfwm4', '--compositor=off');
    start('xfce4-panel', '--disable-wm-check');
    await until('the panel is there', () => titles().includes('xfce4-panel'));
    start(binary('pilothouse-desktop'), '--data', data, 'pilothouse://session/dev');
    await until('the window is there', () => titles().includes('Pilothouse'));
    move(1438, 898);
    await until('the page is there', () => coloursAmid(screen(folder)) > 50, 60_000);
    await still(folder);
    writeFileSync(join(out, 'window-light.png'), picture(folder, lit(screen(folder))));

    tool('wmctrl', '-r', 'Pilothouse', '-b', 'add,maximized_vert,maximized_horz');
    await still(folder);
    const { width } = screen(folder);
    move(width - PANEL.icon, PANEL.height >> 1, 'click', '1');
    await still(folder);
    // The first line only tells; below it is the question, with what can be answered.
    move(width - 200, PANEL.height + 47);
    await still(folder);
    writeFileSync(join(out, 'tray-menu.png'), picture(folder, { x: width - MENU.width, y: 0, ...MENU }));
  } finally {
    for (const one of running.reverse()) one.kill('SIGTERM');
    await pause(500);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
});

// A display whose pixels can be read: the frame of a window is no part of its page, and what an editor draws under a
// word may be none of a picture that the page's driver takes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { display } from '../../scripts/display.mjs';
import { picture, screen } from '../../scripts/pictures/xwd.mjs';

/** Starts one for a test. Answers the environment to start programs with, and its pixels as `at(y, x)`. */
export async function ownScreen(t) {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-screen-'));
  const { name, stop } = await display('-fbdir', folder);
  t.after(() => {
    stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    env: { DISPLAY: name, WAYLAND_DISPLAY: '' },
    pixels: () => screen(folder),
    png: () => picture(folder),
  };
}

/** Red, green and blue of a pixel. */
export const parts = (colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];

/** How bright a part of the screen is, from 0 to 1. */
export function brightness({ at }, { x, y, width, height }) {
  let sum = 0;
  for (let row = y; row < y + height; row += 1) {
    for (let column = x; column < x + width; column += 1) sum += Math.max(...parts(at(row, column)));
  }
  return sum / (width * height * 255);
}

/** The number of different colours in a part of the screen. */
export function colours({ at }, { x, y, width, height }) {
  const seen = new Set();
  for (let row = y; row < y + height; row += 1) {
    for (let column = x; column < x + width; column += 1) seen.add(at(row, column));
  }
  return seen.size;
}

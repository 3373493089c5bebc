// What an X server shows, read from the file it keeps with `-fbdir`: no program for screenshots is needed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from './png.mjs';

/** Header words of an XWD file. */
const WORDS = { size: 0, order: 7, width: 4, height: 5, bits: 11, stride: 12, colours: 19 };
/** Bytes of one colour of its map, which comes before the pixels. */
const COLOUR = 12;

/** A part of the screen kept in `folder`, the whole one without `part`, as `{ width, height, at(y, x) }` in RGB numbers. */
export function screen(folder, part) {
  const bytes = readFileSync(join(folder, 'Xvfb_screen0'));
  const word = (name) => bytes.readUInt32BE(WORDS[name] * 4);
  if (word('bits') !== 32) throw new Error(`the screen has ${word('bits')} bits for a pixel`);
  const from = word('size') + word('colours') * COLOUR;
  const [stride, little] = [word('stride'), word('order') === 0];
  const { x: left, y: top, width, height } = part ?? { x: 0, y: 0, width: word('width'), height: word('height') };
  const at = (y, x) => {
    const place = from + (top + y) * stride + (left + x) * 4;
    return (little ? bytes.readUInt32LE(place) : bytes.readUInt32BE(place)) & 0xffffff;
  };
  return { width, height, at };
}

/** The same as a small PNG. */
export const picture = (folder, part) => encode(screen(folder, part));

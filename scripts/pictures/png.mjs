// Makes a screenshot small: its most frequent colours become a palette, and the rare ones between them, the edges
// of letters, become the nearest of those.

import { crc32, deflateSync } from 'node:zlib';
import { decode } from '../../tests/shell/picture.mjs';

const MOST_COLOURS = 256;
const FAR = 28 ** 2;

/** The same picture with at most 256 colours, as PNG bytes. */
export function small(png) {
  const { width, height, channels, rows } = decode(png);
  return encode({ width, height, at: (y, x) => (rows[y][x * channels] << 16) | (rows[y][x * channels + 1] << 8) | rows[y][x * channels + 2] });
}

/** A picture whose colours `at(y, x)` tells as RGB numbers, with at most 256 of them, as PNG bytes. */
export function encode({ width, height, at }) {
  const counts = new Map();
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) counts.set(at(y, x), (counts.get(at(y, x)) ?? 0) + 1);
  }
  const palette = paletteOf([...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour));
  const places = new Map(palette.map((colour, place) => [colour, place]));
  const placeOf = (colour) => {
    if (!places.has(colour)) places.set(colour, nearest(palette, colour));
    return places.get(colour);
  };
  const body = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) body[y * (width + 1) + 1 + x] = placeOf(at(y, x));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('PLTE', colours), chunk('IDAT', deflateSync(body, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** Colours that are far from each other come first, so that a rare one keeps its hue; then the frequent ones. */
function paletteOf(byFrequency) {
  const chosen = [];
  for (const colour of byFrequency) {
    if (chosen.length < MOST_COLOURS && chosen.every((other) => away(other, colour) > FAR)) chosen.push(colour);
  }
  const known = new Set(chosen);
  return [...chosen, ...byFrequency.filter((colour) => !known.has(colour))].slice(0, MOST_COLOURS);
}

/** Square of the distance of two colours. */
function away(one, other) {
  return [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
}

function nearest(palette, colour) {
  let best = 0;
  palette.forEach((other, place) => {
    if (away(other, colour) < away(palette[best], colour)) best = place;
  });
  return best;
}

function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

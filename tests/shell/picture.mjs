// Reads a PNG as WebKit writes it (8 bits, RGB or RGBA, not interlaced), to tell a page from an empty window.

import { inflateSync } from 'node:zlib';

/** The number of different colours, counted up to `most`. */
export function colours(png, most = 64) {
  const { width, height, channels, rows } = decode(png);
  const seen = new Set();
  for (let y = 0; y < height && seen.size < most; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = x * channels;
      seen.add((rows[y][at] << 16) | (rows[y][at + 1] << 8) | rows[y][at + 2]);
    }
  }
  return seen.size;
}

/** Size, channels and rows of bytes. */
export function decode(png) {
  const parts = [];
  let head;
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') head = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), kind: body[9] };
    if (type === 'IDAT') parts.push(body);
    at += 12 + length;
  }
  const channels = head.kind === 6 ? 4 : 3;
  const data = inflateSync(Buffer.concat(parts));
  const stride = head.width * channels;
  const rows = [];
  let above = Buffer.alloc(stride);
  for (let y = 0; y < head.height; y += 1) {
    const from = y * (stride + 1);
    above = unfilter(data[from], Buffer.from(data.subarray(from + 1, from + 1 + stride)), above, channels);
    rows.push(above);
  }
  return { ...head, channels, rows };
}

/** Undoes the filter of one row, in place. */
function unfilter(kind, row, above, step) {
  for (let i = 0; i < row.length; i += 1) {
    const left = i >= step ? row[i - step] : 0;
    const corner = i >= step ? above[i - step] : 0;
    row[i] += [0, left, above[i], (left + above[i]) >> 1, paeth(left, above[i], corner)][kind];
  }
  return row;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

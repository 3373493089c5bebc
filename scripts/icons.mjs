// Draws icons/ anew from icons/icon.svg. Needs rsvg-convert (Debian: librsvg2-bin). The results are checked in;
// run it after changing the drawing. ICO and ICNS are containers whose entries may be PNG files. What was made from
// which drawing is written to icons/made-from.json, so a test can tell without drawing anything.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entry, must, onPath, root, Stop } from './run.mjs';

const icons = join(root, 'icons');
const named = { 32: '32x32.png', 128: '128x128.png', 256: '128x128@2x.png', 512: 'icon.png' };

/** Windows: a directory of entries, 256 written as 0, then the pictures. */
function ico(pictures) {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  pictures.forEach(({ size, png }, index) => {
    const at = 6 + 16 * index;
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
}

/** macOS: four letters and a length before each picture and before the whole. */
function icns(pictures) {
  const chunk = (type, body) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(body.length + 8, 4);
    return Buffer.concat([head, body]);
  };
  return chunk('icns', Buffer.concat(pictures.map(({ type, png }) => chunk(type, png))));
}

await entry(async () => {
  if (!onPath('rsvg-convert')) throw new Stop('rsvg-convert is missing. On Debian or Ubuntu: apt-get install librsvg2-bin');
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-icons-'));
  const png = {};
  try {
    for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
      const path = join(folder, `${size}.png`);
      await must('rsvg-convert', ['-w', String(size), '-h', String(size), '-o', path, join(icons, 'icon.svg')]);
      png[size] = readFileSync(path);
      if (named[size]) writeFileSync(join(icons, named[size]), png[size]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  writeFileSync(join(icons, 'icon.ico'), ico([32, 16, 24, 48, 64, 256].map((size) => ({ size, png: png[size] }))));
  const types = { ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256, ic14: 512 };
  writeFileSync(join(icons, 'icon.icns'), icns(Object.entries(types).map(([type, size]) => ({ type, png: png[size] }))));
  copyFileSync(join(icons, 'icon.svg'), join(root, 'src-tauri', 'splash', 'icon.svg'));
  const sum = (name) => createHash('sha256').update(readFileSync(join(icons, name))).digest('hex');
  const tray = readdirSync(join(icons, 'tray')).map((name) => `tray/${name}`);
  const made = [...Object.values(named), 'icon.ico', 'icon.icns', ...tray].sort();
  const record = { from: { 'icon.svg': sum('icon.svg'), '../scripts/tray-icons.mjs': sum('../scripts/tray-icons.mjs') }, made: Object.fromEntries(made.map((name) => [name, sum(name)])) };
  writeFileSync(join(icons, 'made-from.json'), `${JSON.stringify(record, null, 2)}\n`);
});

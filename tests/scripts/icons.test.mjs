// The icons come from one drawing: nothing was drawn by hand, and none is older than the drawing.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const icon = (name) => readFileSync(join(root, 'icons', name));
const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Width and height of a PNG file. */
function extent(png) {
  assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

test('every icon was made from the drawing as it is now (else: npm run icons)', () => {
  const { from, made } = JSON.parse(icon('made-from.json'));
  for (const [name, expected] of Object.entries(from)) assert.equal(sum(icon(name)), expected, `${name} changed since`);
  for (const [name, expected] of Object.entries(made)) assert.equal(sum(icon(name)), expected, name);
  assert.ok(readFileSync(join(root, 'src-tauri', 'splash', 'icon.svg')).equals(icon('icon.svg')));
});

test('every icon the packages name is there and as large as its name says', () => {
  const files = ['tauri.conf.json', 'src-tauri/tauri.bundle.conf.json'];
  const named = files.flatMap((file) => JSON.parse(readFileSync(join(root, file), 'utf8')).bundle.icon ?? []);
  assert.ok(named.length > 0);
  for (const path of named) assert.ok(existsSync(join(root, path)), path);
  for (const [name, size] of [['32x32.png', 32], ['128x128.png', 128], ['128x128@2x.png', 256], ['icon.png', 512]]) {
    assert.deepEqual(extent(icon(name)), [size, size], name);
  }
});

test('the Windows icon has every size from the tray to the large tiles', () => {
  const file = icon('icon.ico');
  const sizes = [];
  for (let index = 0; index < file.readUInt16LE(4); index += 1) {
    const at = 6 + 16 * index;
    const png = file.subarray(file.readUInt32LE(at + 12), file.readUInt32LE(at + 12) + file.readUInt32LE(at + 8));
    const [width, height] = extent(png);
    assert.deepEqual([width % 256, height % 256], [file.readUInt8(at), file.readUInt8(at + 1)]);
    sizes.push(width);
  }
  assert.deepEqual(sizes.sort((a, b) => a - b), [16, 24, 32, 48, 64, 256]);
});

test('the macOS icon has every size, also for dense screens', () => {
  const file = icon('icon.icns');
  assert.equal(file.toString('latin1', 0, 4), 'icns');
  assert.equal(file.readUInt32BE(4), file.length);
  const found = {};
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    const [width] = extent(file.subarray(at + 8));
    found[file.toString('latin1', at, at + 4)] = width;
  }
  assert.deepEqual(found, { ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256, ic14: 512 });
});

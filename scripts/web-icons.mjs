// Draws the icons of the installed page (ui/public/icons) anew from icons/icon.svg. Needs rsvg-convert (Debian:
// librsvg2-bin). The results are checked in; run it after changing the drawing.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entry, must, onPath, root, Stop } from './run.mjs';

/** A launcher cuts its own shape: the ground fills all of it, and the drawing stays within the middle that is never cut. */
function maskable(svg) {
  const square = svg.replace(/ rx="112"/, '');
  return square.replace(/(<rect[^>]*\/>)([\s\S]*)<\/svg>/, '$1<g transform="translate(256 262) scale(.82) translate(-256 -262)">$2</g></svg>');
}

/** One colour on nothing, with the windows cut out, as Android draws it in its status bar. */
function badge(svg) {
  const paths = [...svg.matchAll(/ d="([^"]+)"/g)].map((match) => match[1]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><path fill="#fff" fill-rule="evenodd" d="${paths.join('')}"/></svg>`;
}

await entry(async () => {
  if (!onPath('rsvg-convert')) throw new Stop('rsvg-convert is missing. On Debian or Ubuntu: apt-get install librsvg2-bin');
  const drawing = readFileSync(join(root, 'icons', 'icon.svg'), 'utf8');
  const out = join(root, 'ui', 'public', 'icons');
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-web-icons-'));
  try {
    for (const [name, svg, size] of [
      ['icon-192.png', drawing, 192],
      ['icon-512.png', drawing, 512],
      ['maskable-512.png', maskable(drawing), 512],
      ['apple-180.png', maskable(drawing), 180],
      ['badge-96.png', badge(drawing), 96],
    ]) {
      const source = join(folder, `${name}.svg`);
      writeFileSync(source, svg);
      await must('rsvg-convert', ['-w', String(size), '-h', String(size), '-o', join(out, name), source]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

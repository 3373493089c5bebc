// Draws icons/tray/ anew: the app icon with a badge for each state, and the plain shapes macOS tints itself. Needs
// rsvg-convert (Debian: librsvg2-bin). The results are checked in; run it after changing the drawing.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entry, must, onPath, root, Stop } from './run.mjs';

/** Twice the usual size of a panel, for screens of high density. */
const SIZE = '64';
/** A ring and what is in it; the shapes differ, for eyes that do not tell the colours. */
const badges = {
  idle: '',
  working: '<circle cx="388" cy="388" r="124" fill="#06232b"/><circle cx="388" cy="388" r="92" fill="#5b95f5"/>',
  needs: '<path d="M372 232 528 388 372 544 216 388z" fill="#06232b"/><path d="M372 284 476 388 372 492 268 388z" fill="#ffb02e"/>',
  failed: '<path d="M272 272h240v240H272z" fill="#06232b"/><path d="M304 304h176v176H304z" fill="#ee5d62"/>',
  offline: '',
};

const GLYPH =
  'M8 1h1v2H8zM1.5 3h13a.5.5 0 0 1 .5.5V4.5H1v-1a.5.5 0 0 1 .5-.5zM2 4.5h12V11H2zM4 6v2.5h2V6zM7 6v2.5h2V6zM10 6v2.5h2V6zM1 12h14l-1.3 2.5H2.3z';

/** The app icon with its badge; grey where nothing is known. */
function coloured(state) {
  const inner = readFileSync(join(root, 'icons', 'icon.svg'), 'utf8').replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, '');
  const drawing = state === 'offline' ? inner.replace('#0d3f4b', '#6b7680').replace('#ffb02e', '#aab3ba') : inner;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">${drawing}${badges[state]}</svg>`;
}

/** Black and clear; a badge only when somebody has to look. */
function template(state) {
  const badge = state === 'needs' || state === 'failed';
  const mask = badge ? '<mask id="m"><path fill="#fff" d="M0 0h16v16H0z"/><circle cx="12.5" cy="12" r="4.2"/></mask>' : '';
  const shape = `<path fill-rule="evenodd" d="${GLYPH}"${badge ? ' mask="url(#m)"' : ''}/>`;
  const opacity = state === 'offline' ? ' opacity=".45"' : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"${opacity}>${mask}${shape}${badge ? '<circle cx="12.5" cy="12" r="3"/>' : ''}</svg>`;
}

await entry(async () => {
  if (!onPath('rsvg-convert')) throw new Stop('rsvg-convert is missing. On Debian or Ubuntu: apt-get install librsvg2-bin');
  const to = join(root, 'icons', 'tray');
  mkdirSync(to, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-tray-'));
  try {
    for (const state of Object.keys(badges)) {
      for (const [name, svg] of [[state, coloured(state)], [`${state}-template`, template(state)]]) {
        const path = join(folder, `${name}.svg`);
        writeFileSync(path, svg);
        await must('rsvg-convert', ['-w', SIZE, '-h', SIZE, '-o', join(to, `${name}.png`), path]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

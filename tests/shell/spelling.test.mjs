// Spelling in the real window: WebKit marks a misspelt word of a message, as its pixels show, and nothing where code is
// typed. The dictionary is the system's.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { desktop, nothingLeft, onPage, pictures, place, quit } from './scene.mjs';
import { ownScreen, parts } from './screen.mjs';
import { freePort, until, Window } from './webdriver.mjs';

/** Backspaces over this text. */
const over = (text) => '\ue003'.repeat(text.length);

test('a misspelt word of a message is marked, a correct one is not, and neither is in a field for code', async (t) => {
  const at = place(t);
  const screen = await ownScreen(t);
  const port = await freePort();
  const args = ['--data', at.data, '--workers', '0', '--port', String(port), '--repo', at.repo];
  // A language of the session that says nothing: English is checked all the same.
  const window = await Window.open(desktop, args, { ...at.env, ...screen.env, LC_ALL: '', LC_MESSAGES: '', LANG: 'C.UTF-8' });
  await onPage(window, port);

  /** Columns with red pixels inside the field, from the left of its text. */
  const reds = async (field) => {
    const [x, y, width, height, before] = await window.run(
      'const f = document.querySelector(arguments[0]), r = f.getBoundingClientRect(), s = getComputedStyle(f); return [r.x, r.y + outerHeight - innerHeight, r.width, r.height, parseFloat(s.paddingLeft) + parseFloat(s.borderLeftWidth)].map(Math.round)',
      field,
    );
    const { at: pixel } = screen.pixels();
    const found = [];
    // Its edge and what stands beside it have colours of their own.
    for (let column = x + before; column < x + width - before; column += 1) {
      for (let row = y + 4; row < y + height - 4; row += 1) {
        const [red, green, blue] = parts(pixel(row, column));
        if (red - Math.max(green, blue) > 60) {
          found.push(column - x - before);
          break;
        }
      }
    }
    return found;
  };
  const shown = (field, text) =>
    until(`“${text}” is drawn`, async () => {
      if ((await window.run('return document.querySelector(arguments[0]).value', field)) !== text) return false;
      // Two frames later what was typed is on the screen.
      await window.runAsync('await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      return true;
    });
  const width = (field, text) =>
    window.run('const c = document.createElement("canvas").getContext("2d"), f = document.querySelector(arguments[0]); c.font = getComputedStyle(f).font; return c.measureText(arguments[1]).width', field, text);
  const keep = (name) => pictures && writeFileSync(join(pictures, `spelling-${name}.png`), screen.png());

  const message = 'textarea.composer__field';
  await until('a message can be written', () => window.run('return document.querySelector(arguments[0]) !== null', message));
  await window.type(message, 'The strnge lamp ');
  const marked = await until('the misspelt word is marked', async () => {
    const found = await reds(message);
    return found.length > 10 && found;
  });
  keep('wrong');
  const [from, to] = [await width(message, 'The '), await width(message, 'The strnge')];
  assert.ok(marked[0] >= from - 4 && marked.at(-1) <= to + 4, `only that word, from ${from} to ${to}: ${marked[0]} to ${marked.at(-1)}`);

  await window.type(message, `${over('The strnge lamp ')}The strange lamp `);
  await shown(message, 'The strange lamp ');
  await until('nothing is marked any more', async () => (await reds(message)).length === 0);
  keep('right');
  // The mark comes again, so its absence a moment ago was no matter of waiting too little.
  await window.type(message, 'and its kepper ');
  await until('the next misspelt word is marked', async () => (await reds(message)).length > 10);

  await window.run("history.pushState(null, '', '/settings'); dispatchEvent(new PopStateEvent('popstate'))");
  const code = 'input[data-code]';
  await until('a field for names is there', () => window.run('const f = document.querySelector("input[spellcheck=false]"); if (f) f.dataset.code = ""; return f !== null'));
  await window.type(code, 'strnge kepper ');
  await shown(code, 'strnge kepper ');
  keep('code');
  await until('nothing is marked in a field for code', async () => (await reds(code)).length === 0);
  // It is the field that says no, and not its place: the same one would be marked.
  await window.run('document.querySelector(arguments[0]).spellcheck = true', code);
  await window.type(code, 'strnge ');
  await until('the same field is marked when it is for words', async () => (await reds(code)).length > 10);

  await quit(window);
  await nothingLeft(window, at, port);
});

// Light, dark and contrast as the desktop says. A desktop tells it through its portal on the session bus, which the
// witness stands in for, because a real portal needs a whole desktop; window, toolkit, page and pixels are real.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { desktop, nothingLeft, onPage, pictures, place, quit } from './scene.mjs';
import { brightness, colours, ownScreen } from './screen.mjs';
import { freePort, until, Window } from './webdriver.mjs';
import { Witness } from './witness.mjs';

const LIGHT = { do: 'appear', key: 'color-scheme', value: 2 };
const DARK = { do: 'appear', key: 'color-scheme', value: 1 };

/** The window on a screen of its own, on a desktop that says so. */
async function opened(t, appearance) {
  const at = place(t);
  const screen = await ownScreen(t);
  const witness = await Witness.start(t, '--no-tray', '--appearance', appearance);
  const port = await freePort();
  const args = ['--data', at.data, '--workers', '0', '--port', String(port), '--repo', at.repo];
  const window = await Window.open(desktop, args, { ...at.env, ...screen.env, LC_ALL: '', LANG: 'C.UTF-8' });
  await onPage(window, port);
  const theme = (name) => until(`the page is ${name}`, () => window.run('return document.documentElement.dataset.theme === arguments[0]', name));
  /** The menu above the page is the toolkit's; the page begins below it. */
  const shows = async (what, name) => {
    const bar = await until('there is a menu above the page', async () => {
      const height = await window.run('return outerHeight - innerHeight');
      return height > 10 && height;
    });
    const is = { dark: (value) => value < 0.35, light: (value) => value > 0.75 }[what];
    const seen = () => {
      const pixels = screen.pixels();
      const page = { x: 0, y: bar + 1, width: 1200, height: 700 };
      return { menu: brightness(pixels, { x: 300, y: 2, width: 800, height: bar - 4 }), page: brightness(pixels, page), colours: colours(pixels, page) };
    };
    const drawn = () => {
      const { menu, page, colours: number } = seen();
      return is(menu) && is(page) && number > 30;
    };
    await until(`menu and page are drawn ${what}`, drawn).catch((error) => assert.fail(`${error.message}: ${JSON.stringify(seen())}`));
    if (pictures) writeFileSync(join(pictures, `appearance-${name}.png`), screen.png());
  };
  const ends = async () => {
    await quit(window);
    await nothingLeft(window, at, port);
  };
  return { window, witness, theme, shows, ends };
}

test('a desktop that is dark makes window and page dark, and both follow it while they are open', async (t) => {
  const { window, witness, theme, shows, ends } = await opened(t, 'color-scheme=1');
  await theme('dark');
  await shows('dark', 'dark');
  await window.run('window.hereBefore = true');
  await witness.ask(LIGHT);
  await theme('light');
  await shows('light', 'light');
  await witness.ask(DARK);
  await theme('dark');
  await shows('dark', 'dark-again');
  assert.equal(await window.run('return window.hereBefore'), true, 'the page was not loaded again');
  await ends();
});

test('a theme that was chosen stays, whatever the desktop says, until it is the system’s again', async (t) => {
  const { window, witness, theme, ends } = await opened(t, 'color-scheme=2');
  await theme('light');
  const choose = (label) =>
    until(`${label} can be chosen`, () =>
      window.run('const b = [...document.querySelectorAll("[role=radiogroup][aria-label=Theme] button")].find((each) => each.textContent.trim() === arguments[0]); b?.click(); return b?.getAttribute("aria-checked") === "true"', label),
    );
  await window.run("history.pushState(null, '', '/settings#appearance'); dispatchEvent(new PopStateEvent('popstate'))");
  await choose('Light');
  await witness.ask(DARK);
  await until('the system is dark', () => window.run('return matchMedia("(prefers-color-scheme: dark)").matches'));
  await theme('light');
  await choose('System');
  await theme('dark');
  await ends();
});

test('a desktop that asks for more contrast gets it, in light and dark', async (t) => {
  const { witness, theme, shows, ends } = await opened(t, 'color-scheme=1,contrast=1');
  await theme('contrast');
  await shows('dark', 'contrast');
  await witness.ask(LIGHT);
  await theme('contrast-light');
  await shows('light', 'contrast-light');
  await witness.ask({ do: 'appear', key: 'contrast', value: 0 });
  await theme('light');
  await witness.ask({ do: 'appear', key: 'contrast', value: 1 });
  await theme('contrast-light');
  await ends();
});

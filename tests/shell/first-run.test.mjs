// The first minutes in the real window, on a display of twice the usual density: nothing is known yet, a repository is
// named, what was found is confirmed, and the first message is answered.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { requestClose } from './desk.mjs';
import { desktop, nothingLeft, onPage, pictures, place, withWindowManager } from './scene.mjs';
import { freePort, until, Window } from './webdriver.mjs';

withWindowManager();

test('somebody who has nothing yet names a repository and gets a first answer, sharp on a dense display', async (t) => {
  const at = place(t);
  const port = await freePort();
  const env = { ...at.env, GDK_SCALE: '2' };
  const window = await Window.open(desktop, ['--data', at.data, '--workers', '1', '--port', String(port), '--on-close', 'quit'], env);
  await onPage(window, port);
  const says = (text) => window.run(`return document.querySelector("h1")?.textContent.includes(${JSON.stringify(text)}) ?? false`);
  const press = (word) =>
    until(`${word} can be pressed`, () =>
      window.run(`const b = [...document.querySelectorAll("main button")].find((each) => each.textContent.trim() === ${JSON.stringify(word)} && !each.disabled); b?.click(); return b !== undefined`),
    );
  await until('it asks for a repository', () => says('Choose a repository'));
  assert.equal(await window.run('return location.pathname'), '/first-run');
  assert.equal(await window.run('return devicePixelRatio'), 2);
  await window.type('main form input', `${at.repo}\n`);
  await until('it says what was found', () => says('What was found'));
  if (pictures) writeFileSync(join(pictures, 'window-first-run.png'), await window.picture());
  await press('Continue');
  await until('it asks for a first message', () => says('What should the crew do first?'));
  await window.type('main textarea', '/status');
  await press('Send');
  await until('the conversation is open', () => window.run('return location.pathname.startsWith("/w/")'));
  await until('it is answered', () => window.run('return /Jobs: 0 waiting/.test(document.body.innerText)'));
  requestClose('Pilothouse');
  await nothingLeft(window, at, port);
});

// The main job in the real window, by hand: a message is typed, what it asks is read and allowed, and it lands.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { requestClose } from './desk.mjs';
import { desktop, nothingLeft, onPage, pictures, place, withWindowManager } from './scene.mjs';
import { freePort, until, Window } from './webdriver.mjs';

withWindowManager();

test('a message typed into the window becomes a checked, allowed and landed commit', async (t) => {
  const at = place(t);
  const port = await freePort();
  const git = (...args) => execFileSync('git', ['-C', at.repo, ...args], { encoding: 'utf8' }).trim();
  const main = git('rev-parse', 'main');
  writeFileSync(join(at.repo, 'not-committed.txt'), 'mine\n');
  const window = await Window.open(desktop, ['--data', at.data, '--workers', '1', '--port', String(port), '--on-close', 'quit', '--trust', at.repo], at.env);
  await onPage(window, port);
  await until('the composer is there', () => window.run('return document.querySelector("textarea") !== null'));
  await window.type('textarea', 'append a line "Lit at dusk." to README.md\n');
  const button = (word) => `[...document.querySelectorAll("button")].find((b) => b.textContent.trim().startsWith(${JSON.stringify(word)}) && !b.disabled)`;
  await until('it is asked', () => window.run(`return ${button('Allow once')} !== undefined`));
  if (pictures) writeFileSync(join(pictures, 'window-asked.png'), await window.picture());
  assert.equal(git('branch', '--list', 'main_agents'), '', 'nothing landed before');
  await until('it can be allowed', () => window.run(`const b = ${button('Allow once')}; b?.click(); return b !== undefined`));
  await until('it is landed', () => git('branch', '--list', 'main_agents') !== '');
  assert.match(git('show', 'main_agents:README.md'), /Lit at dusk\.$/);
  await until('the window says so', () => window.run('return /landed/i.test(document.body.innerText)'));
  assert.equal(git('rev-parse', 'main'), main);
  assert.equal(git('status', '--porcelain'), '?? not-committed.txt', 'the checkout is as it was');
  requestClose('Pilothouse');
  await nothingLeft(window, at, port);
});

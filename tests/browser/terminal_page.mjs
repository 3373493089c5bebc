// The page of terminals as tests use it. What is on the screen is read as a screen reader would.

import { until } from './harness.mjs';

const LOOK = JSON.stringify({ fontSize: 13, scrollback: 1000, screenReader: true });

/** From its next page on, what a terminal shows can be read as text. */
export const readable = (me) => me.page.addInitScript((look) => localStorage.setItem('pilothouse.terminals', look), LOOK);

/** The page of terminals, with lines that can be cut. */
export async function terminals(me) {
  const lines = [];
  await readable(me);
  await me.page.routeWebSocket(/\/v1\/ws$/, (line) => {
    line.connectToServer();
    lines.push(line);
  });
  await me.open('/terminals');
  await me.live();
  return { cut: () => Promise.all(lines.splice(0).map((line) => line.close())) };
}

export const screen = (me) => me.page.locator('.xterm-accessibility-tree').first();

export async function shows(me, text) {
  await until(`the screen shows ${text}`, async () => (await screen(me).innerText()).includes(text));
}

export async function opened(me) {
  await me.button('New terminal').first().click();
  await me.page.locator('[data-attached=true]').first().waitFor();
  await me.sees('You control');
  await hasKeys(me);
}

/** Waits until what is typed goes to a terminal. */
export async function hasKeys(me) {
  await me.page.locator('.xterm-helper-textarea:focus').waitFor({ state: 'attached' });
}

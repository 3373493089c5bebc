// The page of terminals as tests use it. What is on the screen is read as a screen reader would.

import { until } from './harness.mjs';

const LOOK = JSON.stringify({ fontSize: 13, scrollback: 1000, screenReader: true });

/** The page of terminals, with lines that can be cut. */
export async function terminals(me) {
  const lines = [];
  await me.page.addInitScript((look) => localStorage.setItem('pilothouse.terminals', look), LOOK);
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
}

// The updates section of the real window, as a person uses it.

import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { hasWindow } from './desk.mjs';
import { serverRecord } from './traces.mjs';
import { digest, newer } from './update-place.mjs';
import { freePort, until, Window } from './webdriver.mjs';

/** Opens the window on the updates section. */
export async function open(at) {
  const port = await freePort();
  const window = await Window.open(at.program, ['--data', at.data, '--workers', '0', '--port', String(port)], at.env);
  await until('the interface is there', () =>
    window.run('return location.port === arguments[0] && document.title.endsWith("Pilothouse") && document.body.innerText.trim().length > 0', String(port)),
  );
  await until('its code is gone', () => window.run('return location.hash === ""'));
  // The first page may lead elsewhere on its own while it settles.
  await until('the section is there', () =>
    window.run('if (location.pathname + location.hash !== "/settings#updates") { history.pushState(null, "", "/settings#updates"); dispatchEvent(new PopStateEvent("popstate")); } return document.querySelector("[data-testid=update-version]") !== null'),
  );
  return window;
}

export const version = (window) => window.run('return document.querySelector("[data-testid=update-version]").textContent.trim()');
export const text = (window) => window.run('return document.querySelector("[data-testid=update-state]")?.innerText ?? ""');

export async function kind(window, wanted) {
  const look = () => window.run('return document.querySelector("[data-testid=update-state]")?.dataset.kind');
  await until(`the update is ${wanted}`, async () => (await look()) === wanted).catch(async (error) => {
    throw new Error(`${error.message}; it is ${await look()}: ${await text(window)}`);
  });
}

/** Presses the button of this name. */
export const press = (window, name) =>
  until(`there is a button ${name}`, () =>
    window.run(
      'const found = [...document.querySelectorAll("button")].find((one) => one.innerText.trim() === arguments[0] && !one.disabled); found?.click(); return Boolean(found)',
      name,
    ),
  );

/** The program has restarted from its own file, which is the newer build now. */
export async function restarted(at, before, build = newer) {
  await until('the newer build runs', () => {
    const pid = serverRecord(at.data)?.pid;
    return pid && pid !== before && readlinkSync(`/proc/${pid}/exe`) === at.program;
  }, 60_000);
  assert.equal(digest(at.program), digest(build), 'the file is the newer build');
  const { pid } = serverRecord(at.data);
  await until('its window is there', () => hasWindow(pid));
  return pid;
}

/** A process that ended and that nobody has asked about yet has no program any more. */
function runs(pid) {
  try {
    readlinkSync(`/proc/${pid}/exe`);
    return true;
  } catch {
    return false;
  }
}

export async function end(at, pid) {
  process.kill(pid, 'SIGTERM');
  await until('it ended', () => !runs(pid) && serverRecord(at.data) === undefined);
}

/** What is told in the details of a failure: its code and the shell's own words. */
export const details = (window) => window.run('return document.querySelector("[data-testid=update-state] details")?.textContent ?? ""');

// Choosing in the page of the real window what is told, while a witness on the session bus sees what is: each change
// counts from that moment on, without a restart.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Person } from './person.mjs';
import { desktop, pictures, proven, withWindowManager } from './scene.mjs';
import { until, Window } from './webdriver.mjs';
import { Witness } from './witness.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const axe = readFileSync(createRequire(join(root, 'ui', 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');

withWindowManager();

/** A place whose work is proven at once and whose program ends with its window. */
function quick(t) {
  const at = proven(t, 'true');
  at.args.push('--on-close', 'quit');
  return at;
}

/** The window on the notifications of its settings. */
async function open(at) {
  const window = await Window.open(desktop, at.args, at.env);
  await until('the interface is there', () =>
    window.run('return document.title.endsWith("Pilothouse") && location.hash === "" && document.body.innerText.length > 0'),
  );
  await toSection(window);
  return window;
}

/** The first page may lead elsewhere on its own while it settles. */
const toSection = (window) =>
  until('the section is there', () =>
    window.run(
      'if (location.pathname + location.hash !== "/settings#notifications") { history.pushState(null, "", "/settings#notifications"); dispatchEvent(new PopStateEvent("popstate")); } return document.querySelector("button[role=switch][aria-label=Finished]:enabled") !== null',
    ),
  );

const toggle = (name) => `button[role=switch][aria-label="${name}"]`;
const isOn = (window, name) => window.run('return document.querySelector(arguments[0]).getAttribute("aria-checked") === "true"', toggle(name));

/** Flips a switch as a person does, and waits until the page shows it so. */
async function flip(window, name, on) {
  await until(`${name} can be flipped`, () => window.run('return document.querySelector(arguments[0])?.disabled === false', toggle(name)));
  assert.equal(await isOn(window, name), !on);
  await window.click(toggle(name));
  await until(`${name} is flipped`, async () => (await isOn(window, name)) === on);
}

/** Texts of the list, newest first, of rows that ended so. */
const rows = (window, outcome) =>
  window.run('return [...document.querySelectorAll(`.sent__row[data-outcome=${arguments[0]}]`)].map((row) => row.innerText)', outcome);

const of = (witness, kind) => witness.notifications.filter((one) => one.category === `x-pilothouse.${kind}`);

/** Has a line appended and landed, once its question was told. Answers the question. */
async function land(me, witness, line, ...seen) {
  const told = of(witness, 'needs-you').length;
  await me.say(`append a line "${line}" to README.md`);
  const asked = await me.question(...seen);
  await witness.notified('of the question', () => of(witness, 'needs-you').length > told);
  await me.answer(asked, 'approve');
  await me.entry(asked, 'landed');
  return asked.id;
}

async function faultless(window) {
  await window.run(axe);
  const [ok, found] = await window.runAsync(
    'return (await axe.run(document, { resultTypes: ["violations"] })).violations.map((one) => `${one.id}: ${one.nodes[0].target}`)',
  );
  assert.ok(ok, found);
  assert.deepEqual(found, []);
}

test('what is switched off in the page is told no more, what is on is, and the page lists both', async (t) => {
  const at = quick(t);
  const witness = await Witness.start(t);
  const window = await open(at);
  const me = await Person.at(at.data);
  await until('nothing was sent yet, and it is said', () => window.run('return document.body.innerText.includes("Nothing was sent yet")'));
  await faultless(window);
  const first = await land(me, witness, 'One.');
  await witness.notified('of the first landing', (one) => one.category === 'x-pilothouse.finished');

  await flip(window, 'Finished', false);
  const chosen = (await me.call('config.show')).values.find((one) => one.key === 'desktop.notify.finished');
  assert.deepEqual([chosen.value, chosen.origin], [false, 'user, saved in Settings']);
  const second = await land(me, witness, 'Two.', first);
  await until('the page lists what was kept back', async () => (await rows(window, 'off')).some((row) => /landed in lighthouse[^]*switched off/.test(row)));
  assert.equal(of(witness, 'finished').length, 1, 'the second landing was not told');
  await me.say('refactor the combat module');
  await witness.notified('of the request that waits', (one) => one.category === 'x-pilothouse.limit');
  await until('it is listed as shown', async () => (await rows(window, 'shown')).some((row) => row.includes('A request waits for a model')));
  await faultless(window);
  if (pictures) writeFileSync(join(pictures, 'notifications.png'), await window.picture());

  await flip(window, 'Finished', true);
  const third = await land(me, witness, 'Three.', first, second);
  await witness.notified('of the third landing', () => of(witness, 'finished').length === 2);

  // Somebody else makes it quiet, and ends that: a question that still waits is told then.
  const always = (on) => me.call('config.set_notify', { quiet: { on, from: '00:00', until: '00:00' } });
  await always(true);
  await until('the new hour is known', async () => (await me.call('config.show')).values.find((one) => one.key === 'desktop.notify.quietHours').value === true);
  const told = of(witness, 'needs-you').length;
  await me.say('append a line "Four." to README.md');
  await me.question(first, second, third);
  await until('it is listed as muted', async () => (await rows(window, 'quiet')).some((row) => row.includes('lighthouse needs you')));
  assert.equal(of(witness, 'needs-you').length, told);
  await always(false);
  await witness.notified('of the question that still waits', () => of(witness, 'needs-you').length === told + 1);
  await until('its row says so', async () => (await rows(window, 'quiet')).length === 0);

  await window.run('[...document.querySelectorAll(".sent__title")].find((one) => one.getAttribute("href").startsWith("/approvals/")).click()');
  await until('its card is open', () => window.run('return location.pathname.startsWith("/approvals/") && document.body.innerText.includes("README.md")'));
  process.kill(me.pid, 'SIGTERM');
});

test('where nobody shows notifications the page says so, and lists what nobody saw', async (t) => {
  const at = quick(t);
  const window = await open(at);
  const me = await Person.at(at.data);
  await until('it says so', () => window.run('return document.body.innerText.includes("Nothing on this desktop shows notifications")'));
  await me.say('append a line "One." to README.md');
  await me.question();
  await until('the question is listed', async () => (await rows(window, 'not_shown')).some((row) => row.includes('lighthouse needs you')));
  await faultless(window);
  const witness = await Witness.start(t);
  await until('the page sees that somebody came', () => window.run('return !document.body.innerText.includes("Nothing on this desktop shows notifications")'));
  await witness.end();
  process.kill(me.pid, 'SIGTERM');
});

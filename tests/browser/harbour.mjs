// A harbour whose changes wait in the merge queue: a real server that lands nothing before it is told to, with checks that
// the test lets end one by one.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderFor, Person, Server, until } from './harness.mjs';
import { Repository } from './repositories.mjs';
import { post } from './scene.mjs';

export const NAMES = ['anchor', 'buoy', 'chart', 'dock', 'ebb'];
const pictures = process.env.PILOTHOUSE_PICTURES;
export const picture = async (me, name) => pictures && writeFileSync(join(pictures, `${name}.png`), await me.page.screenshot());

/** The check of a tree with N changes waits for the gate N, and fails where one of several says FORBIDDEN: alone it passes. */
const config = (gates) => `[[check]]
name = "watch"
run = ["sh", "-c", "n=$(grep -l MARK *.md | wc -l); while [ ! -e '${gates}/'$n ]; do sleep 0.1; done; [ $n -lt 2 ] || ! grep -n FORBIDDEN *.md"]
timeoutS = 120
`;

/** A server whose queue is paused by a press of a key, with a change of each of `names` lined up after the other. */
export async function linedUp(t, { names = NAMES, ...options } = {}) {
  const folder = folderFor(t);
  const gates = join(folder, 'gates');
  mkdirSync(gates);
  const files = Object.fromEntries(NAMES.map((name) => [`${name}.md`, `# ${name}\n`]));
  const repo = Repository.of(join(folder, 'harbour'), { ...files, '.pilothouse/config.toml': config(gates) });
  const env = { PILOTHOUSE_POLICY_PROFILE: 'autopilot', PILOTHOUSE_MERGE_SLOTS: '3', PILOTHOUSE_MERGE_FIX_UPS: '0' };
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path], flags: ['--trust', '--sandbox', 'host'], env });
  const me = await Person.at(t, server, options);
  await me.live();
  await me.open('/queue');
  await me.live();
  await byKey(me, 'Pause landing');
  await me.sees(/Landing on main_agents is paused/);
  // A worker tries the checks as well before it hands over; nobody waits there.
  const open = (n) => writeFileSync(join(gates, String(n)), '');
  open(1);
  const entries = {};
  for (const name of names) {
    const word = name === 'buoy' ? 'MARK FORBIDDEN' : 'MARK';
    await post(me, `append a line "${word}" to ${name}.md`);
    entries[name] = await until(`${name} is in the queue`, async () => (await queue(me)).entries.find((one) => one.title.includes(name))?.id);
  }
  const close = (n) => rmSync(join(gates, String(n)));
  close(1);
  return { me, repo, entries, open, close };
}

export const queue = async (me) => (await me.call('merge.queue')).queues[0];
export const row = (me, id) => me.page.locator(`[data-entry="${id}"]`);
export const places = async (me) => (await queue(me)).entries.toSorted((a, b) => a.position - b.position).map((entry) => entry.id);
/** An entry, open or not. */
export const entry = async (me, id) => me.call('merge.entry', { id });

/** Names of the changes on the branch, oldest landing first. */
export const landedIn = (repo) => repo.git('log', '--reverse', '--format=', '--name-only', 'main..main_agents').split('\n').filter(Boolean).map((file) => file.replace('.md', ''));

/** Chooses from the menu of an entry, in its row or on its own page. */
export async function choose(me, what, within = me.page) {
  await within.getByRole('button', { name: /^Actions for/ }).first().click();
  const menu = me.page.getByRole('menu');
  await menu.waitFor();
  await menu.getByRole('menuitem', { name: what }).click();
  await menu.waitFor({ state: 'detached' });
}

/** Presses a button by the keyboard alone. */
export async function byKey(me, name) {
  const button = me.button(name);
  await button.focus();
  await me.page.keyboard.press('Enter');
}

// Another machine in the page: a real one is paired by the command that is shown, lent from the list, typed into, cut
// off and back. Nothing it showed is lost or comes twice.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from './harness.mjs';
import { Machine } from './machine.mjs';
import { Line } from './phone_line.mjs';
import { lighthouse } from './scene.mjs';
import { hasKeys, readable, shows } from './terminal_page.mjs';

const HERE = '127.0.0.1';
/** A recipe that goes on until it is told to end. */
const RECIPES = `[recipes.wait]\nrun = ["sh", "-c", "echo it begins; while [ ! -e go ]; do sleep 0.05; done; echo it ends"]\n`;
const LINES = 20_000;

/** What is in the binary frames of output a page was sent, in order; a byte that is missing or comes twice fails. */
function output(person) {
  const all = { text: '', end: 0, odd: [] };
  person.page.on('websocket', (line) =>
    line.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string' || payload[1] === 2) return;
      // It begins with a picture of what there is, which is nothing yet.
      if (payload[1] === 3 && all.text === '') return void (all.end = Number(payload.readBigUInt64BE(8)));
      if (payload[1] !== 0) return void all.odd.push(payload[1]);
      const offset = Number(payload.readBigUInt64BE(8));
      if (offset !== all.end) all.odd.push(`${offset} after ${all.end}`);
      all.text += payload.subarray(16).toString('latin1');
      all.end = offset + payload.length - 16;
    }),
  );
  return all;
}

/** A machine that is paired and lends everything, and its row in the list. */
async function paired(t, me, server) {
  const line = await Line.to(t, server.port, HERE);
  await me.open('/devices');
  await me.live();
  await me.button('Pair a machine').click();
  const panel = me.page.getByTestId('pair-panel');
  const command = await panel.getByText(/^pilothouse node --hub/).first().innerText();
  const [, fragment] = command.match(/\/pair#([^']+)'/);
  const machine = Machine.at(t, `http://localhost:${line.port}/pair#${fragment}`, { recipes: RECIPES });
  const { code } = await machine.said('claimed');
  await until('both show the same', async () => (await me.page.getByTestId('pairing-code').getAttribute('data-code')) === code);
  await me.button(/^Approve/, panel).click();
  await machine.said('paired');
  await machine.said('connected');
  await me.button('Done', panel).click();
  const row = me.page.locator('li[data-machine]');
  await row.getByText('Online').waitFor();
  return { line, machine, row };
}

test('a machine is paired by the command the page shows, and does what is ticked', async (t) => {
  const { me, server } = await lighthouse(t);
  const { machine, row } = await paired(t, me, server);
  await row.getByText('0 terminals, 0 jobs').waitFor();
  assert.deepEqual(await me.violations(), []);
  const [node] = (await me.call('node.list')).nodes;
  assert.equal(await row.getAttribute('data-machine'), node.name);
  await row.getByText(new RegExp(`${node.hostname}, linux .*, Pilothouse ${node.version}$`)).waitFor();
  // What it offers is what it says; what it may do is nothing until somebody ticks it.
  for (const name of ['terminals', 'recipes', 'workers']) {
    const tick = row.getByRole('checkbox', { name });
    assert.deepEqual([await tick.isEnabled(), await tick.isChecked()], [true, false], name);
  }
  assert.equal(await row.locator('label').filter({ hasText: 'recipes' }).getAttribute('title'), 'wait');
  const refused = await me.page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
    return (await (await fetch('/v1/rpc/terminals.open', { method: 'POST', headers, body })).json()).code;
  }, JSON.stringify({ node: node.id }));
  assert.equal(refused, 'node.not_allowed');
  for (const name of ['terminals', 'recipes']) {
    await row.getByRole('checkbox', { name }).click();
    await machine.said('connected', ({ allowed }) => allowed.includes(name));
  }
  await me.call('terminals.open', { node: node.id });
  await row.getByText('1 terminal, 0 jobs').waitFor();

  // A recipe of its own, by name: it is counted while it runs, and its lines are read.
  const { jobId } = await me.call('jobs.start', { recipe: 'wait', node: node.id });
  const lines = async (id) => (await me.call('jobs.logs_tail', { id, lines: 100 })).logs.map((one) => one.message);
  await until('it begins', async () => (await lines(jobId)).includes('it begins'));
  await row.getByText('1 terminal, 1 job').waitFor();
  writeFileSync(join(machine.home, 'go'), '');
  await until('it has ended', async () => (await me.call('jobs.status', { id: jobId })).status === 'completed');
  assert.ok((await lines(jobId)).includes('it ends'));
  await row.getByText('1 terminal, 0 jobs').waitFor();
  assert.deepEqual(me.errors, []);
});

test('a terminal on a machine goes on over cuts, and the page says when its machine is away', async (t) => {
  const { me, server } = await lighthouse(t);
  const { line, machine, row } = await paired(t, me, server);
  await row.getByRole('checkbox', { name: 'terminals' }).click();
  await machine.said('connected', ({ allowed }) => allowed.includes('terminals'));
  const { name } = (await me.call('node.list')).nodes[0];
  const all = output(me);
  await readable(me);
  await me.open('/terminals');
  await me.live();
  await me.button('New terminal').first().click();
  await me.page.getByRole('menuitem', { name: `New terminal on ${name}` }).click();
  await me.page.locator('[data-attached=true]').first().waitFor();
  await me.page.getByRole('tab', { name: new RegExp(`on ${name}$`) }).waitFor();
  await me.sees('You control');
  await hasKeys(me);
  await me.page.keyboard.type(`i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo n$i; done; echo counted-$((1+1))\n`);
  const away = me.page.getByText(`${name} is not connected now. What runs there goes on, and what is typed waits.`);
  for (const part of [500, 8_000]) {
    await until(`it counts to ${part}`, () => all.text.includes(`n${part}\r\n`));
    line.cut();
    await away.waitFor();
    line.heal();
    await machine.said('connected');
    await away.waitFor({ state: 'detached' });
  }
  await shows(me, 'counted-2');

  // What is typed while it is away is typed once when it is back.
  line.cut();
  await away.waitFor();
  assert.deepEqual(await me.violations(), []);
  await me.page.keyboard.type('echo typed-$((1+1))-meanwhile\n');
  line.heal();
  await shows(me, 'typed-2-meanwhile');
  const numbers = (text) => [...text.matchAll(/^n(\d+)\r?$/gm)].map(([, n]) => Number(n));
  assert.deepEqual(all.odd, [], 'no byte is missing or comes twice');
  assert.deepEqual(numbers(all.text), Array.from({ length: LINES }, (_, n) => n + 1));
  assert.equal(all.text.split('typed-2-meanwhile').length, 2, 'typed once');

  // It stays away for longer than its place is kept; when it is back the page takes another by itself.
  await me.page.keyboard.type('(sleep 1; echo far-$((1+1))-gone) & echo begun-$((1+1))\n');
  await shows(me, 'begun-2');
  line.cut();
  await away.waitFor();
  await me.sees('This terminal cannot be shown');
  line.heal();
  await me.page.locator('[data-attached=true]').first().waitFor();
  await away.waitFor({ state: 'detached' });
  await shows(me, 'far-2-gone');
  await until('it is controlled again', async () => {
    if (await me.page.getByText('You control').first().isVisible()) return true;
    await me.button('Take control').click({ timeout: 1_000 }).catch(() => undefined);
    return false;
  });
  await me.page.locator('.xterm-helper-textarea').first().focus();
  await me.page.keyboard.type('echo back-$((1+1))-again\n');
  await shows(me, 'back-2-again');
  assert.deepEqual(me.errors, []);
});

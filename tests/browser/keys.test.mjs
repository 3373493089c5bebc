// A key of a model, saved in the settings: what the page says of where it lives, and where it is never to be seen.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, Model, Person, Server } from './harness.mjs';
import { Repository } from './repositories.mjs';

const VALUE = 'pk-typed-in-the-settings';
const NO_BUS = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus', XDG_RUNTIME_DIR: '/nonexistent' };

/** What a probe asks, answered as a good model would. */
const PROBE = [
  { when: { last: 'single word OK' }, times: 0, say: { text: 'OK' } },
  { when: { tool: 'note' }, times: 0, say: { calls: [{ name: 'note', arguments: { word: 'blue' } }] } },
  { when: { last: 'three blue boxes' }, times: 0, say: { json: { colour: 'blue', count: 3 } } },
];

async function scene(t, env) {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'tern'), { 'README.md': '# Tern\n' });
  const model = await Model.start(t, PROBE);
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path], flags: ['--trust'], workers: 0, env: { ...NO_BUS, ...env } });
  const me = await Person.at(t, server);
  await me.live();
  await me.page.getByRole('link', { name: /^Settings/ }).click();
  await me.page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
  return { me, model };
}

/** Everything the page holds: text, values, storage. */
function held(me) {
  return me.page.evaluate(() => {
    const values = [...document.querySelectorAll('input, textarea')].map((field) => field.value);
    return JSON.stringify([document.documentElement.outerHTML, values, { ...localStorage }, { ...sessionStorage }, location.href]);
  });
}

for (const [where, env, hint, line] of [
  ['lasts only for this run and says so', {}, 'lasts only until the server stops', 'Key lasts only until the server stops'],
  ['is kept in the encrypted file', { PILOTHOUSE_SECRETS_KEY: 'a passphrase of this test' }, 'Kept in an encrypted file', 'Key kept in an encrypted file'],
]) {
  test(`a key typed into the settings ${where}, goes with calls, and is never shown again`, async (t) => {
    const { me, model } = await scene(t, env);
    await me.button('Choose a model: Workers').click();
    await me.field('Endpoint').fill(model.baseUrl);
    await me.field('Model', me.page.locator('.meditor')).fill('scripted');
    const field = me.page.getByLabel('Key, optional', { exact: true });
    assert.equal(await field.getAttribute('type'), 'password');
    await me.sees(hint);
    await field.fill(VALUE);
    await me.button('Try it').click();
    await me.sees('It keeps to a given shape.');
    const tried = await model.seen();
    assert.ok(tried.length > 0);
    for (const seen of tried) assert.deepEqual(seen.headers.find(([name]) => name === 'authorization'), ['authorization', `Bearer ${VALUE}`], 'it is tried before it is saved');
    assert.deepEqual((await me.call('config.keys')).keys, [], 'trying saves nothing');
    await me.button('Save').click();
    await me.sees(line);
    assert.ok(!(await held(me)).includes(VALUE), 'it is nowhere in the page');

    await me.page.reload();
    await me.sees(line);
    await me.button('Edit: Workers').click();
    assert.equal(await field.inputValue(), '', 'the field is never filled');
    assert.equal(await field.getAttribute('placeholder'), 'saved; type to replace it');
    await me.button('Save').and(me.page.locator(':enabled')).click();
    await me.button('Edit: Workers').waitFor();
    assert.equal((await me.call('config.keys')).keys[0].state, 'ready', 'an empty field keeps it');
    assert.ok(!(await held(me)).includes(VALUE));
    assert.deepEqual(await me.violations(), []);
    assert.equal(await me.overflow(), 0);

    await me.button('Forget key: Workers').click();
    await me.page.getByText(line).waitFor({ state: 'detached' });
    assert.deepEqual((await me.call('config.keys')).keys, []);
    assert.deepEqual(me.errors, []);
  });
}

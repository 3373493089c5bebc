// The updater in the real window, against a server on loopback and keys made here: a really newer build is put in
// place and its version shown, and everything that is not right is refused with nothing changed.
//
// The package is the program's own file with the variable APPIMAGE naming it: what the updater swaps for an AppImage
// is one executable file, whatever is in it. Packing a real one needs tools that are not on a test machine.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newerVersion } from '../../scripts/newer-desktop.mjs';
import { makeKeys, signed } from './minisign.mjs';
import { withWindowManager } from './scene.mjs';
import { serverRecord } from './traces.mjs';
import { details, end, kind, open, press, restarted, text, version } from './update-page.mjs';
import { announcing, asDeb, desktop, digest, newer, packedDeb, passwords, place, released, target } from './update-place.mjs';
import { until } from './webdriver.mjs';

withWindowManager();

/** One call to the program's own server. */
async function post(at, path, body) {
  const { url, tokenFile } = serverRecord(at.data);
  const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`, 'content-type': 'application/json' };
  const answer = await fetch(url.replace(/\/$/, '') + path, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

/** A job in the hands of a worker that is nobody else's: this test. */
async function runningJob(at) {
  await post(at, '/jobs/enqueue', { taskId: 't', kind: 'k', sessionId: 'dev' });
  return post(at, '/jobs/claim', { workerId: 'w', kinds: ['k'], leaseMs: 600_000 });
}

test('a good update is downloaded, put in place and run, and its version is shown', async (t) => {
  const at = await place(t);
  const { publicKey, signature } = released(at.folder, newer);
  at.env.PILOTHOUSE_UPDATE_PUBLIC_KEY = publicKey;
  const window = await open(at);
  const older = await version(window);
  assert.notEqual(older, newerVersion);
  const bytes = readFileSync(newer);
  at.server.says = announcing(at.server, bytes, signature);
  await press(window, 'Check now');
  await kind(window, 'available');
  assert.deepEqual(at.server.asked, [`/stable/${target}/${older}.json`]);
  assert.match(await window.run('return document.querySelector(".upd__notes").innerText'), /<b>Brighter lamps\.<\/b>/, 'notes are plain text');
  await press(window, 'Download');
  await kind(window, 'ready');
  assert.notEqual(digest(at.program), digest(newer), 'nothing is put in place before the restart');
  const { pid } = serverRecord(at.data);
  await press(window, 'Restart to update');
  await end(at, await restarted(at, pid));
  const again = await open(at);
  assert.equal(await version(again), newerVersion);
  await press(again, 'Check now');
  await until('there is nothing newer', async () => /This is the newest one/.test(await text(again)));
  await end(at, serverRecord(at.data).pid);
  for (const name of ['ENABLED', 'ENDPOINT', 'PUBLIC_KEY']) delete at.env[`PILOTHOUSE_UPDATE_${name}`];
  at.env.PILOTHOUSE_UPDATE_ENABLED = 'false';
  const builtIn = await open(at);
  assert.match(await builtIn.run('return document.querySelector(".setbody").innerText'), /from updates\.example\.org/, 'without configuration it uses what it was built with');
  await end(at, serverRecord(at.data).pid);
});

test('whatever is wrong with an update is told by its code, changes nothing, and is forgotten with the next good one', async (t) => {
  const at = await place(t);
  const window = await open(at);
  const before = digest(at.program);
  // Small, so that ten of them are quick; they are refused before anybody looks into them.
  const bytes = Buffer.alloc(200_000, 'a newer build');
  const good = signed(at.keys, bytes, newerVersion);
  const spoilt = Buffer.from(bytes);
  spoilt[100_000] ^= 1;
  const old = '0.0.1';
  const refusals = [
    ['a byte was changed', 'update.signature', announcing(at.server, spoilt, good)],
    ['somebody else signed it', 'update.signature', announcing(at.server, bytes, signed(makeKeys(), bytes, newerVersion))],
    ['the signature is nonsense', 'update.signature', announcing(at.server, bytes, 'bm9uc2Vuc2U=')],
    ['an old package is announced as new', 'update.signed_version', announcing(at.server, bytes, signed(at.keys, bytes, old))],
    ['the signature names no version', 'update.signed_version', announcing(at.server, bytes, signed(at.keys, bytes))],
    ['the download breaks off', 'update.incomplete', { ...announcing(at.server, bytes, good), cut: 90_000 }],
    ['the package is not there', 'update.server', announcing(at.server, undefined, good)],
  ];
  for (const [what, code, says] of refusals) {
    at.server.says = says;
    await press(window, 'Check now');
    await kind(window, 'available');
    await press(window, 'Download');
    await kind(window, 'failed');
    assert.match(await details(window), new RegExp(code), what);
    assert.deepEqual(readdirSync(join(at.data, 'updates')), [], `${what}: nothing is kept`);
  }
  const announcements = [
    ['garbage', 'update.garbled', { body: '<html>Sign in to this network</html>' }],
    ['a list', 'update.garbled', { body: [] }],
    ['no version', 'update.garbled', { body: { notes: 'x', platforms: {} } }],
    ['nothing for this system', 'update.no_build', announcing(at.server, bytes, good, { platforms: { 'plan9-mips': { url: `${at.server.at}/package`, signature: good } } })],
    ['a plain http address elsewhere', 'update.insecure', announcing(at.server, bytes, good, { platforms: { [target]: { url: 'http://updates.example.org/package', signature: good } } })],
    ['a server in trouble', 'update.server', { status: 503, body: '' }],
    ['an endless answer', 'update.too_large', { body: ' '.repeat(2 << 20) }],
  ];
  for (const [what, code, says] of announcements) {
    at.server.says = says;
    await press(window, 'Check now');
    await until(`${what} is told`, async () => (await details(window)).includes(code)).catch(async (error) => {
      throw new Error(`${error.message}; ${await text(window)}`);
    });
    // The next one must not be taken for this one.
    at.server.says = announcing(at.server, bytes, good, { version: old });
    await press(window, 'Try again');
    await until('an older version is no update', async () => /This is the newest one/.test(await text(window)));
  }
  at.server.says = announcing(at.server, bytes, good);
  await press(window, 'Check now');
  await kind(window, 'available');
  await press(window, 'Download');
  await kind(window, 'ready');
  // Signed by the right key, and still no program: the system's own look at it comes before anything is moved.
  await press(window, 'Restart to update');
  await kind(window, 'failed');
  assert.match(await details(window), /update\.not_a_package/);
  await at.server.stop();
  await press(window, 'Check now');
  await until('a server that is gone is told', async () => (await details(window)).includes('update.unreachable'));
  assert.equal(digest(at.program), before, 'the program is what it was');
  await end(at, serverRecord(at.data).pid);
});

test('while a job runs there is no restart, and one that waits comes when the job has ended', async (t) => {
  const at = await place(t);
  const window = await open(at);
  const { pid } = serverRecord(at.data);
  const claimed = await runningJob(at);
  const bytes = readFileSync(newer);
  at.server.says = announcing(at.server, bytes, signed(at.keys, bytes, newerVersion));
  await press(window, 'Check now');
  await press(window, 'Download');
  await kind(window, 'ready');
  await press(window, 'Restart to update');
  await until('what runs is told', async () => /because something runs: 1 job\./.test(await text(window)));
  await press(window, 'Restart when done');
  await kind(window, 'waiting');
  const holds = async () => (await post(at, '/v1/rpc/system.status', {})).holds.map((hold) => hold.reason);
  await until('nothing new begins', async () => (await holds()).includes('drain'));
  await until('the page says why', () => window.run('return document.body.innerText.includes("restarts to update when nothing runs any more")'));
  await press(window, 'Do not wait');
  await kind(window, 'ready');
  await until('new work may begin again', async () => (await holds()).length === 0);
  await press(window, 'Restart to update');
  await press(window, 'Restart when done');
  await kind(window, 'waiting');
  await until('it drains again', async () => (await holds()).includes('drain'));
  await post(at, '/v1/rpc/system.resume', {});
  await kind(window, 'ready');
  assert.equal(serverRecord(at.data).pid, pid, 'whoever resumes everything has called it off');
  await press(window, 'Restart to update');
  await press(window, 'Restart when done');
  await kind(window, 'waiting');
  await until('it drains once more', async () => (await holds()).includes('drain'));
  assert.equal(serverRecord(at.data).pid, pid, 'it waits');
  await post(at, `/jobs/${claimed.job.id}/fail`, { claimToken: claimed.claimToken, message: 'done with it' });
  const now = await restarted(at, pid);
  assert.deepEqual(await holds(), [], 'the drain has ended with the process it was for');
  await end(at, now);
});

test('a deb goes through the system to dpkg, and work is stopped for it only after a word', async (t) => {
  const at = await place(t);
  const usr = join(at.folder, 'installed');
  at.program = join(usr, 'usr/bin/pilothouse-desktop');
  asDeb(desktop, at.program);
  const { path, allow } = passwords(at.folder, usr);
  Object.assign(at.env, { APPIMAGE: '/opt/Another.AppImage', PATH: path });
  const bytes = packedDeb(at.folder, newer);
  const signature = signed(at.keys, bytes, newerVersion);
  const wrong = { url: `${at.server.at}/elsewhere`, signature: 'x' };
  const platforms = { [target]: wrong, [`${target}-rpm`]: wrong, [`${target}-deb`]: { url: `${at.server.at}/package`, signature } };
  const window = await open(at);
  at.server.says = announcing(at.server, bytes, signature, { platforms });
  await press(window, 'Check now');
  await press(window, 'Download');
  await kind(window, 'ready');
  const before = digest(at.program);
  await press(window, 'Restart to update');
  await kind(window, 'failed');
  assert.match(await details(window), /update\.not_allowed/, 'a dialog that is closed is no consent');
  assert.equal(digest(at.program), before);
  const asked = at.server.asked.length;
  await press(window, 'Try again');
  await kind(window, 'ready');
  assert.equal(at.server.asked.length, asked, 'what lies here and is right is not downloaded again');
  const { job } = await runningJob(at);
  const { pid } = serverRecord(at.data);
  allow();
  await press(window, 'Restart to update');
  await until('what runs is told', async () => /1 job/.test(await text(window)));
  await press(window, 'Stop work and restart…');
  await press(window, 'Stop work and restart');
  await restarted(at, pid, join(at.folder, 'tree/usr/bin/pilothouse-desktop'));
  const after = await post(at, '/v1/rpc/jobs.get', { id: job.id });
  assert.ok(['pending', 'claimed'].includes(after.status), `the job is not lost: ${after.status}`);
  await end(at, serverRecord(at.data).pid);
});

test('without an endpoint there is nothing to press, and a bare program looks by itself but downloads nothing', async (t) => {
  const at = await place(t, { configured: false });
  const window = await open(at);
  await until('it is explained', () => window.run('return document.body.innerText.includes("No update server is set")'));
  const [allowed, refusal] = await window.runAsync('return window.__TAURI__.core.invoke("update_act", { act: "check" }).catch((error) => Promise.reject(error.code))');
  assert.deepEqual([allowed, refusal], [false, 'update.off']);
  const [plugin] = await window.runAsync('return window.__TAURI__.core.invoke("plugin:updater|check", {})');
  assert.equal(plugin, false, 'the plugin answers to nobody');
  await end(at, serverRecord(at.data).pid);

  const bare = await place(t);
  // As in the terminal of an editor that is an AppImage.
  bare.env.APPIMAGE = newer;
  delete bare.env.PILOTHOUSE_UPDATE_ENABLED;
  bare.program = desktop;
  bare.server.says = announcing(bare.server, Buffer.alloc(9), 'x');
  const other = await open(bare);
  // Nobody presses anything: it looks by itself a little after the start.
  await kind(other, 'available');
  await until('it is explained', () => other.run('return document.body.innerText.includes("not installed from a package")'));
  const [, code] = await other.runAsync('return window.__TAURI__.core.invoke("update_act", { act: "download" }).catch((error) => Promise.reject(error.code))');
  assert.equal(code, 'update.not_packaged');
  await end(bare, serverRecord(bare.data).pid);
});

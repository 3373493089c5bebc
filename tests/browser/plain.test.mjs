// The plain tier: a phone in a network of its own reaches the server over http, on an address that is not this machine's
// own to the browser. So there is no WebCrypto, no service worker, no clipboard and no notification, and the page works
// and says what is missing.
//
// The test runs once more in a user namespace, where it may make networks. Where the system allows none it is left out.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { atEnd, browserPath, folderFor, Person, until } from './harness.mjs';
import { event, lighthouse, post } from './scene.mjs';
import { readable, shows } from './terminal_page.mjs';

const INSIDE = 'PILOTHOUSE_TEST_INSIDE';
/** Ends of the cable: the server's address in the tailnet, and the phone's. */
const [HERE, THERE] = ['10.78.0.1', '10.78.0.2'];
const NAME = 'a phone without https is paired by a token, works, and is told what is missing';

if (process.env[INSIDE]) test(NAME, inside);
else {
  test(NAME, async (t) => {
    const may = spawnSync('unshare', ['-Urn', 'ip', 'link', 'set', 'lo', 'up']);
    if (may.status !== 0) return t.skip('no network of its own can be made here (unshare -Urn ip link)');
    // The runner below this one speaks to nobody but its output.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const argv = ['-Urn', '--', process.execPath, '--test-reporter=spec', fileURLToPath(import.meta.url)];
    const run = spawn('unshare', argv, { env: { ...env, [INSIDE]: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const out of [run.stdout, run.stderr]) out.setEncoding('utf8').on('data', (text) => (said += text));
    const code = await new Promise((resolve) => run.once('close', resolve));
    assert.equal(code, 0, said);
  });
}

const ip = (...argv) => {
  const { status, stderr } = spawnSync('ip', argv, { encoding: 'utf8' });
  assert.equal(status, 0, `ip ${argv.join(' ')}: ${stderr}`);
};

/** A host joined to this one by a cable, and a browser on it. */
async function phoneHost(t) {
  ip('link', 'set', 'lo', 'up');
  const holder = spawn('unshare', ['-n', 'sleep', '3600'], { stdio: 'ignore' });
  atEnd(t, () => void holder.kill('SIGKILL'));
  const own = readlinkSync('/proc/self/ns/net');
  const net = () => {
    try {
      return readlinkSync(`/proc/${holder.pid}/ns/net`);
    } catch {
      return own;
    }
  };
  await until('it has a network', () => net() !== own);
  const there = (...argv) => {
    const { status, stderr } = spawnSync('nsenter', ['-t', String(holder.pid), '-n', 'ip', ...argv], { encoding: 'utf8' });
    assert.equal(status, 0, `there: ip ${argv.join(' ')}: ${stderr}`);
  };
  ip('link', 'add', 'phphone', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(holder.pid));
  ip('addr', 'add', `${HERE}/24`, 'dev', 'phphone');
  ip('link', 'set', 'phphone', 'up');
  there('link', 'set', 'lo', 'up');
  there('addr', 'add', `${THERE}/24`, 'dev', 'eth0');
  there('link', 'set', 'eth0', 'up');
  const browser = join(folderFor(t), 'browser');
  writeFileSync(browser, `#!/bin/sh\nexec nsenter -t ${holder.pid} -n '${browserPath}' "$@"\n`, { mode: 0o755 });
  return browser;
}

/** A stand-in for the tailnet's daemon: it says that both ends of the cable are machines of one owner. */
async function daemon(t) {
  const socket = join(folderFor(t), 'tailscaled.sock');
  const answers = {
    '/localapi/v0/status': {
      Version: '1.80.0-tdouble', BackendState: 'Running', MagicDNSSuffix: 'tail1.ts.net',
      Self: { ID: 'n1', DNSName: 'laptop.tail1.ts.net.', UserID: 11, TailscaleIPs: [HERE] },
      User: { 11: { ID: 11, LoginName: 'ann@example.com' } }, CertDomains: [],
    },
    '/localapi/v0/whois': {
      Node: { ID: 5, StableID: 'nAnn', Name: 'phone.tail1.ts.net.', Tags: null }, UserProfile: { ID: 1, LoginName: 'ann@example.com' }, CapMap: null,
    },
  };
  const service = createServer((request, answer) => {
    const url = new URL(request.url, 'http://local-tailscaled.sock');
    const known = url.pathname.endsWith('/whois') && !url.searchParams.get('addr')?.startsWith(`${THERE}:`) ? undefined : answers[url.pathname];
    answer.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(known ?? {}));
  });
  await new Promise((resolve) => service.listen(socket, resolve));
  atEnd(t, () => void service.close());
  return socket;
}

async function inside(t) {
  const browser = await phoneHost(t);
  const { me } = await lighthouse(t, { env: { PILOTHOUSE_LISTEN_TAILSCALED: await daemon(t) } });
  await me.call('listen.set', { tailnet: true });
  const tailnet = await until('the tailnet is served', async () => (await me.call('listen.show')).listeners.find((one) => one.kind === 'tailnet' && one.state === 'open'));
  assert.deepEqual([tailnet.tier, tailnet.bound.split(':')[0]], ['plain', HERE]);
  const place = { url: `http://${tailnet.bound}` };
  const phone = await Person.at(t, place, { browser, width: 390, height: 844, touch: true, signIn: false });
  const { page } = phone;

  const { url } = await me.call('pairing.start', { scopes: ['read', 'chat', 'approve', 'terminal_read', 'terminal_write'] });
  await phone.open(`/pair${new URL(url).hash}`);
  const lacks = await page.evaluate(() => ({
    secure: isSecureContext, subtle: typeof crypto.subtle, uuid: typeof crypto.randomUUID, worker: 'serviceWorker' in navigator, clipboard: typeof navigator.clipboard, push: 'PushManager' in globalThis && 'serviceWorker' in navigator,
  }));
  assert.deepEqual(lacks, { secure: false, subtle: 'undefined', uuid: 'undefined', worker: false, clipboard: 'undefined', push: false });
  await phone.sees(/plain page, no https/);
  await phone.sees('installing, working offline, notifications');
  assert.deepEqual([await phone.violations(), await phone.overflow()], [[], 0]);
  const claimed = await until('the phone asks', async () => (await me.call('pairing.list')).pairings.find((one) => one.state === 'claimed'));
  assert.equal(claimed.code, await page.getByTestId('pairing-code').getAttribute('data-code'));
  assert.equal(claimed.login, 'ann@example.com');
  await me.call('pairing.approve', { id: claimed.id });
  await page.locator('[data-step=done]').waitFor();
  await phone.button('Open Pilothouse').tap();
  await phone.live();
  const device = (await me.call('device.list')).devices.find((one) => !one.current && !one.revokedAt);
  assert.equal(device.keyed, false, 'it has a token and no key');

  // Chat, and a question that is answered.
  await phone.open('/w/lighthouse/s/dev');
  await phone.live();
  await phone.field('Message').fill('/help');
  await phone.button('Send').tap();
  await page.locator('.msg--you').filter({ hasText: '/help' }).last().waitFor();
  const asked = await event(me, await post(me, 'append a line "Open on Sundays." to README.md'), 'approval_required');
  await phone.open(`/approvals/${asked.payload.approvalId}`);
  await phone.button('Deny').tap();
  await until('it is answered', async () => (await me.call('approval.get', { id: asked.payload.approvalId })).state === 'denied');

  // A terminal: what would be read from the clipboard is put into a field.
  await readable(phone);
  await phone.open('/terminals');
  await phone.live();
  await phone.button('New terminal').first().tap();
  await page.locator('[data-attached=true]').first().waitFor();
  await phone.sees('You control');
  await phone.button('Paste', page.getByRole('toolbar')).tap();
  await phone.sees('The browser does not let this page read the clipboard. Paste into this field instead.');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('echo pasted-$((1+1))\n');
  await phone.button('Paste', dialog).tap();
  await page.locator('.xterm-helper-textarea').first().focus();
  await page.keyboard.press('Enter');
  await shows(phone, 'pasted-2');

  // What is missing is said where one would look for it, and nothing is kept in the browser for later.
  await phone.open('/settings#notifications');
  await phone.live();
  await phone.sees(/^This page is open over plain http\. Browsers allow notifications, installing and working offline over https only/);
  assert.equal(await phone.button('Tell this device').count(), 0);
  assert.deepEqual([await phone.violations(), await phone.overflow()], [[], 0]);

  // The cookie lets it in again.
  await page.reload();
  await phone.live();
  await me.call('device.revoke', { id: device.id });
  await page.locator('[data-standing=revoked]').waitFor();
  assert.deepEqual([...me.errors, ...phone.errors], []);
}

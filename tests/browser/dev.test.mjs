// `npm run dev`: the page comes from Vite, fresh from the sources, and its answers from the real server behind it.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd, cleanEnvironment, folderFor, Person, until } from './harness.mjs';
import { Repository, self } from './repositories.mjs';

/** The link that the script prints once both of its programs are up. */
function link(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
        const found = said.match(/Open once: (\S+)\n/);
        if (found) resolve(found[1]);
      });
    }
    child.on('close', (code) => reject(new Error(`npm run dev ended with ${code}: ${said}`)));
  });
}

test('a page under development signs in through its own address and is answered by the real server', async (t) => {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'ledger'), { 'README.md': '# Ledger\n' });
  const args = ['--data', join(folder, 'data'), '--port', '0', '--repo', repo.path];
  const child = spawn(process.execPath, [join(self, 'scripts', 'dev.mjs'), ...args], { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  atEnd(t, async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const openUrl = await link(child);
  const me = await Person.at(t, { url: new URL(openUrl).origin, openUrl });
  await me.live();
  // Over the gateway, as at the server's own address.
  let heard = false;
  me.page.on('websocket', (line) => line.once('framereceived', () => (heard ||= line.url().endsWith('/v1/ws'))));
  await me.page.reload();
  await me.live();
  await until('the gateway is heard', () => heard);
  await me.say('/status');
  await me.sees("none; the deterministic lane works");
});

// `npm run dev [-- ARGS]`: a headless server, and Vite in front of it with hot reload. Ends when either ends.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { binary, buildBinaries } from './cargo.mjs';
import { entry, must, root } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { checkRust } from './toolchain.mjs';
import { installUi } from './ui-build.mjs';

/** The server's ready line: `{ url, openUrl, ... }`. */
function ready(server) {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const line = text.split('\n').find((candidate) => candidate.startsWith('{"ready":true'));
      if (line) resolve(JSON.parse(line));
    });
    server.on('close', (code) => reject(new Error(`the server ended (exit ${code})`)));
  });
}

await entry(async () => {
  checkRust();
  await ensure(['build', 'run']);
  await installUi();
  await must('cargo', buildBinaries(['pilothouse', 'pilothouse-worker']));
  const server = spawn(binary('pilothouse'), ['serve', '--json', ...process.argv.slice(2)], {
    cwd: process.env.INIT_CWD ?? root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { url, openUrl } = await ready(server);
  const vite = spawn(process.execPath, [join('node_modules', 'vite', 'bin', 'vite.js')], {
    cwd: join(root, 'ui'),
    env: { ...process.env, PILOTHOUSE_SERVER_URL: url },
    stdio: 'inherit',
  });
  console.log(`Server ${url}. For a signed-in page put the part after # of this link behind Vite's address:\n${openUrl}`);
  const stop = () => {
    server.kill('SIGTERM');
    vite.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  await Promise.race([server, vite].map((child) => new Promise((resolve) => child.on('close', resolve))));
  stop();
});

// `npm run dev [-- ARGS]`: a headless server, and Vite in front of it with hot reload. Ends when either ends.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { binary, buildBinaries } from './cargo.mjs';
import { buildInside } from './inside.mjs';
import { entry, must, root } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { checkToolchains } from './toolchain.mjs';
import { installUi } from './ui-build.mjs';

/** The first line of a server that is ready: `{ url, openUrl, ... }`. */
function ready(server) {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    server.on('close', (code) => reject(new Error(`the server ended (exit ${code})`)));
  });
}

/** Vite's address, from what it prints. */
function address(vite) {
  return new Promise((resolve, reject) => {
    let text = '';
    vite.stdout.setEncoding('utf8').on('data', (chunk) => {
      process.stdout.write(chunk);
      text = (text + stripVTControlCharacters(chunk)).slice(-4_096);
      const found = text.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    });
    vite.on('close', (code) => reject(new Error(`Vite ended (exit ${code})`)));
  });
}

await entry(async () => {
  checkToolchains();
  await ensure(['build', 'run']);
  await installUi();
  await must('cargo', buildBinaries(['pilothouse', 'pilothouse-worker']));
  await buildInside('debug');
  const server = spawn(binary('pilothouse'), ['serve', '--json', ...process.argv.slice(2)], {
    cwd: process.env.INIT_CWD ?? root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { url, openUrl } = await ready(server);
  const vite = spawn(process.execPath, [join('node_modules', 'vite', 'bin', 'vite.js')], {
    cwd: join(root, 'ui'),
    env: { ...process.env, PILOTHOUSE_SERVER_URL: url },
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const stop = () => {
    server.kill('SIGTERM');
    vite.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  console.log(`\nServer ${url}. Open once: ${await address(vite)}/${new URL(openUrl).hash}`);
  await Promise.race([server, vite].map((child) => new Promise((resolve) => child.on('close', resolve))));
  stop();
});

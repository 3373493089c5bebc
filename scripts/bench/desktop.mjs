// `node scripts/virtual-display.mjs node scripts/bench/desktop.mjs`: the figures of the window, in release, each beside the
// headless server measured in the same run: what the window costs on top of it.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { binary } from '../cargo.mjs';
import { packageSizes, sizes } from '../package/sizes.mjs';
import { entry } from '../run.mjs';
import { manageWindows } from '../../tests/shell/desk.mjs';
import { processesNaming } from '../../tests/shell/traces.mjs';
import { until, Window } from '../../tests/shell/webdriver.mjs';

const ROUNDS = 5;
/** What was hoped for: a warm start, and the share of one core while nobody does anything. */
const WARM_MS = 1_000;
const IDLE_PERCENT = 0.5;
const IDLE_MS = 60_000;
/** After a start, until nothing of it goes on. */
const SETTLED_MS = 10_000;
/** `sysconf(_SC_CLK_TCK)` of every Linux there is. */
const TICKS_PER_SECOND = 100;

const desktop = binary('pilothouse-desktop', 'release');
const headless = binary('pilothouse', 'release');
const worker = binary('pilothouse-worker', 'release');

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const pidsOf = (data, except) => processesNaming(data, except).map((found) => Number(found.split(' ')[0]));

/** Milliseconds since 1970 at which a process began, to a tick. */
function beganAt(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/btime (\d+)/.exec(readFileSync('/proc/stat', 'utf8'))[1]);
  const up = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1_000;
  // The boot time is in whole seconds; the uptime gives it finer.
  const fine = Date.now() - up;
  return (Math.abs(fine - boot * 1_000) < 2_000 ? fine : boot * 1_000) + (ticks * 1_000) / TICKS_PER_SECOND;
}

/** Memory in MiB that is theirs, shared pages divided among those who share them. */
function memory(pids) {
  const kib = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0));
  return kib.reduce((sum, one) => sum + one, 0) / 1_024;
}

/** Milliseconds of processor time they have had. */
function worked(pids) {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return (ticks.reduce((sum, one) => sum + one, 0) * 1_000) / TICKS_PER_SECOND;
}

async function idlePercent(pids) {
  const before = worked(pids);
  await pause(IDLE_MS);
  return ((worked(pids) - before) / IDLE_MS) * 100;
}

/** Drops what the system keeps of files, so that the next start reads them from the disk. */
function forgetFiles() {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

/** Starts the server alone. Answers how long until it is ready, and the process. */
async function serve(data, env) {
  const began = performance.now();
  const server = spawn(headless, ['serve', '--data', data, '--port', '0', '--workers', '0', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    server.stdout.once('data', resolve);
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { ms: performance.now() - began, server };
}

async function ended(process) {
  const gone = new Promise((resolve) => process.once('exit', resolve));
  process.kill('SIGTERM');
  await gone;
}

/** Opens the window. Answers how long from the start of its process until one can type. */
async function open(data, env) {
  const window = await Window.open(desktop, ['--data', data, '--port', '0', '--workers', '0', '--on-close', 'quit'], env);
  const usable = await until('the page is usable', () =>
    window.run('const mark = performance.getEntriesByName("pilothouse:usable")[0]; return mark ? performance.timeOrigin + mark.startTime : 0'),
  );
  const [pid] = pidsOf(data, [window.driver.pid]).filter((one) => readFileSync(`/proc/${one}/cmdline`, 'latin1').startsWith(desktop));
  return { window, ms: usable - beganAt(pid) };
}

async function closed({ window }, data) {
  for (const pid of pidsOf(data, [window.driver.pid])) {
    if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(desktop)) process.kill(pid, 'SIGTERM');
  }
  await until('the window is gone', () => pidsOf(data, [window.driver.pid]).length === 0);
  window.driver.kill('SIGTERM');
}

const amount = (n, unit) => `${n.toFixed(n >= 100 ? 0 : n >= 10 ? 1 : 2)} ${unit}`;

function row(figure, ours, unit, floor, floorIs, most) {
  const known = floor !== undefined;
  return [
    figure,
    amount(ours, unit),
    known ? `${amount(floor, unit)} (${floorIs})` : '–',
    known && floor > 0 ? (ours / floor).toFixed(2) : '–',
    most === undefined ? '–' : `≤ ${amount(most, unit)}`,
    most === undefined ? '–' : ours <= most ? 'met' : 'missed',
  ];
}

function table(rows) {
  const head = ['figure', 'ours', 'floor in the same run', 'ratio', 'goal', ''];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((cells) => cells[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

await entry(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-bench-desktop-'));
  const home = join(folder, 'home');
  mkdirSync(home);
  const [data, alone] = [join(folder, 'window'), join(folder, 'server')];
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: folder };
  const stopManaging = await manageWindows();
  const rows = [];
  try {
    const [warm, serverWarm] = [[], []];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const server = await serve(alone, env);
      await ended(server.server);
      const window = await open(data, env);
      await closed(window, data);
      // The first of each only fills the caches.
      if (round > 0) {
        warm.push(window.ms);
        serverWarm.push(server.ms);
      }
    }
    rows.push(row('start → one can type, warm, p50', median(warm), 'ms', median(serverWarm), 'headless server ready', WARM_MS));
    if (forgetFiles()) {
      const window = await open(data, env);
      await closed(window, data);
      forgetFiles();
      const server = await serve(alone, env);
      await ended(server.server);
      rows.push(row('start → one can type, files not in memory', window.ms, 'ms', server.ms, 'headless server ready'));
    } else {
      console.log('A cold start was not measured: only root can drop the system’s file caches.');
    }
    const server = await serve(alone, env);
    const window = await open(data, env);
    await pause(SETTLED_MS);
    // The web processes know the folder through their environment alone.
    const mine = pidsOf(folder, [window.window.driver.pid, server.server.pid]);
    const floor = [server.server.pid];
    console.log(`${mine.length} processes of the program`);
    rows.push(row('idle memory, program and web processes', memory(mine), 'MiB', memory(floor), 'headless server'));
    const [busy, floorBusy] = await Promise.all([idlePercent(mine), idlePercent(floor)]);
    rows.push(row('processor while idle for a minute, of one core', busy, '%', floorBusy, 'headless server', IDLE_PERCENT));
    await closed(window, data);
    await ended(server.server);
    const files = [...sizes([desktop, headless, worker].filter(existsSync)), ...packageSizes('release')];
    for (const { name, bytes } of files) rows.push(row(`size of ${name}`, bytes / 2 ** 20, 'MiB'));
    if (packageSizes('release').length === 0) console.log('No package was measured: `npm run package` makes them.');
  } finally {
    stopManaging();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const drivers = readdirSync('/sys/class').includes('drm') ? 'with' : 'without';
  console.log(`\n${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, virtual display, ${drivers} a graphics device\n`);
  console.log(table(rows));
  const judged = rows.map((cells) => cells[5]).filter((word) => word !== '–');
  console.log(`\n${judged.filter((word) => word === 'met').length} of ${judged.length} goals met`);
});

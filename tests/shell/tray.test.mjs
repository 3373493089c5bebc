// The tray and the notifications of the real program, seen and clicked over the session bus: what a panel would show,
// what a person would press there, and what a second client of the server sees of it.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { titles } from './desk.mjs';
import { Person } from './person.mjs';
import { decode } from './picture.mjs';
import { desktop, headless, proven, withWindowManager } from './scene.mjs';
import { until, Window } from './webdriver.mjs';
import { Witness } from './witness.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
withWindowManager();

/** What its checks run for: a moment, so that states can be seen to pass. */
const MOMENT = 'sleep 2';

/** The program, without a driver of its page. */
function start(t, at, command = desktop, before = [], env = {}) {
  const child = spawn(command, [...before, ...at.args], { env: { ...process.env, ...at.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const run = { child, said: '' };
  child.stderr.setEncoding('utf8').on('data', (text) => (run.said = (run.said + text).slice(-20_000)));
  run.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  t.after(() => child.kill('SIGKILL'));
  return run;
}

async function stop(run) {
  run.child.kill('SIGTERM');
  assert.equal(await run.ended, 0, run.said);
}

/** A headless server of the place, for a window that joins it. */
async function serve(t, at) {
  const run = start(t, { ...at, args: at.args }, headless, ['serve']);
  const me = await Person.at(at.data);
  return { run, me };
}

/** Whether the tray shows the picture of this state, pixel by pixel. */
async function looks(witness, state) {
  const { icon } = await witness.item();
  const [seen, meant] = [icon, join(root, 'icons', 'tray', `${state}.png`)].map((path) => decode(readFileSync(path)));
  return Buffer.concat(seen.rows).equals(Buffer.concat(meant.rows));
}

/** What no event tells of is looked at every minute. */
const isLooking = (witness, state) => until(`the tray looks ${state}`, () => looks(witness, state), 90_000);
const APPEND = (line) => `append a line "${line}" to README.md`;

test('an approval clicked in the tray ends for everybody, lands, and is told', async (t) => {
  // Its check ends once this test has seen it run.
  const at = proven(t, (folder) => `until test -e ${join(folder, 'go')}; do sleep 0.1; done`);
  at.args.push('--sandbox', 'host');
  const go = join(at.folder, 'go');
  // The worker tries the check too, before anybody is asked.
  writeFileSync(go, '');
  const witness = await Witness.start(t);
  const run = start(t, at);
  await until('the tray is there', () => witness.seen.some((one) => one.event === 'item'));
  await isLooking(witness, 'idle');
  await until('it has nothing to do', async () => (await witness.says()) === 'Nothing to do');
  const me = await Person.at(at.data);
  const quit = () => witness.ask({ do: 'find', path: ['Quit'] });
  const number = (await quit()).id;
  await me.say(APPEND('Open on Sundays.'));
  const asked = await me.question();
  assert.equal(asked.action, 'land');
  await isLooking(witness, 'needs');
  await until('the number stands beside the icon', async () => (await witness.item()).label === '1');
  await until('it says what waits', async () => (await witness.says()).startsWith('1 question waits for you'));
  const group = await until('the question is in the menu', () => witness.group('Land '));
  assert.equal(group[0], '1 file, +1 −0, onto main_agents');
  assert.equal(group[1], 'README.md');
  assert.deepEqual(group.slice(-3), ['Approve once', 'Deny', 'Open']);
  const told = await witness.notified('that it is needed', (one) => one.category === 'x-pilothouse.needs-you');
  assert.equal(told.title, 'lighthouse needs you');
  assert.match(told.body, /1 file, \+1 −0, onto main_agents/);
  assert.deepEqual(told.actions.map(([key]) => key), ['approve', 'deny', 'default']);

  assert.equal((await quit()).id, number, 'what is still meant is the same item');
  rmSync(go);
  await witness.click('Land ', 'Approve once');
  const answered = await until('a second client sees it end', async () => {
    const approval = await me.approval(asked.id);
    return approval.state !== 'pending' && approval;
  });
  assert.equal(answered.state, 'approved');
  await witness.closed(told.id);
  await until('the question is gone from the menu', async () => !(await witness.group('Land ')));
  await isLooking(witness, 'working');
  writeFileSync(go, '');
  await me.entry(asked, 'landed');
  const landed = await witness.notified('of the landing', (one) => one.category === 'x-pilothouse.finished');
  assert.equal(landed.title, 'A change landed in lighthouse');
  await isLooking(witness, 'idle');
  await until('no number stands beside it', async () => (await witness.item()).label === '');
  const tip = execFileSync('git', ['-C', at.repo, 'show', 'main_agents:README.md'], { encoding: 'utf8' });
  assert.match(tip, /Open on Sundays\./);

  await me.say(APPEND('Closed on Mondays.'));
  const second = await me.question(asked.id);
  await until('the second question is in the menu', () => witness.group('Land '));
  await witness.click('Land ', 'Deny');
  await until('it was denied', async () => (await me.approval(second.id)).state === 'denied');
  await witness.click('Quit');
  assert.equal(await run.ended, 0, run.said);
  await until('the tray is gone', () => witness.seen.some((one) => one.event === 'item-gone'));
});

test('an approval answered elsewhere disappears at once, and an answer that comes too late says so', async (t) => {
  const at = proven(t, MOMENT);
  const witness = await Witness.start(t);
  const { me } = await serve(t, at);
  const run = start(t, { ...at, args: ['--data', at.data] });
  await isLooking(witness, 'idle');
  await me.say(APPEND('One.'));
  const first = await me.question();
  const told = await witness.notified('of the question', (one) => one.body.includes('README.md'));
  await until('it is in the menu', () => witness.group('Land '));
  await me.answer(first, 'deny');
  const since = Date.now();
  await until('it is gone from the menu', async () => !(await witness.group('Land ')));
  t.diagnostic(`gone from the menu after ${Date.now() - since} ms`);
  await witness.closed(told.id);
  await witness.press(told.id, 'approve');
  const late = await witness.notified('of the late answer', (one) => one.title === 'Too late');
  assert.match(late.body, /it was already denied/);
  assert.equal((await me.approval(first.id)).state, 'denied');

  // The click is on its way while the program sleeps and somebody else answers.
  await me.say(APPEND('Two.'));
  const second = await me.question(first.id);
  await until('the next one is in the menu', () => witness.group('Land '));
  const { id, menu } = await witness.ask({ do: 'find', path: ['Land ', 'Approve once'] });
  run.child.kill('SIGSTOP');
  await me.answer(second, 'deny');
  await witness.ask({ do: 'click-id', id, menu });
  run.child.kill('SIGCONT');
  const again = await witness.notified('of the late click', (one) => one.title === 'Too late' && one !== late);
  assert.match(again.body, /it was already denied/);
  await stop(run);
});

test('a notification opens its card, its button approves, and a restart does not repeat it', async (t) => {
  const at = proven(t, MOMENT);
  const witness = await Witness.start(t);
  const window = await Window.open(desktop, at.args, at.env);
  const me = await Person.at(at.data);
  await until('the interface is there', () => window.run('return document.title.endsWith("Pilothouse") && location.hash === "" && document.body.innerText.length > 0'));
  await me.say(APPEND('One.'));
  const asked = await me.question();
  const told = await witness.notified('of the question', (one) => one.category === 'x-pilothouse.needs-you');
  await witness.press(told.id, 'default');
  await until('the card is open', () => window.run('return location.pathname === arguments[0]', `/approvals/${asked.id}`));
  await until('it shows the question', () => window.run('return document.body.innerText.includes("README.md")'));
  await witness.press(told.id, 'approve');
  await me.entry(asked, 'landed');
  assert.equal((await me.approval(asked.id)).state, 'approved');

  await witness.click('Recent sessions', 'dev');
  await until('the session is open', () => window.run('return /^\\/w\\/[^/]+\\/s\\/dev$/.test(location.pathname)'));

  await me.say(APPEND('Two.'));
  const second = await me.question(asked.id);
  await witness.notified('of the second', (one) => one.category === 'x-pilothouse.needs-you' && one.id !== told.id);
  const before = witness.notifications.length;
  await witness.click('Quit');
  await until('the tray is gone', () => witness.seen.some((one) => one.event === 'item-gone'));
  const ledger = () => JSON.parse(readFileSync(join(at.data, 'desktop', 'notifications.json'), 'utf8'));
  // The tray may be gone before all of it is written.
  await until('a dead button is not left behind', () => ledger().find((row) => row.key === `question:${second.id}`).outcome === 'withdrawn');
  assert.equal(ledger().find((row) => row.key === `question:${asked.id}`).outcome, 'approved');

  const run = start(t, { ...at, args: ['--data', at.data, '--port', '0'] });
  await until('the question is back in the tray', () => witness.group('Land '));
  const again = await Person.at(at.data);
  await again.answer(second, 'approve');
  await again.entry(second, 'landed');
  await witness.notified('of the landing', (one) => one.category === 'x-pilothouse.finished' && witness.notifications.indexOf(one) >= before);
  const repeated = witness.notifications.slice(before).filter((one) => one.category === 'x-pilothouse.needs-you');
  assert.deepEqual(repeated, [], 'what was told is not told again');
  await stop(run);
});

test('what is switched off and what comes in quiet hours is not told', async (t) => {
  const off = proven(t, MOMENT);
  mkdirSync(off.env.PILOTHOUSE_CONFIG_DIR);
  writeFileSync(join(off.env.PILOTHOUSE_CONFIG_DIR, 'config.toml'), '[desktop.notify]\nneedsYou = false\nfinished = false\n');
  const quiet = proven(t, MOMENT);
  // It is quiet where the person is, nine hours ahead of Greenwich, and not there.
  const clock = (ahead) => `${String((new Date().getUTCHours() + 9 + ahead) % 24).padStart(2, '0')}:00`;
  Object.assign(quiet.env, { TZ: 'PLACE-9', PILOTHOUSE_DESKTOP_NOTIFY_QUIET_FROM: clock(0), PILOTHOUSE_DESKTOP_NOTIFY_QUIET_UNTIL: clock(2) });
  for (const at of [off, quiet]) {
    const witness = await Witness.start(t);
    const run = start(t, at);
    const me = await Person.at(at.data);
    await me.say(APPEND('One.'));
    const asked = await me.question();
    await until('the question is in the tray', () => witness.group('Land '));
    await witness.click('Land ', 'Approve once');
    await me.entry(asked, 'landed');
    await isLooking(witness, 'idle');
    if (at === off) {
      // What is left on is told.
      await me.say('refactor the combat module');
      await witness.notified('of the request that waits', (one) => one.category === 'x-pilothouse.limit');
    }
    assert.deepEqual(witness.notifications.filter((one) => one.category !== 'x-pilothouse.limit'), []);
    await stop(run);
    await witness.end();
  }
});

test('everything is paused and resumed from the tray, which says when the server is gone', async (t) => {
  const at = proven(t, MOMENT);
  Object.assign(at.env, { LANG: 'de_DE.UTF-8' });
  const witness = await Witness.start(t);
  const { me, run: server } = await serve(t, at);
  const run = start(t, { ...at, args: ['--data', at.data] });
  await isLooking(witness, 'idle');
  await until('it speaks German', async () => (await witness.says()) === 'Nichts zu tun');
  const paused = async () => (await me.call('system.status')).holds[0]?.reason === 'person';
  await until('the pause is offered', () => witness.click('Alles anhalten'));
  await until('everything is paused', paused);
  await until('the tray says so', async () => (await witness.says()) === 'Alles ist angehalten');
  assert.equal((await me.call('workspace.list')).workspaces[0].mergePaused, false, 'landing has a switch of its own');
  const { cursor, requestId } = await me.say('/find lighthouse');
  await until('it says what waits', async () => (await witness.says()) === 'Alles ist angehalten: 1 warten');
  assert.equal((await me.call('requests.get', { id: requestId })).status, 'pending', 'nothing new begins');
  await witness.click('Alles fortsetzen');
  await until('everything goes on', async () => !(await paused()));
  await until('what waited is done', async () => (await me.call('requests.get', { id: requestId })).status === 'completed', 60_000);
  const { events } = await me.call('session.events', { sessionId: 'dev' });
  const told = events.filter((one) => one.envelope.type.startsWith('system.'));
  assert.deepEqual(told.map((one) => one.envelope.type), ['system.held', 'system.resumed']);
  assert.ok(told[0].cursor < cursor && cursor < told[1].cursor);
  await me.call('system.hold', {});
  await until('a pause from elsewhere is seen', async () => (await witness.says()) === 'Alles ist angehalten');
  await me.call('system.resume', {});
  await until('and its end', async () => (await witness.says()) === 'Nichts zu tun');
  await stop(server);
  await isLooking(witness, 'offline');
  await until('it says that too', async () => (await witness.says()) === 'Der Server ist nicht erreichbar');
  await stop(run);
});

test('what came back is told, stays in the tray until it was seen, and landings are gathered', async (t) => {
  const at = proven(t, "! grep -q FORBIDDEN README.md");
  const witness = await Witness.start(t);
  const run = start(t, at);
  const me = await Person.at(at.data);
  await me.say(APPEND('FORBIDDEN'));
  const asked = await me.question();
  const told = await witness.notified('of the question', (one) => one.category === 'x-pilothouse.needs-you');
  await witness.press(told.id, 'approve');
  const back = await witness.notified('of the failed check', (one) => one.category === 'x-pilothouse.failed');
  assert.match(back.title, /^Came back: /);
  await isLooking(witness, 'failed');
  await until('the tray names it', async () => (await witness.menu()).some((entry) => entry.label.startsWith('Failed: ')));
  await witness.click('Failed: ');
  await isLooking(witness, 'idle');

  const seen = [asked.id];
  for (const [line, title] of [['One.', 'A change landed in lighthouse'], ['Two.', '2 changes landed in lighthouse']]) {
    await me.say(APPEND(line));
    const question = await me.question(...seen);
    seen.push(question.id);
    await me.answer(question, 'approve');
    await me.entry(question, 'landed');
    await witness.notified(`“${title}”`, (one) => one.title === title);
  }
  const [first, second] = witness.notifications.filter((one) => one.category === 'x-pilothouse.finished');
  assert.equal(second.replaces, first.id, 'the second takes the place of the first');
  await stop(run);
  // Nothing is left on the screen.
  await witness.closed(second.id);
});

test('without a place for a tray the program runs, and tells by notification', async (t) => {
  const at = proven(t, MOMENT);
  const witness = await Witness.start(t, '--no-tray', '--no-actions');
  const run = start(t, at);
  const me = await Person.at(at.data);
  await me.say(APPEND('One.'));
  await me.question();
  const told = await witness.notified('of the question', (one) => one.category === 'x-pilothouse.needs-you');
  assert.deepEqual(told.actions, [], 'no button where none is shown');
  await until('the window is there', () => titles().some((title) => title.includes('Pilothouse')));
  await stop(run);
});

test('without the library of the tray, and without anybody to show a notification, the program runs', async (t) => {
  const at = proven(t, MOMENT);
  const libraries = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).split('\n');
  const masked = libraries.filter((line) => /appindicator3\.so/.test(line)).map((line) => line.split(' => ')[1]);
  assert.ok(masked.length > 0, 'there is something to hide');
  const over = masked.flatMap((path) => ['--ro-bind', '/dev/null', path]);
  const run = start(t, at, 'bwrap', ['--dev-bind', '/', '/', ...over, desktop]);
  await until('the window is there', () => titles().some((title) => title.includes('Pilothouse')));
  const me = await Person.at(at.data);
  await me.say(APPEND('One.'));
  await me.question();
  await until('it said why there is no tray', () => /there is no tray.*libayatana-appindicator3/.test(run.said));
  process.kill(me.pid, 'SIGTERM');
  await run.ended;
  assert.doesNotMatch(run.said, /panicked/);
});

test('work that stopped at a limit is told as that, by the code its worker gave, and anything else as a failure', async (t) => {
  const at = proven(t, MOMENT);
  const witness = await Witness.start(t);
  const run = start(t, { ...at, args: [...at.args.slice(0, -1), '0'] });
  const me = await Person.at(at.data);
  await isLooking(witness, 'idle');
  // The words are the same: nothing is read from them.
  for (const [code, category, title] of [['job.time', 'limit', /^Stopped at a limit: /], ['job.not_valid', 'failed', /^Failed: /], [undefined, 'failed', /^Failed: /]]) {
    const before = witness.notifications.length;
    await me.call('jobs.enqueue', { taskId: 't', kind: 'k', sessionId: 'dev' });
    const { job, claimToken } = await me.call('jobs.claim', { workerId: 'w', kinds: ['k'] });
    await me.call('jobs.fail', { id: job.id, claimToken, message: 'It ran out of its time budget (limit)', ...(code ? { code } : {}) });
    const told = await witness.notified(`of the end with ${code}`, (one) => witness.notifications.indexOf(one) >= before);
    assert.equal(told.category, `x-pilothouse.${category}`, code);
    assert.match(told.title, title);
  }
  await stop(run);
});

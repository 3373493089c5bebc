// `npm run pictures`: takes the pictures of README.md from the real thing, on a repository made for them. Only the
// model is scripted. Needs what `npm test` has built.

import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binary } from './cargo.mjs';
import { display } from './display.mjs';
import { browsers } from './packages.mjs';
import { small } from './pictures/png.mjs';
import { steps } from './pictures/script.mjs';
import { files } from './pictures/tides.mjs';
import { entry, must, onPath, root, Stop } from './run.mjs';
import { ensure } from './system-packages.mjs';
import { buildUi } from './ui-build.mjs';

const MOST_BYTES = 200_000;
const folder = join(root, 'docs', 'pictures');

/** What the harness needs of a test: a place to say what has to be ended. */
const ends = [];
const scope = { name: 'pictures', after: (end) => ends.push(end) };

function weigh(name) {
  const { size } = statSync(join(folder, `${name}.png`));
  if (size > MOST_BYTES) throw new Stop(`${name}.png has ${size} bytes; at most ${MOST_BYTES}.`);
  console.log(`${name}.png ${Math.round(size / 1024)} KiB`);
}

/** The window in its frame and the tray's menu, on a display that keeps its screen in `kept`. */
async function shootWindow(data, kept) {
  mkdirSync(kept);
  const { name, stop } = await display('-fbdir', kept);
  try {
    const args = ['--', process.execPath, join(root, 'scripts', 'pictures', 'window.mjs'), data, kept, folder];
    await must('dbus-run-session', args, { env: { DISPLAY: name, WAYLAND_DISPLAY: '' } });
  } finally {
    stop();
  }
  for (const picture of ['window-light', 'tray-menu']) weigh(picture);
}

async function take() {
  process.env.TEST_SERVER ??= binary('pilothouse');
  process.env.TEST_WORKER ??= binary('pilothouse-worker');
  process.env.TEST_MODEL ??= binary('scripted-model');
  process.env.TEST_BROWSER ??= browsers.map(onPath).find(Boolean) ?? '';
  const { folderFor, Model, Person, Server, until } = await import('../tests/browser/harness.mjs');
  const { Repository } = await import('../tests/browser/repositories.mjs');
  const { allow, event, post } = await import('../tests/browser/scene.mjs');

  const place = folderFor(scope);
  const repo = Repository.of(join(place, 'tide-table'), files);
  repo.write('notes.txt', 'ask the harbour master about Husum\n');
  const model = await Model.start(scope, steps);
  const server = await Server.start(scope, { data: join(place, 'data'), repos: [repo.path], flags: ['--trust'], workers: 2 });
  const me = await Person.at(scope, server);
  await me.live();
  for (const role of ['remotebuddy', 'workers']) {
    await me.call('config.set_model', { role, dialect: 'openai_chat', endpoint: model.baseUrl, model: 'scripted' });
  }

  const session = async (sessionId, label) => me.call('session.create', { sessionId, label, workspaceId: 'tide-table' });
  await me.call('session.rename', { sessionId: 'dev', label: 'Clock changes' });
  await session('small-things', 'Small things');
  await session('harbours', 'More harbours');

  const units = await post(me, 'replace " metres" with " m" in src/format.js', 'small-things');
  await allow(me, units, 'small-things');
  await event(me, units, 'merge.entry.landed', 'small-things');
  const wrong = await post(me, 'replace SOAK_YEARS with SOAKYEARS in src/*', 'small-things');
  await allow(me, wrong, 'small-things');
  await event(me, wrong, 'merge.entry.returned', 'small-things');
  const line = await post(me, 'append a line "- Heights are followed by m" to CHANGELOG.md', 'small-things');
  await allow(me, line, 'small-things');
  await event(me, line, 'merge.entry.landed', 'small-things');

  await me.open('/w/tide-table/s/dev');
  await me.live();
  await me.say('after the clocks change the table is one hour off, please mend that and prove it');
  const asked = await event(me, 0, 'approval_required');
  const diff = await event(me, 0, 'job.diff');
  await me.question.waitFor();

  const shoot = async (name, address, { theme = 'light', who = me, ready } = {}) => {
    await who.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await who.open(address);
    await who.live();
    await who.page.locator(`html[data-theme=${theme}]`).waitFor();
    await who.page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
    await ready?.(who);
    writeFileSync(join(folder, `${name}.png`), small(await who.page.screenshot()));
    weigh(name);
  };

  await shoot('conversation-light', '/w/tide-table/s/dev', { ready: (who) => who.question.waitFor() });
  await shoot('review-light', `/review/${diff.payload.entryId ?? asked.payload.details.entryId}`, { ready: (who) => who.sees(/midnights/) });
  await shoot('job-dark', `/jobs/${diff.payload.jobId}`, { theme: 'dark', ready: (who) => who.sees('node --test') });
  await shoot('settings-light', '/settings#models', {
    ready: async (who) => {
      await who.button('Edit: RemoteBuddy').click();
      await who.button('Try it').click();
      await who.sees('It answers as it should.');
      await who.page.mouse.move(0, 0);
    },
  });

  const phone = await Person.at(scope, server, { width: 390, height: 844, touch: true, signIn: false });
  await phone.context.addCookies(await me.context.cookies());
  await shoot('phone-light', `/approvals/${asked.payload.approvalId}`, { who: phone, ready: (who) => who.button(/Allow once/).waitFor() });

  await shootWindow(join(place, 'data'), join(place, 'screen'));

  const slow = await post(me, 'replace "SOAK_YEARS = 30" with "SOAK_YEARS = 5000" in src/soak.js', 'small-things');
  await allow(me, slow, 'small-things');
  await event(me, slow, 'merge.check.started', 'small-things');
  const more = await post(me, 'we need more harbours than Cuxhaven', 'harbours');
  await event(me, more, 'job.progress', 'harbours');
  const last = await post(me, 'append a line "Times are those of the harbour." to README.md', 'small-things');
  await event(me, last, 'merge.entry.queued', 'small-things');
  await until('the soak runs', async () => (await me.call('merge.queue')).queues[0].entries.some((entry) => entry.checks.some((check) => check.name === 'soak' && check.state === 'running')));
  await shoot('work-dark', '/queue', { theme: 'dark', ready: (who) => who.sees(/Read harbours/) });
}

await entry(async () => {
  await ensure(['desktop', 'window', 'test', 'pictures']);
  await buildUi();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await take();
  } finally {
    for (const end of ends) await end();
  }
});

// The main job on a machine where nothing is set up: no model, no key, repositories nobody made for a test.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderFor, Person, Server } from './harness.mjs';
import { Repository, self, unpackedCrate } from './repositories.mjs';

/** What a landing did to the repository: one commit on the crew's branch, nothing anywhere else. */
function landedAlone(repo, before, commit) {
  assert.equal(repo.git('rev-parse', 'main_agents'), commit, 'the crew’s branch is at the landed commit');
  assert.equal(repo.fingerprint(), before, 'main, HEAD, index, configuration, uncommitted and new files are as they were');
}

test('a published crate is opened, tested, changed and landed without a model, from the first page on', async (t) => {
  const folder = folderFor(t);
  const crate = unpackedCrate();
  const repo = Repository.unpacked(join(folder, crate.name), crate.path);
  repo.write('src/uncommitted.txt', 'mine, unfinished\n');
  repo.write('README.md', `${repo.show('HEAD', 'README.md')}\n\nhalf a sentence`);
  const before = repo.fingerprint();
  const server = await Server.start(t, { data: join(folder, 'data') });
  const me = await Person.at(t, server);

  await t.test('set-up finds the repository, says what it found, asks before its code runs and tries the checks', async () => {
    await me.page.getByRole('heading', { name: 'Choose a repository' }).waitFor();
    await me.field('Folder of the repository').fill(join(folder, 'nowhere'));
    await me.button('Continue').click();
    await me.page.locator('input[aria-invalid=true]').waitFor();
    await me.field('Folder of the repository').fill(repo.path);
    await me.button('Continue').click();
    await me.page.getByRole('heading', { name: `What was found in ${crate.name}` }).waitFor();
    await me.sees('2 uncommitted files that will be left alone');
    await me.sees('cargo test');
    await me.sees('None was found on this machine');
    await me.button('Use these checks').click();
    await me.sees(/Confirmed\./);
    await me.page.locator('[data-testid=dry-run][data-state=passed]').waitFor();
    await me.sees('All passed');
    await me.button('Continue').click();
    await me.field('First message').or(me.page.locator('textarea')).first().fill('/status');
    await me.button('Send').click();
    await me.live();
    await me.sees('none; the deterministic lane works');
  });

  await t.test('its own tests run in the sandbox and their output is there to read', async () => {
    await me.say('/test');
    await me.sees('Plan: Run the tests');
    await me.sees(/cargo test.* passed/);
    await me.page.getByTestId('line-job').last().getByRole('link').click();
    await me.page.getByRole('heading', { name: 'Run the tests' }).waitFor();
    await me.sees(/test result: ok/);
    await me.page.goBack();
  });

  await t.test('a replacement is planned, shown as a diff, allowed by its button and landed', async () => {
    await me.say('replace "pub fn" with "pub  fn" in src/**');
    await me.sees(/Plan: Replace/);
    await me.card('diff').waitFor();
    await me.sees('main_agents', me.question);
    await me.approve();
    const commit = await me.landed();
    landedAlone(repo, before, commit);
    assert.match(repo.git('grep', '-c', 'pub  fn', commit, '--', 'src'), /:\d/);
    assert.throws(() => repo.git('grep', '-q', 'pub fn', commit, '--', 'src'), 'every place was replaced');
    assert.equal(repo.git('rev-parse', `${commit}~1`), repo.git('rev-parse', 'main'));
  });

  await t.test('formatting is allowed by its keys and lands on top', async () => {
    await me.say('/format');
    await me.sees(/Plan: Format/);
    await me.approveByKey();
    const commit = await me.landed();
    landedAlone(repo, before, commit);
    assert.throws(() => repo.git('grep', '-q', 'pub  fn', commit, '--', 'src'), 'the formatter took the second space out');
  });

  await t.test('a line is appended to the committed README, not to the one on disk', async () => {
    await me.say('append a line "Kept by a crew." to README.md');
    await me.approve();
    const commit = await me.landed();
    landedAlone(repo, before, commit);
    assert.match(repo.show(commit, 'README.md'), /Kept by a crew\.$/);
    assert.doesNotMatch(repo.show(commit, 'README.md'), /half a sentence/);
  });

  await t.test('a recipe shows the very command before it runs for the first time', async () => {
    await me.say('/run build');
    await me.sees('cargo build', me.question);
    await me.approve();
    await me.sees(/Recipe build.*succeeded|build succeeded/i);
  });

  await t.test('what needs a model is refused once, with what can be done instead', async () => {
    await me.say('refactor the combat module');
    await me.sees('You want to refactor the combat module.', me.card('waiting'));
    await me.sees('This needs code to be written; no model is connected.', me.card('waiting'));
    assert.equal(await me.page.getByText('You want to refactor the combat module.').count(), 1, 'it is said once');
    await me.button(/Search for .*combat/, me.card('waiting')).click();
    await me.page.locator('.msg--you').filter({ hasText: '/find combat' }).waitFor();
    await me.card('waiting').getByRole('link', { name: 'Choose a model' }).click();
    await me.page.getByRole('heading', { name: 'Models' }).waitFor();
  });

  assert.equal(repo.fingerprint(), before);
  assert.deepEqual(me.errors, [], 'nothing went wrong in the page');
});

test('a fresh clone of this project lands a replacement and a line with checks typed by its owner', async (t) => {
  const folder = folderFor(t);
  const repo = Repository.clone(join(folder, 'pilothouse'), self);
  repo.git('switch', '--quiet', '-C', 'main');
  repo.write('ARCHITECTURE.md', 'half written\n');
  const before = repo.fingerprint();
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path] });
  const me = await Person.at(t, server);
  await me.live();
  await me.open('/first-run');
  await me.page.getByRole('listitem').getByRole('button', { name: /pilothouse/ }).click();
  await me.button('Edit').click();
  const commands = me.field('Command');
  await commands.first().waitFor();
  while ((await commands.count()) > 1) await me.button('Remove this check').last().click();
  await me.field('Name').fill('how results are counted');
  await commands.fill('node --test tests/scripts/tally.test.mjs');
  await me.button('Use these checks').click();
  await me.sees(/Your own/);
  await me.button('Continue').click();
  await me.button('Just open the conversation').click();
  await me.live();

  await me.say('replace "merge queue" with "landing queue" in docs/*.md');
  await me.sees(/Plan: Replace/);
  await me.approveByKey();
  const first = await me.landed();
  landedAlone(repo, before, first);
  assert.match(repo.git('grep', '-l', 'landing queue', first, '--', 'docs'), /docs\//);

  await me.say('append a line "A crew kept this line." to README.md');
  await me.approve();
  const second = await me.landed();
  landedAlone(repo, before, second);
  assert.match(repo.show(second, 'README.md'), /A crew kept this line\.$/);
  assert.equal(repo.git('rev-parse', `${second}~1`), first);
  assert.equal(repo.git('rev-parse', `${first}~1`), repo.git('rev-parse', 'main'));

  await me.say('make the scheduler faster');
  await me.card('waiting').waitFor();
  assert.deepEqual(me.errors, []);
});

// Checks in groups, one of them left out because nothing it reads is touched: what an entry's own page and its review
// say of each, in both languages.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { picture } from './harbour.mjs';
import { folderFor, Person, Server } from './harness.mjs';
import { Repository } from './repositories.mjs';
import { allow, event, post } from './scene.mjs';

const CONFIG = `[[check]]
name = "unit"
run = ["sh", "-c", "echo unit"]
group = "test"
timeoutS = 20

[[check]]
name = "docs"
run = ["sh", "-c", "echo docs"]
group = "test"
paths = ["docs/**"]
skipUntouched = true

[[check]]
name = "words"
run = ["sh", "-c", "echo words"]
group = "lint"

[[check]]
name = "size"
run = ["sh", "-c", "echo size"]

[checkGroup.lint]
timeoutS = 120
`;

test('each group says its state and its limit, each check why it was left out, at the entry and in its review', async (t) => {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'lighthouse'), { 'README.md': '# Lighthouse\n', 'docs/a.md': 'a\n', '.pilothouse/config.toml': CONFIG });
  const server = await Server.start(t, { data: join(folder, 'data'), repos: [repo.path], flags: ['--trust', '--sandbox', 'host'] });
  const me = await Person.at(t, server);
  await me.live();
  const first = await post(me, 'append a line "Open on Sundays." to README.md');
  const asked = await event(me, first, 'approval_required');
  // The question says in words of the page why it is asked.
  const question = await me.call('approval.get', { id: asked.payload.approvalId });
  assert.equal(question.because.code, 'policy');
  await me.open(`/approvals/${question.id}`);
  await me.sees(question.why);
  await allow(me, first);
  const { entry } = (await event(me, first, 'merge.entry.landed')).payload;
  assert.deepEqual(entry.checks.map((check) => [check.name, check.group, check.timeoutS, check.state]), [
    ['words', 'lint', 120, 'passed'],
    ['unit', 'test', 20, 'passed'],
    ['docs', 'test', 600, 'skipped'],
    ['size', undefined, 600, 'passed'],
  ]);
  assert.match(repo.git('reflog', 'show', '--format=%gs', 'main_agents'), /skipped: docs/);

  for (const [locale, lint, test, none, words] of [
    ['en', /passed\s*lint\s*2 min at most/, /passed\s*test/, 'Without a group', 'Nothing that it reads is touched (docs/**).'],
    ['de', /bestanden\s*lint\s*höchstens 2 min/, /bestanden\s*test/, 'Ohne Gruppe', 'Nichts von dem, was sie liest, ist berührt (docs/**).'],
  ]) {
    await me.page.evaluate((tag) => localStorage.setItem('pilothouse.locale', tag), locale);
    for (const address of [`/queue/${entry.id}`, `/review/${entry.id}`]) {
      await me.open(address);
      await me.live();
      const groups = me.page.getByTestId('check-groups');
      const group = (name) => groups.getByRole('group', { name, exact: true });
      await groups.waitFor();
      assert.match(await group('lint').innerText(), lint, address);
      assert.match(await group('test').innerText(), test, address);
      assert.match(await group('test').innerText(), /20 s/, 'where they differ, each says its own');
      await me.sees(words, group('test'));
      await me.sees('echo size', group(none));
      assert.deepEqual(await me.violations(), [], address);
      await picture(me, `check-groups-${locale}-${address.split('/')[1]}`);
    }
  }
  assert.ok(!(await me.page.locator('body').innerText()).includes('Nothing that it reads'));
  await me.open(`/approvals/${question.id}`);
  await me.sees(/gefragt/);
  assert.ok(!(await me.page.locator('body').innerText()).includes(question.why), question.why);

  // On a phone too, and nothing is wider than the glass.
  await me.page.setViewportSize({ width: 390, height: 844 });
  await me.open(`/queue/${entry.id}`);
  await me.page.getByTestId('check-groups').waitFor();
  assert.ok((await me.overflow()) <= 0);
  assert.deepEqual(me.errors, []);
});

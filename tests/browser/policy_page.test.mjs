// The policy in the settings: which rule would decide and where it stands, what was remembered and how it is taken
// back, and the registries jobs may reach.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { busy, step } from './busy.mjs';
import { folderFor, until } from './harness.mjs';
import { lighthouse } from './scene.mjs';

const RULES = '# mine\n\n[[rule]]\nid = "no-push"\neffect = "deny"\nkinds = ["command"]\nargvPrefix = ["git", "push"]\n';

/** Variables of a server whose user has one rule, and the file it stands in. */
function ruled(t) {
  const folder = folderFor(t);
  const file = join(folder, 'policy.toml');
  writeFileSync(file, RULES);
  return { file, env: { PILOTHOUSE_CONFIG_DIR: folder } };
}

async function settings(me, section) {
  await me.open(`/settings#${section}`);
  await me.live();
}

test('why a command would not run is told with the rule, its file and its line', async (t) => {
  const { file, env } = ruled(t);
  const { me } = await lighthouse(t, { env });
  await settings(me, 'policy');
  const rule = me.page.getByTestId('policy-rule');
  await rule.getByText(`${file}:3`, { exact: true }).waitFor();
  assert.equal(await rule.count(), 1);
  await me.sees('Denies command for commands that begin with git push', rule);

  const answer = me.page.getByTestId('policy-answer');
  const why = async (line) => {
    await me.field('Command line').fill(line);
    await answer.waitFor({ state: 'detached' });
    await me.button('Find out').click();
    return answer.innerText();
  };
  const denied = await why('make && git -C . push origin main');
  assert.match(denied, /^Denied\s+Your rule no-push denies this/);
  assert.match(denied, /Decided by\s+no-push/);
  assert.ok(denied.includes(`${file}:3`), denied);
  assert.match(denied, /Taken for\s+builds or tests, pushes or publishes/);
  const allowed = await why('make');
  assert.match(allowed, /^Allowed/);
  assert.doesNotMatch(allowed, /policy\.toml/, 'what the profile decides stands in no file');
  assert.deepEqual((await me.call('approval.list')).approvals, [], 'nothing was asked');
  assert.deepEqual(await me.violations(), []);
  assert.deepEqual(me.errors, []);
});

test('what was allowed for an hour is listed, asks nobody, and asks again once it is revoked', async (t) => {
  const line = 'npm install --offline left-pad; echo tried';
  const { me, inHome, begun } = await busy(t, [
    step({}, 'bash', { command: line }),
    step({}, 'bash', { command: line }),
    step({}, 'bash', { command: 'echo begun; until [ -e ~/sign ]; do sleep 0.05; done' }),
    step({}, 'bash', { command: line }),
  ], ruled(t).env);
  const asked = () => until('a question', async () => (await me.call('approval.list')).approvals.find(({ state }) => state === 'pending'));
  const first = await asked();
  await me.open(`/approvals/${first.id}`);
  await me.live();
  const longer = me.page.getByRole('region', { name: 'Allow from now on' });
  await me.sees(/^Running exactly .*left-pad/, longer);
  await me.button('For an hour', longer).click();

  await begun(1);
  await settings(me, 'policy');
  const grant = me.page.getByTestId('policy-grant');
  await grant.waitFor();
  const [kept, ...others] = (await me.call('policy.grants')).grants;
  assert.deepEqual([kept.span, others], ['hour', []]);
  const said = await grant.innerText();
  assert.match(said, /^Running exactly npm install --offline left-pad; echo tried, in a sandbox\s+until /);
  assert.match(said, /used once/, 'the same line ran again without a question');
  assert.deepEqual(await me.violations(), []);
  await me.button('Revoke', grant).click();
  const sure = me.page.getByRole('dialog', { name: 'Ask again about this?' });
  await me.sees(/What was done with it stays done\./, sure);
  await me.button('Revoke', sure).click();
  await me.sees('Nothing is remembered.');
  assert.deepEqual((await me.call('policy.grants')).grants, []);

  inHome('sign');
  const again = await asked();
  assert.notEqual(again.id, first.id);
  assert.equal(again.summary, first.summary);
  assert.deepEqual(me.errors, []);
});

test('a registry that is ticked is kept, and so is one that is not any more', async (t) => {
  const { me } = await lighthouse(t);
  await settings(me, 'network');
  const tick = me.page.getByRole('checkbox', { name: /^npm/ });
  const on = async () => (await me.call('config.network')).presets.filter((preset) => preset.on).map(({ name }) => name);
  const before = await on();
  assert.ok(!before.includes('npm'), before.join());
  await tick.click();
  await until('it is stored', async () => (await on()).includes('npm'));
  assert.deepEqual((await on()).filter((name) => name !== 'npm'), before, 'and nothing else');
  assert.deepEqual(await me.violations(), []);
  await settings(me, 'models');
  await settings(me, 'network');
  await tick.and(me.page.locator(':checked')).waitFor();
  await tick.click();
  await until('it is stored', async () => !(await on()).includes('npm'));
  assert.deepEqual(await on(), before);
  assert.deepEqual(me.errors, []);
});

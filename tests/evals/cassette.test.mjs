// Cassettes: what is recorded can be replayed, a replay that is asked something else says what differs, and no secret
// gets into a recording.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cassetteModel, difference, readCassette } from './lib/cassette.mjs';
import { normalise } from './lib/normalise.mjs';
import { redact, secretsIn } from './lib/redact.mjs';
import { evaluated, folderFor } from './runner.mjs';

const SECRETS = ['sk-proj-abcdefghijklmnop1234', 'ghp_abcdefghijklmnopqrstuvwx', 'AKIAABCDEFGHIJKLMNOP', 'eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl'];

test('an evaluation that was recorded is replayed without the models it was recorded from', async (t) => {
  const tape = join(folderFor(t), 'tape.jsonl');
  const args = ['--only', 'doc-fix', '--provider', 'cassette', '--cassette', tape];
  const recorded = await evaluated([...args, '--record', '--from', 'scripted']);
  assert.equal(recorded.code, 0, recorded.err);
  const { head, exchanges } = readCassette(tape);
  assert.equal(head.from, 'scripted', 'it says what it is');
  assert.ok(exchanges.length >= 3 && exchanges.some(({ role }) => role === 'workers'));
  assert.deepEqual(secretsIn(readFileSync(tape, 'utf8')), []);
  const replayed = await evaluated(args);
  assert.equal(replayed.code, 0, replayed.err);
  assert.ok(replayed.last.startsWith('{"falseAccept":0,"oracleLanded":1,"tasks":1,"provider":"cassette","recordedFrom":"scripted"'), replayed.last);

  // One word of what was asked is another one now.
  writeFileSync(tape, readFileSync(tape, 'utf8').replaceAll('Please correct', 'Please mangle').replaceAll(/"key":"[0-9a-f]{4}/g, '"key":"zzzz'));
  const missed = await evaluated([...args, '--task-time-limit', '60']);
  assert.equal(missed.code, 1, missed.err);
  assert.match(missed.err, /the cassette has no answer to this/);
  assert.match(missed.err, /recorded: …[^]*mangle[^]*asked now: …[^]*correct/);
});

/** An endpoint that says back what it should not, and a recorder before it. */
async function recorded(t, said) {
  const endpoint = createServer((request, reply) => {
    request.resume().on('end', () => {
      reply.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': 'session=abcdef0123456789', 'x-request-id': 'r-1' });
      for (const piece of said) reply.write(piece);
      reply.end();
    });
  });
  await new Promise((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  t.after(() => endpoint.close());
  const file = join(folderFor(t), 'tape.jsonl');
  const upstream = `http://127.0.0.1:${endpoint.address().port}/v1`;
  const names = { REMOTEBUDDY_LLM_ENDPOINT: upstream, WORKERS_LLM_ENDPOINT: upstream, WORKERS_LLM_API_KEY: 'plain-words-as-a-key' };
  const before = Object.fromEntries(Object.keys(names).map((name) => [name, process.env[name]]));
  Object.assign(process.env, names);
  const model = await cassetteModel({ record: true, from: 'live', cassette: file }, '', null);
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return { file, model };
}

test('keys, cookies, key-shaped words and folders of people are not in what is written', async (t) => {
  const { file, model } = await recorded(t, ['data: {"content":"the key is sk-proj-abc', 'defghijklmnop1234 of /home/adalove/src"}\n\n', 'data: [DONE]\n\n']);
  const url = `${model.variables.WORKERS_LLM_ENDPOINT}/chat/completions`;
  const body = { model: 'm', messages: [{ role: 'user', content: `${SECRETS.join(' ')} plain-words-as-a-key /Users/evehop/x api_key="0123456789abcdef" Authorization: Bearer abcdef0123456789` }] };
  const answer = await fetch(url, { method: 'POST', headers: { authorization: 'Bearer plain-words-as-a-key', cookie: 'a=b', 'x-api-key': SECRETS[0], 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.match(await answer.text(), /sk-proj-abcdefghijklmnop1234/, 'who asks gets it as it was said');
  await model.end();
  const written = readFileSync(file, 'utf8');
  assert.deepEqual(secretsIn(written), []);
  for (const word of [...SECRETS, 'plain-words-as-a-key', 'abcdef0123456789', '0123456789abcdef', 'adalove', 'evehop', 'session=', 'x-request-id']) assert.ok(!written.includes(word), word);
});

test('every committed cassette is clean and says what it was recorded from', () => {
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'cassettes');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    assert.match(readCassette(join(folder, name)).head.from, /^(live|scripted)$/);
    assert.deepEqual(secretsIn(readFileSync(join(folder, name), 'utf8')), [], name);
  }
});

test('secrets are found, and words that only sound like some are left alone', () => {
  for (const secret of SECRETS) assert.equal(secretsIn(`x ${secret} y`).length, 1, secret);
  const plain = 'the token count is 12; password rules: see docs; risk-averse; /homework';
  assert.equal(redact(plain), plain);
  assert.deepEqual(secretsIn(redact(`password = "${'a1'.repeat(8)}" in /home/kim/notes`)), []);
});

test('requests are the same when only ids, folders and times differ, and another word is another request', () => {
  const request = (folder, ms, word) => ({ seed: ms, messages: [{ content: `in ${folder}/clone at 2026-03-02T10:00:0${ms}.000Z: ${word} took 1${ms}.5 ms` }] });
  assert.deepEqual(normalise(request('/tmp/pilothouse-evals-aBc/x', 1, 'test')), normalise(request('/var/tmp/pilothouse-evals-dEf/x', 2, 'test')));
  const [one, other] = [normalise(request('/tmp/a', 1, 'test')), normalise(request('/tmp/a', 1, 'lint'))];
  assert.notDeepEqual(one, other);
  assert.match(difference(one, other), /recorded: …[^]*lint[^]*asked now: …[^]*test/);
});

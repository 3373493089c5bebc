// Recording and replaying what models say, between the server and its endpoints: everything of ours that reads streams
// runs in a replay as it does live. A cassette is a file of JSON lines: first what it is, then one exchange each.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { scriptedModel } from './crew.mjs';
import { liveModels } from './models.mjs';
import { keyOf, normalise } from './normalise.mjs';
import { Mistake } from './options.mjs';
import { redact } from './redact.mjs';

const VERSION = 1;
/** Headers of an answer that are kept; everything else may name people or hold secrets. */
const HEADERS = ['content-type', 'retry-after'];
const MOST = 64 << 20;

/** Reads a cassette: what it is, and its exchanges by key in the order they were recorded. */
export function readCassette(file) {
  if (!existsSync(file)) throw new Mistake(`There is no cassette ${file}; record one with --record.`);
  const [head, ...lines] = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  if (head?.kind !== 'cassette' || head.v !== VERSION) throw new Mistake(`${file} is no cassette of version ${VERSION}.`);
  return { head, exchanges: lines };
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    if ((size += part.length) > MOST) throw new Error('the request is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Serves `answer(role, path, body, headers, reply)` on loopback, an address for each role. */
async function serve(answer) {
  const server = createServer(async (request, reply) => {
    try {
      const [, role, ...rest] = request.url.split('/');
      await answer({ role, path: `/${rest.join('/')}`, method: request.method, headers: request.headers, body: await bodyOf(request) }, reply);
    } catch (error) {
      if (!reply.headersSent) reply.writeHead(502, { 'content-type': 'application/json' });
      reply.end(JSON.stringify({ error: { message: `cassette: ${error.message}` } }));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  return { base, end: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

const ROLES = { remotebuddy: 'REMOTEBUDDY', workers: 'WORKERS' };

/** The server's variables with both endpoints behind the proxy. */
function variablesFor(base, original = {}) {
  const shared = Object.fromEntries(Object.entries(original).filter(([name]) => !name.endsWith('_LLM_ENDPOINT') && name !== 'LLM_ENDPOINT'));
  const own = Object.entries(ROLES).flatMap(([role, name]) => [
    [`${name}_LLM_ENDPOINT`, `${base}/${role}/v1`],
    [`${name}_LLM_BACKEND`, original[`${name}_LLM_BACKEND`] ?? 'openai'],
    [`${name}_LLM_MODEL`, original[`${name}_LLM_MODEL`] ?? 'scripted'],
    [`${name}_LLM_API_KEY`, original[`${name}_LLM_API_KEY`] ?? 'not-a-key'],
  ]);
  return { ...shared, ...Object.fromEntries(own) };
}

async function recorder({ file, from, upstream, original }) {
  const exchanges = [];
  const known = Object.entries(original).filter(([name]) => name.endsWith('_API_KEY')).map(([, value]) => value);
  const clean = (text) => redact(text, undefined, known);
  const proxy = await serve(async ({ role, path, method, headers, body }, reply) => {
    const target = upstream(role).replace(/\/$/, '') + path.replace(/^\/v1(?=\/)/, '');
    const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => !['host', 'connection', 'content-length', 'accept-encoding'].includes(name)));
    const answer = await fetch(target, { method, headers: { ...passed, 'accept-encoding': 'identity' }, body: method === 'GET' ? undefined : body });
    const kept = Object.fromEntries(HEADERS.map((name) => [name, answer.headers.get(name)]).filter(([, value]) => value));
    reply.writeHead(answer.status, kept);
    const chunks = [];
    const decoder = new TextDecoder();
    let last = performance.now();
    for await (const part of answer.body ?? []) {
      const now = performance.now();
      chunks.push([Math.round(now - last), decoder.decode(part, { stream: true })]);
      last = now;
      reply.write(part);
    }
    reply.end();
    if (method !== 'POST') return;
    const request = normalise(JSON.parse(clean(body)));
    // Words may be cut anywhere between chunks, and a secret with them: what is redacted is the whole.
    const whole = chunks.map(([, text]) => text).join('');
    const safe = clean(whole) === whole ? chunks : [[0, clean(whole)]];
    exchanges.push({ v: VERSION, role, path, key: keyOf(path, request), request, response: { status: answer.status, headers: kept, chunks: safe } });
  });
  const save = () => {
    const models = Object.values(ROLES).map((name) => original[`${name}_LLM_MODEL`] ?? 'scripted');
    const head = { v: VERSION, kind: 'cassette', from, models };
    writeFileSync(file, [head, ...exchanges].map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  return { proxy, seen: () => exchanges.map(({ request }) => ({ body: request })), save };
}

/** Says where two requests part, for whoever has to find out why a replay missed. */
export function difference(wanted, recorded) {
  const a = JSON.stringify(wanted, null, 1);
  const b = JSON.stringify(recorded, null, 1);
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const around = (text) => text.slice(Math.max(0, at - 60), at + 120);
  return `recorded: …${around(b)}…\nasked now: …${around(a)}…`;
}

async function player({ file }) {
  const { head, exchanges } = readCassette(file);
  const used = new Set();
  const seen = [];
  const misses = [];
  const proxy = await serve(async ({ path, method, body }, reply) => {
    if (method !== 'POST') {
      reply.writeHead(200, { 'content-type': 'application/json' });
      return void reply.end(JSON.stringify({ object: 'list', data: head.models.map((id) => ({ id, object: 'model' })) }));
    }
    const request = normalise(JSON.parse(redact(body)));
    seen.push({ body: request });
    const key = keyOf(path, request);
    const found = exchanges.find((one, n) => one.key === key && !used.has(n));
    if (!found) {
      const near = nearest(request, exchanges.filter((_, n) => !used.has(n)));
      const message = `the cassette has no answer to this. ${near ? `The nearest one differs here:\n${difference(request, near.request)}` : 'Every recorded answer was used.'}`;
      misses.push(message);
      reply.writeHead(400, { 'content-type': 'application/json' });
      return void reply.end(JSON.stringify({ error: { message, type: 'cassette_miss', code: 'cassette_miss' } }));
    }
    used.add(exchanges.indexOf(found));
    reply.writeHead(found.response.status, found.response.headers);
    for (const [, text] of found.response.chunks) reply.write(text);
    reply.end();
  });
  return { proxy, seen: () => seen, misses: () => misses, from: head.from };
}

/** The recorded request that agrees with a text the longest from its beginning. */
function nearest(request, exchanges) {
  const wanted = JSON.stringify(request);
  let best = null;
  for (const one of exchanges) {
    const text = JSON.stringify(one.request);
    let same = 0;
    while (same < text.length && text[same] === wanted[same]) same += 1;
    if (!best || same > best.same) best = { same, request: one.request };
  }
  return best;
}

/** The models of an evaluation with a cassette: recorded from real endpoints or from the script, or replayed. */
export async function cassetteModel(options, place, script) {
  if (!options.record) {
    const tape = await player({ file: options.cassette });
    return {
      variables: variablesFor(tape.proxy.base), recordedFrom: tape.from, seen: async () => tape.seen(), misses: tape.misses, end: tape.proxy.end,
    };
  }
  const scripted = options.from === 'scripted' ? await scriptedModel(place, script) : null;
  const original = scripted ? {} : liveModels().variables;
  const upstream = (role) => scripted?.baseUrl ?? original[`${ROLES[role]}_LLM_ENDPOINT`] ?? original.LLM_ENDPOINT;
  for (const role of Object.keys(ROLES)) if (!upstream(role)) throw new Mistake(`Recording needs ${ROLES[role]}_LLM_ENDPOINT.`);
  const tape = await recorder({ file: options.cassette, from: options.from, upstream, original });
  const end = async () => {
    tape.save();
    await tape.proxy.end();
    await scripted?.end();
  };
  return { variables: variablesFor(tape.proxy.base, original), recordedFrom: options.from, seen: async () => tape.seen(), end };
}

// A server with a day's work in it: something landed, something was sent back, something waits for an answer and
// something for a model. All of it really happened.

import { join } from 'node:path';
import { folderFor, Person, Server, until } from './harness.mjs';
import { Repository } from './repositories.mjs';

const CONFIG = `[[check]]
name = "no forbidden word"
run = ["sh", "-c", "! grep -rn FORBIDDEN src"]
timeoutS = 30

[recipes.count]
run = ["sh", "-c", "ls src | wc -l"]
timeoutS = 30
`;

export const FILES = {
  'src/keeper.rs': 'pub fn keeper() -> u32 {\n    1\n}\n\npub fn assistant() -> u32 {\n    keeper() + 1\n}\n',
  'src/lamp.rs': 'use crate::keeper::keeper;\n\n/// How bright the keeper wants it.\npub fn lamp() -> u32 {\n    keeper() * 100\n}\n',
  'README.md': '# Lighthouse\n\nA lamp and its keeper.\n',
  '.pilothouse/config.toml': CONFIG,
};

/** Starts a server on a small repository that its owner trusts; `env` is the server's, the other options the person's. */
export async function lighthouse(t, { env = {}, ...options } = {}) {
  const folder = folderFor(t);
  const repo = Repository.of(join(folder, 'lighthouse'), FILES);
  const data = join(folder, 'data');
  const server = await Server.start(t, { data, repos: [repo.path], flags: ['--trust'], env });
  const me = await Person.at(t, server, options);
  await me.live();
  return { repo, data, server, me };
}

/** Posts a message past the interface; answers with the cursor of its event. */
export async function post(me, text, sessionId = 'dev') {
  return (await me.call('chat.send', { sessionId, text })).cursor;
}

/** The first event of a type after a cursor. */
export async function event(me, after, type, sessionId = 'dev') {
  return until(`an event ${type}`, async () => {
    const { events } = await me.call('session.events', { sessionId, after, limit: 500 });
    return events.find((one) => one.envelope.type === type)?.envelope;
  });
}

/** Lets the question that follows a cursor be answered with yes, past the interface. */
export async function allow(me, after, sessionId = 'dev') {
  const asked = await event(me, after, 'approval_required', sessionId);
  return me.call('approval.answer', { approvalId: asked.payload.approvalId, decision: 'approve' });
}

/** Lives through the day; the ids of what it leaves behind. */
export async function day(me) {
  const first = await post(me, 'replace keeper with watchman in src/**');
  await allow(me, first);
  const landed = await event(me, first, 'merge.entry.landed');
  const second = await post(me, '/replace 100 FORBIDDEN src/lamp.rs');
  await allow(me, second);
  const returned = await event(me, second, 'merge.entry.returned');
  const third = await post(me, 'refactor the combat module');
  await event(me, third, 'request.waiting');
  const fourth = await post(me, 'append a line "Open on Sundays." to README.md');
  const asked = await event(me, fourth, 'approval_required');
  return {
    jobId: landed.payload.entry.jobId,
    failedJobId: returned.payload.entry.jobId,
    entryId: landed.payload.entry.id,
    approvalId: asked.payload.approvalId,
  };
}

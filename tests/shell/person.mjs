// A second client: a person elsewhere who talks to the server with its token and nothing of ours.

import { readFileSync } from 'node:fs';
import { serverRecord } from './traces.mjs';
import { until } from './webdriver.mjs';

export class Person {
  /** At the server of a data folder, once it answers. */
  static async at(data) {
    const record = await until('the server is recorded', () => serverRecord(data));
    const person = new Person(record);
    await until('the server answers', () => person.call('system.status'));
    return person;
  }

  constructor(record) {
    this.url = record.url;
    this.pid = record.pid;
    this.token = readFileSync(record.tokenFile ?? record.token_file, 'utf8').trim();
  }

  async call(method, params = {}) {
    const answer = await fetch(`${this.url}/v1/rpc/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(params),
      signal: AbortSignal.timeout(30_000),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${method}: ${body.code}: ${body.message}`);
    return body;
  }

  say(text, sessionId = 'dev') {
    return this.call('chat.send', { sessionId, text });
  }

  /** The newest question that waits, once there is one that is not in `but`. */
  question(...but) {
    return until('a question waits', async () => {
      const { approvals } = await this.call('approval.list', { status: 'pending' });
      return approvals.find((one) => !but.includes(one.id));
    }, 60_000);
  }

  approval(id) {
    return this.call('approval.get', { id });
  }

  answer(approval, decision) {
    return this.call('approval.answer', { approvalId: approval.id, decision, hash: approval.hash });
  }

  /** The entry a landing was about, once it is in this state. */
  entry(approval, state) {
    return until(`the entry is ${state}`, async () => {
      const entry = await this.call('merge.entry', { id: approval.subject });
      return entry.state === state && entry;
    }, 60_000);
  }
}

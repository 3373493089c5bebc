// A second client that only listens: its own connection to the server's event stream, with its own token.

import { until } from './webdriver.mjs';

export class Listener {
  /** Listens to every session from now on, until the test is over. */
  static async at(t, person) {
    const end = new AbortController();
    const { latestCursor } = await person.call('system.status');
    const answer = await fetch(`${person.url}/v1/events?types=all&after=${latestCursor}`, {
      headers: { authorization: `Bearer ${person.token}`, accept: 'text/event-stream' },
      signal: end.signal,
    });
    if (!answer.ok) throw new Error(`the event stream answered ${answer.status}`);
    t.after(() => end.abort());
    const listener = new Listener();
    listener.read(answer.body).catch(() => {});
    return listener;
  }

  constructor() {
    /** Envelopes in the order they came. */
    this.heard = [];
  }

  async read(body) {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const frames = (text + chunk).split('\n\n');
      text = frames.pop();
      for (const frame of frames) this.take(frame.split('\n'));
    }
  }

  /** One frame; comments and frames that are not kept in the log are passed over. */
  take(lines) {
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5));
    if (data.length === 0 || lines.includes('event: ephemeral')) return;
    const said = JSON.parse(data.join('\n'));
    this.heard.push(said.envelope ?? said);
  }

  /** The first event of this type that `is` the one, once it has come. */
  event(type, is = () => true) {
    return until(`${type} is heard`, () => this.heard.find((one) => one.type === type && is(one.payload)), 60_000).catch((error) => {
      throw new Error(`${error.message}; heard: ${this.heard.map((one) => one.type).join(', ')}`);
    });
  }
}

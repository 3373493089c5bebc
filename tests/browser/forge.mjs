// A scripted stand-in for GitHub's API, for tests alone: the few routes publishing calls, with answers of the real
// shapes. It is no GitHub.

import { createServer } from 'node:http';
import { atEnd } from './harness.mjs';

export class Forge {
  /** Accepts exactly this token. */
  static async start(t, token) {
    const forge = new Forge(token);
    await new Promise((resolve) => forge.server.listen(0, '127.0.0.1', resolve));
    atEnd(t, () => {
      forge.server.closeAllConnections();
      forge.server.close();
    });
    return forge;
  }

  constructor(token) {
    this.token = token;
    this.pulls = [];
    this.runs = [];
    this.calls = [];
    /** Another answer to the next openings: status, headers, body. */
    this.instead = undefined;
    this.server = createServer((request, response) => void this.#answer(request, response));
  }

  get url() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  /** Calls that asked to open a pull request. */
  get openings() {
    return this.calls.filter((call) => call.method === 'POST');
  }

  async #answer(request, response) {
    let text = '';
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url, this.url);
    const body = text ? JSON.parse(text) : undefined;
    this.calls.push({ method: request.method, path: url.pathname, authorization: request.headers.authorization, body });
    const say = (status, value, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
      response.end(JSON.stringify(value));
    };
    if (!request.headers.authorization?.endsWith(this.token)) return say(401, { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest' });
    const found = /^\/repos\/([^/]+)\/([^/]+)\/(.+)$/.exec(url.pathname);
    if (!found) return say(404, { message: 'Not Found' });
    const [, owner, name, rest] = found;
    if (rest === 'pulls' && request.method === 'POST') {
      if (this.instead) return say(this.instead.status, this.instead.body, this.instead.headers);
      const number = this.pulls.length + 1;
      const pull = {
        number, state: 'open', merged: false, title: body.title, body: body.body, html_url: `https://github.com/${owner}/${name}/pull/${number}`,
        head: { ref: body.head.replace(/^.*:/, ''), sha: '0'.repeat(40), label: `${owner}:${body.head}` }, base: { ref: body.base },
      };
      this.pulls.push(pull);
      return say(201, pull);
    }
    if (rest === 'pulls') {
      const head = url.searchParams.get('head')?.replace(/^.*:/, '');
      const base = url.searchParams.get('base');
      return say(200, this.pulls.filter((one) => (!head || one.head.ref === head) && (!base || one.base.ref === base)));
    }
    const pull = /^pulls\/(\d+)$/.exec(rest);
    if (pull) return say(200, this.pulls[Number(pull[1]) - 1]);
    if (/^commits\/[^/]+\/check-runs$/.test(rest)) return say(200, { total_count: this.runs.length, check_runs: this.runs });
    if (/^commits\/[^/]+\/status$/.test(rest)) return say(200, { state: 'pending', statuses: [], total_count: 0 });
    return say(404, { message: 'Not Found' });
  }
}

// What `npm run eval` can be told.

import { suites } from './tasks.mjs';

export const usage = `npm run eval -- [--suite ${suites.join('|')}|all] [--backend NAME[,NAME]] [--provider scripted|cassette|live]
  [--cassette FILE [--record [--from live|scripted]]] [--only TEXT] [--tasks-per-backend N] [--time-limit S] [--task-time-limit S]
  [--workers N] [--output FILE] [--json]`;

const known = ['native', 'deterministic', 'codex', 'claude', 'opencode', 'gemini', 'miniswe', 'openhands'];

/** A mistake in the command line, told without a stack. */
export class Mistake extends Error {}

const number = (word) => (name, options, value) => {
  if (!/^\d+$/.test(value ?? '') || Number(value) === 0) throw new Mistake(`${name} needs a whole number above 0.`);
  options[word] = Number(value);
};
const text = (word) => (name, options, value) => {
  if (!value) throw new Mistake(`${name} needs a value.`);
  options[word] = value;
};
const valued = {
  '--suite': text('suite'), '--backend': text('backend'), '--provider': text('provider'), '--cassette': text('cassette'), '--only': text('only'),
  '--output': text('output'), '--from': text('from'), '--tasks-per-backend': number('tasksPerBackend'), '--time-limit': number('timeLimitS'),
  '--task-time-limit': number('taskTimeLimitS'), '--workers': number('workers'),
};
const switches = { '--json': 'json', '--record': 'record' };

export function readOptions(words) {
  const options = { suite: 'quick', backend: 'native', provider: 'scripted', json: false, record: false, from: 'live' };
  for (let n = 0; n < words.length; n += 1) {
    const [name, inline] = words[n].split(/=(.*)/s);
    if (switches[name]) options[switches[name]] = true;
    else if (valued[name]) valued[name](name, options, inline ?? words[(n += 1)]);
    else throw new Mistake(`Unknown argument ${words[n]}.\n${usage}`);
  }
  if (![...suites, 'all'].includes(options.suite)) throw new Mistake(`Unknown suite ${options.suite}. Known: ${suites.join(', ')}, all.`);
  if (!['scripted', 'cassette', 'live'].includes(options.provider)) throw new Mistake('The provider is scripted, cassette or live.');
  if ((options.provider === 'cassette') !== Boolean(options.cassette)) throw new Mistake('--provider cassette and --cassette FILE go together.');
  if (options.record && options.provider !== 'cassette') throw new Mistake('--record needs --provider cassette.');
  if (!['live', 'scripted'].includes(options.from)) throw new Mistake('--from is live or scripted.');
  const backends = options.backend.split(',');
  const unknown = backends.find((name) => !known.includes(name));
  if (unknown) throw new Mistake(`Unknown backend ${unknown}. Known: ${known.join(', ')}.`);
  const foreign = backends.find((name) => !['native', 'deterministic'].includes(name));
  if (foreign && (options.provider === 'scripted' || (options.record && options.from === 'scripted'))) {
    throw new Mistake(`The script speaks to the native loop; ${foreign} has tools of its own and is evaluated with --provider live.`);
  }
  return { ...options, backends };
}

// Reads which tests failed, and what they said, from the output of the runners the project uses; and puts that into
// few enough lines to end a long output with. A log that is cut at its beginning must still tell the cause.

import { plain } from './tally.mjs';

/** Lines of the closing summary, and of one message in it. */
const IN_ALL = 60;
const OF_ONE = 10;
const WIDTH = 240;

/** What a panic says: its place and its words, without the backtrace. The test's own thread is named after it. */
function panic(lines, test) {
  const panics = lines.map((line, at) => [line, at]).filter(([line]) => /^thread '.*'.* panicked at /.test(line));
  const own = panics.filter(([line]) => line.startsWith(`thread '${test}'`));
  const [first, at] = (own.length > 0 ? own : panics).at(-1) ?? [];
  if (first === undefined) return undefined;
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => /^(stack backtrace:|note: |thread ')/.test(line));
  return [first.replace(/^thread '.*?'.* panicked at /, ''), ...rest.slice(0, end < 0 ? undefined : end)];
}

/** Lines between the line that `begins` and the next one that `ends`. */
function blocks(text, begins, ends) {
  const found = [];
  let open;
  for (const line of text.split('\n')) {
    const head = line.match(begins);
    if (head) found.push((open = { head, lines: [] }));
    else if (ends.test(line)) open = undefined;
    else open?.lines.push(line);
  }
  return found;
}

const readers = {
  nextest(text) {
    // `        FAIL [   0.004s] (2/5) crate::binary the::test`, then its output, moved to the right.
    const begins = /^ *(?:TRY \d+ )?(FAIL|TIMEOUT|ABORT|LEAK-FAIL|SIG[A-Z]+) +\[ *[\d.]+s\] +(?:\( *\d+\/\d+\) +)?(.+)$/;
    return blocks(text, begins, /^ *(?:TRY \d+ )?[A-Z-]+(?: \(.*\))? +\[[ >]*[\d.]+s\] |^─{4,}/).map(({ head: [, how, name], lines }) => {
      const moved = lines.map((line) => line.replace(/^ {4}/, ''));
      const from = moved.findIndex((line) => /^ *stderr ───/.test(line));
      const test = name.split(' ').at(-1);
      const otherwise = (from < 0 ? moved : moved.slice(from + 1)).filter((line) => !/^(running \d+ test|test .*\.\.\. |failures:|test result:|  std(out|err) ───|    [\w:]+$)/.test(line));
      return { name: how === 'FAIL' ? name : `${name} (${how})`, lines: panic(moved, test) ?? otherwise };
    });
  },
  cargo: (text) =>
    blocks(text, /^---- (.+) stdout ----$/, /^(failures:|test result:)/).map(({ head: [, name], lines }) => ({ name, lines: panic(lines, name) ?? lines })),
  vitest: (text) => {
    const found = blocks(text, /^ *FAIL +(.+)$/, /^ *⎯{4,}|^ *❯ |^ *(Test Files|Tests) /).map(({ head: [, name], lines }) => ({ name, lines }));
    // Tests that ended with the same words are told together, above them.
    return found.map((one, at) => ({ ...one, lines: (found.slice(at).find((next) => next.lines.some((line) => line.trim())) ?? one).lines }));
  },
  node(text) {
    const title = '✖ failing tests:\n';
    const at = text.lastIndexOf(title);
    if (at < 0) return [];
    const before = text.slice(0, at);
    return blocks(text.slice(at + title.length), /^✖ (.+?)(?: \([\d.]+ms\))?$/, /^test at /).map(({ head: [, name], lines }) => {
      const end = lines.findIndex((line) => /^ +at .*[:)]|^ +at async /.test(line));
      const said = lines.slice(0, end < 0 ? undefined : end);
      // A file that could not be run says so only in its own output.
      const loaded = !said.every((line) => line.trim() === '' || line.trim() === "'test failed'");
      return { name, lines: loaded ? said : [before.slice(0, before.lastIndexOf(`✖ ${name} `)).match(/^\w*Error(?: \[\w+\])?: .*$/gm)?.at(-1) ?? "'test failed'"] };
    });
  },
};

/** Failed tests as `{ name, lines }`, in the order they are told. A runner that failed and names none is one itself. */
export function failures(runner, text, code) {
  const clean = plain(text);
  const found = new Map();
  for (const { name, lines } of readers[runner](clean)) {
    const kept = lines.map((line) => line.trimEnd()).filter(Boolean);
    // Runners name what failed once more at their end, without its words.
    if (!found.get(name)?.length) found.set(name, kept);
  }
  if (found.size > 0 || code === 0) return [...found].map(([name, lines]) => ({ name, lines }));
  const all = clean.split('\n').filter((line) => line.trim());
  const error = all.findIndex((line) => /^error(\[\w+\])?: /.test(line));
  return [{ name: `${runner} ended with ${code}`, lines: error < 0 ? all.slice(-OF_ONE) : all.slice(error, error + OF_ONE) }];
}

/** The closing lines for these failures, at most sixty: fewer words of each when there are many. */
export function closing(found) {
  if (found.length === 0) return [];
  const named = found.slice(0, found.length > IN_ALL - 1 ? IN_ALL - 2 : undefined);
  const fits = (room) => 1 + named.reduce((total, { lines }) => total + 1 + Math.min(lines.length, room), 0) <= IN_ALL;
  let room = OF_ONE;
  while (room > 0 && !fits(room)) room -= 1;
  const lines = named.flatMap(({ name, lines: said }) => {
    const left = Math.min(...said.map((line) => line.search(/\S/)));
    return [`  ${name}`, ...said.slice(0, room).map((line) => `      ${line.slice(left)}`)];
  });
  const more = found.length - named.length;
  return ['Failed:', ...lines, ...(more > 0 ? [`  and ${more} more`] : [])].map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line));
}

import { readFileSync } from 'node:fs';
import { read } from '../src/book.mjs';
import { report } from '../src/report.mjs';
import { find } from '../src/search.mjs';
import { line } from '../src/entry.mjs';

const [command, file, ...words] = process.argv.slice(2);
const commands = {
  report: (entries) => report(entries),
  find: (entries) => find(entries, words.join(' ')).map(line).join('\n'),
};
if (!commands[command] || !file) {
  console.error('usage: ledger.mjs report|find FILE [WORDS]');
  process.exit(2);
}
console.log(commands[command](read(readFileSync(file, 'utf8'))));

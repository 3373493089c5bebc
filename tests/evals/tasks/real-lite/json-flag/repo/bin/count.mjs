import { readFileSync } from 'node:fs';
import { count, total } from '../src/count.mjs';

const HELP = `count.mjs [--help] FILE...
  --help   this text`;

const words = process.argv.slice(2);
const unknown = words.find((word) => word.startsWith('--') && word !== '--help');
if (unknown) {
  console.error(`unknown flag ${unknown}`);
  process.exit(2);
}
if (words.includes('--help')) {
  console.log(HELP);
  process.exit(0);
}
const { files, lines, words: found } = total(words.map((file) => count(readFileSync(file, 'utf8'))));
console.log(`files ${files}\nlines ${lines}\nwords ${found}`);

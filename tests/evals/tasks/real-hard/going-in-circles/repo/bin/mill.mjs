import { readFileSync } from 'node:fs';
import { rulesOf } from '../src/rules.mjs';
import { plan } from '../src/plan.mjs';
import { Store } from '../src/store.mjs';

const [command, file, ...words] = process.argv.slice(2);
if (command !== 'plan' || !file) {
  console.error('usage: mill.mjs plan RULES [SOURCE=STAMP...] TARGET');
  process.exit(2);
}
try {
  const sources = Object.fromEntries(words.filter((word) => word.includes('=')).map((word) => word.split('=')));
  const [target] = words.filter((word) => !word.includes('='));
  const rules = rulesOf(readFileSync(file, 'utf8'));
  console.log(plan(rules, new Store(), sources, target).join('\n'));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

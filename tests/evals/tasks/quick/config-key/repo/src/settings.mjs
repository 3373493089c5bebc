import { readFileSync } from 'node:fs';

const known = {
  endpoint: (value) => typeof value === 'string' && value.startsWith('http'),
  timeoutMs: (value) => Number.isInteger(value) && value > 0,
};

/** The settings: those of the file, with the caller's on top. */
export function load(own = {}, file = new URL('../config/default.json', import.meta.url)) {
  const all = { ...JSON.parse(readFileSync(file, 'utf8')), ...own };
  for (const [name, value] of Object.entries(all)) {
    if (!Object.hasOwn(known, name)) throw new Error(`unknown setting ${name}`);
    if (!known[name](value)) throw new Error(`${name} cannot be ${JSON.stringify(value)}`);
  }
  return all;
}

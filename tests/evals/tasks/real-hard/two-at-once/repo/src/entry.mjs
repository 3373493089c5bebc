import { cents, show } from './money.mjs';

/** An entry out of a line. */
export function entry(text) {
  const found = text.match(/^(\d{4}-\d{2}-\d{2}) (\S+) (\S+) (\S+) ([A-Z]{3})(?: (.*))?$/);
  if (!found) throw new Error(`not an entry: ${text}`);
  const [, day, from, to, amount, currency, words = ''] = found;
  return { day, from, to, cents: cents(amount), currency, words };
}

/** The line of an entry. */
export const line = ({ day, from, to, cents: value, currency, words }) => `${day} ${from} ${to} ${show(value)} ${currency} ${words}`.trimEnd();

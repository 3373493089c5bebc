import { split } from './split.mjs';

const money = (cents) => (cents / 100).toFixed(2);

/** A line for each person. */
export function receipt(cents, names) {
  return split(cents, names.length).map((share, n) => `${names[n]}: ${money(share)}`);
}

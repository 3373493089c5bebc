import { inEuro } from './convert.mjs';

/** What every account holds, in cents of EUR that are not rounded. */
export function balances(entries) {
  const held = new Map();
  const add = (account, value) => held.set(account, (held.get(account) ?? 0) + value);
  for (const one of entries) {
    const value = inEuro(one);
    add(one.from, -value);
    add(one.to, value);
  }
  return held;
}

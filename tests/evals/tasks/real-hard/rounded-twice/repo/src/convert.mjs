import { rates } from './rates.mjs';

/** An amount in EUR, in cents that are not rounded. */
export function inEuro({ cents, currency }) {
  const rate = rates[currency];
  if (rate === undefined) throw new Error(`no rate for ${currency}`);
  return Math.round(cents * rate);
}

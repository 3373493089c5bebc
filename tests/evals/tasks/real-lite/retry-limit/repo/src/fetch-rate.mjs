import { retry } from './retry.mjs';

/** Asks for an exchange rate; an unknown currency is not worth a second question. */
export function rate(ask, currency) {
  return retry(() => ask(currency), { attempts: 2 });
}

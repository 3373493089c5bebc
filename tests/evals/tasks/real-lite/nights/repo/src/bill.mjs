import { nights } from './stay.mjs';

/** What a stay costs, in cents. */
export function bill(stay, rate) {
  const count = nights(stay.arrival, stay.departure);
  return { nights: count, cents: count * rate };
}

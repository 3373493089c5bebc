import { order } from './order.mjs';
import { stampOf } from './stamp.mjs';

/** The stamp that every target would have now, in the order of making. */
export function wanted(rules, sources, target) {
  const stamps = new Map();
  for (const name of order(rules, target)) {
    const parts = rules.get(name).needs.map((need) => [need, stamps.get(need) ?? sources[need] ?? null]);
    stamps.set(name, stampOf(parts));
  }
  return stamps;
}

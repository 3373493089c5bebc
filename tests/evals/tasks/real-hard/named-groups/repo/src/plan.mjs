import { wanted } from './wanted.mjs';

/** Names of what has to be made for a target, in order. */
export function plan(rules, store, sources, target) {
  return [...wanted(rules, sources, target)].filter(([name, stamp]) => store.stamp(name) !== stamp).map(([name]) => name);
}

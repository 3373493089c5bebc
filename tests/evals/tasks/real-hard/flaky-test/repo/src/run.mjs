import { plan } from './plan.mjs';
import { wanted } from './wanted.mjs';

/** Makes what has to be made, one after the other; answers with the names. */
export async function run(rules, store, sources, target, make) {
  const stamps = wanted(rules, sources, target);
  const made = plan(rules, store, sources, target);
  for (const name of made) {
    await make(name);
    store.save(name, stamps.get(name));
  }
  return made;
}

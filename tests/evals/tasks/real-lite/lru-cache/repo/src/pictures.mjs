import { Cache } from './cache.mjs';

/** Loads pictures, each once as long as it is kept. */
export function pictures(load, room = 3) {
  const kept = new Cache(room);
  return (name) => {
    let picture = kept.get(name);
    if (picture === undefined) {
      picture = load(name);
      kept.set(name, picture);
    }
    return picture;
  };
}

/** Keeps at most `room` values and drops the one that was not used for the longest time. */
export class Cache {
  #values = new Map();

  constructor(room) {
    this.room = room;
  }

  get(key) {
    return this.#values.get(key);
  }

  set(key, value) {
    this.#values.set(key, value);
    if (this.#values.size > this.room) this.#values.delete(this.#values.keys().next().value);
  }

  get size() {
    return this.#values.size;
  }
}

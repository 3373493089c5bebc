/** Remembers the stamp with which each target was made. */
export class Store {
  #stamps = new Map();

  async save(name, stamp) {
    await this.written?.(name);
    this.#stamps.set(name, stamp);
  }

  stamp(name) {
    return this.#stamps.get(name);
  }
}

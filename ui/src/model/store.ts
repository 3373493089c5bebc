// A value that can be watched. The whole model stands on this; React reads it through `useSyncExternalStore`.

export interface Readable<T> {
  get: () => T;
  subscribe: (reader: () => void) => () => void;
}

export class Store<T> implements Readable<T> {
  #value: T;
  readonly #readers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  readonly get = (): T => this.#value;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  set(next: T): void {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    // Readers that go away while others are told are skipped; new ones have read the new value already.
    for (const reader of this.#readers) reader();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }
}

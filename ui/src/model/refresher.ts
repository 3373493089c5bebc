// Reads stale parts of the state again: soon, not more often than needed, and never twice at the same time.

/** How long changes are gathered before one reading. */
export const GATHER_MS = 120;

export interface Timers {
  after: (ms: number, run: () => void) => () => void;
}

export class Refresher<K extends string> {
  readonly #read: (key: K) => Promise<void>;
  readonly #timers: Timers;
  readonly #due = new Map<K, () => void>();
  readonly #running = new Set<K>();
  readonly #again = new Set<K>();

  constructor(read: (key: K) => Promise<void>, timers: Timers) {
    this.#read = read;
    this.#timers = timers;
  }

  /** Something changed: read it once more after a moment. */
  stale(key: K): void {
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    if (this.#due.has(key)) return;
    this.#due.set(
      key,
      this.#timers.after(GATHER_MS, () => {
        this.#due.delete(key);
        void this.now(key);
      }),
    );
  }

  /** Reads now. A change during the reading leads to one more. */
  async now(key: K): Promise<void> {
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#due.get(key)?.();
    this.#due.delete(key);
    this.#running.add(key);
    try {
      await this.#read(key);
    } finally {
      this.#running.delete(key);
      if (this.#again.delete(key)) this.stale(key);
    }
  }

  stop(): void {
    for (const cancel of this.#due.values()) cancel();
    this.#due.clear();
    this.#again.clear();
  }
}

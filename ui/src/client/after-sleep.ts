// HTTP calls of a page that was asleep. A browser keeps connections for the calls to come, and those may have died
// meanwhile without anybody having said so: what is asked over one waits for minutes. So what has no answer soon after
// the page is back is given up, which ends its connection, and asked once more, for as long as it takes.
//
// That is for calls that may be made twice: those that change nothing, and those with an idempotency key.

/** How long a page that is back mistrusts the connections it had. */
const FRESH_MS = 10_000;
/** How long an answer over such a connection is waited for. */
const PATIENCE_MS = 2_000;

export interface AfterSleepParts {
  fetch: typeof fetch;
  now: () => number;
  /** Runs once after so many milliseconds; what it returns cancels it. */
  later: (ms: number, run: () => void) => () => void;
}

export class AfterSleep {
  readonly #parts: AfterSleepParts;
  #woke = Number.NEGATIVE_INFINITY;
  /** Calls without an answer so far: each gives its first attempt up after a while. */
  readonly #asked = new Set<() => void>();

  constructor(parts: AfterSleepParts) {
    this.#parts = parts;
  }

  /** The page is back from where its connections may have died. */
  woke(): void {
    this.#woke = this.#parts.now();
    for (const hurry of this.#asked) hurry();
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const { fetch, later, now } = this.#parts;
    const first = new AbortController();
    let cancel: (() => void) | undefined;
    let late = false;
    const hurry = () => {
      cancel ??= later(PATIENCE_MS, () => {
        late = true;
        first.abort();
      });
    };
    const given = init?.signal;
    const abort = () => first.abort(given?.reason);
    given?.addEventListener("abort", abort);
    if (given?.aborted) abort();
    this.#asked.add(hurry);
    if (now() - this.#woke < FRESH_MS) hurry();
    try {
      return await fetch(input, { ...init, signal: first.signal });
    } catch (thrown) {
      if (!late || given?.aborted) throw thrown;
      return await fetch(input, init);
    } finally {
      this.#asked.delete(hurry);
      cancel?.();
      // An answer that is still being read ends with whoever asked for it.
      if (late || first.signal.aborted) given?.removeEventListener("abort", abort);
    }
  };
}

// Answers on their way. A tap is written down on this device before it is sent, under one key, so that a lost line, a
// closed page or a second tap never makes two answers of it, and none is lost without being told.

import { type Approval, asFailure, type Call, type Decision } from "../client";
import type { Shelf } from "../model/outbox";
import { askedOf, Store } from "../model";

/** A tap that could not be sent for longer is asked about again: what it was about may look different by now. */
export const FRESH_MS = 10 * 60_000;
/** Taps kept at most; nobody makes more without a line. */
const MOST = 50;

export interface Tap {
  readonly key: string;
  readonly approvalId: string;
  /** Of exactly what was seen. */
  readonly hash: string;
  readonly summary: string;
  readonly decision: Decision;
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** `waiting` for a line, `sending`, `old` until the person says again, `late` or `refused` by the server. */
  readonly state: "waiting" | "sending" | "old" | "late" | "refused";
  readonly why?: string;
}

export interface TapsParts {
  call: Call;
  shelf: Shelf;
  newKey: () => string;
  now: () => number;
  /** The server took it, or said what became of the question. */
  settled: (approval: Approval | undefined, approvalId: string) => void;
}

/** Codes by which the server says that somebody or something was quicker. */
const LATE = new Set<string>(["already_resolved", "stale", "not_found"]);

export class Taps {
  readonly list = new Store<readonly Tap[]>([]);
  readonly #parts: TapsParts;
  readonly #sending = new Set<string>();

  constructor(parts: TapsParts) {
    this.#parts = parts;
    this.list.update(() => readShelf(parts.shelf));
  }

  /** The first tap on a question counts, until it is taken back. */
  tap(approval: Approval, decision: Decision): void {
    const before = this.of(approval.id);
    if (before && (before.state === "waiting" || before.state === "sending")) return;
    const tap: Tap = {
      key: this.#parts.newKey(),
      approvalId: approval.id,
      hash: approval.hash,
      summary: askedOf(approval),
      decision,
      at: this.#parts.now(),
      state: "waiting",
    };
    this.#set([...this.list.get().filter((one) => one.approvalId !== approval.id), tap].slice(-MOST));
    void this.#send(tap.key);
  }

  of(approvalId: string): Tap | undefined {
    return this.list.get().find((tap) => tap.approvalId === approvalId);
  }

  /** What was not sent is not sent; what was told is put away. */
  drop(key: string): void {
    if (this.#sending.has(key)) return;
    this.#set(this.list.get().filter((tap) => tap.key !== key));
  }

  /** The person still means it. */
  again(key: string): void {
    this.#patch(key, { state: "waiting", at: this.#parts.now() });
    void this.#send(key);
  }

  /** There is a line: everything that waits is sent, each on its own so that one does not hold up the others. */
  flush(): Promise<unknown> {
    return Promise.all(this.list.get().map((tap) => (tap.state === "waiting" ? this.#send(tap.key) : undefined)));
  }

  async #send(key: string): Promise<void> {
    const tap = this.list.get().find((one) => one.key === key);
    if (!tap || this.#sending.has(key)) return;
    if (this.#parts.now() - tap.at > FRESH_MS) return this.#patch(key, { state: "old" });
    this.#sending.add(key);
    this.#patch(key, { state: "sending" });
    try {
      const params = { approvalId: tap.approvalId, decision: tap.decision, hash: tap.hash };
      const approval = await this.#parts.call("approval.answer", params, { idempotencyKey: key });
      this.#sending.delete(key);
      this.drop(key);
      this.#parts.settled(approval, tap.approvalId);
    } catch (thrown) {
      this.#sending.delete(key);
      const failure = asFailure(thrown);
      if (failure.retryable || failure.code === "unauthenticated") return this.#patch(key, { state: "waiting" });
      this.#patch(key, { state: LATE.has(failure.code) ? "late" : "refused", why: failure.message });
      this.#parts.settled(undefined, tap.approvalId);
    }
  }

  #patch(key: string, change: Partial<Tap>): void {
    this.#set(this.list.get().map((tap) => (tap.key === key ? { ...tap, ...change } : tap)));
  }

  #set(list: readonly Tap[]): void {
    this.list.update(() => list);
    try {
      this.#parts.shelf.write(JSON.stringify(list));
    } catch {
      // Without storage a tap lives as long as its page.
    }
  }
}

function readShelf(shelf: Shelf): readonly Tap[] {
  try {
    const list: unknown = JSON.parse(shelf.read() ?? "[]");
    if (!Array.isArray(list)) return [];
    return (
      list
        .filter((one): one is Tap => [one?.key, one?.approvalId, one?.hash, one?.summary, one?.state].every((text) => typeof text === "string") && typeof one.at === "number")
        .filter((one) => one.decision === "approve" || one.decision === "deny")
        // Whether the last attempt arrived is unknown; the key makes asking again harmless.
        .map((one) => (one.state === "sending" ? { ...one, state: "waiting" as const } : one))
    );
  } catch {
    return [];
  }
}

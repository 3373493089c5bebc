// Messages on their way to the server. They are kept on this device until their event came back, so that closing
// the page or losing the line loses nothing, and each carries one key so that sending twice stores once.

import type { Call } from "../client";
import { asFailure } from "../client";
import type { Outgoing } from "./state";

export interface Shelf {
  read: () => string | null;
  write: (text: string) => void;
}

export interface OutboxParts {
  call: Call;
  shelf: Shelf;
  newKey: () => string;
  now: () => string;
  /** Whether the stream already brought the event with this cursor. */
  seen: (cursor: number) => boolean;
  onChange: (outgoing: readonly Outgoing[]) => void;
}

export class Outbox {
  readonly #parts: OutboxParts;
  #list: readonly Outgoing[];
  #sending = false;
  /** Keys of settled messages by event. */
  readonly #keys = new Map<string, string>();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#list = readShelf(parts.shelf);
  }

  get list(): readonly Outgoing[] {
    return this.#list;
  }

  add(sessionId: string, text: string, priority: Outgoing["priority"], targetWorkerId?: string): void {
    const message: Outgoing = {
      key: this.#parts.newKey(), sessionId, text, priority, writtenAt: this.#parts.now(), state: "waiting", ...(targetWorkerId ? { targetWorkerId } : {}),
    };
    this.#set([...this.#list, message]);
    void this.flush();
  }

  /** Takes back what was not accepted. */
  discard(key: string): void {
    this.#set(this.#list.filter((message) => message.key !== key));
  }

  retry(key: string): void {
    this.#patch(key, { state: "waiting" });
    void this.flush();
  }

  /** Sends what waits, in the order it was written. Stops at the first that finds no server. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (;;) {
        const next = this.#list.find((message) => message.state === "waiting");
        if (!next || !(await this.#send(next))) return;
      }
    } finally {
      this.#sending = false;
    }
  }

  /** The stream brought a message: the one it came from is settled. */
  echoed(sessionId: string, eventId: string, text: string): void {
    const mine = this.#list.find(
      (message) =>
        message.sessionId === sessionId &&
        (message.eventId ? message.eventId === eventId : message.state === "sending" && message.text === text),
    );
    if (!mine) return;
    this.#keys.set(eventId, mine.key);
    this.discard(mine.key);
  }

  /** The key a message had on this device, or its own. */
  keyOf(eventId: string): string {
    return this.#keys.get(eventId) ?? eventId;
  }

  async #send(message: Outgoing): Promise<boolean> {
    this.#patch(message.key, { state: "sending" });
    try {
      const reply = await this.#parts.call(
        "chat.send",
        { sessionId: message.sessionId, text: message.text, priority: message.priority, ...(message.targetWorkerId ? { targetWorkerId: message.targetWorkerId } : {}) },
        { idempotencyKey: message.key },
      );
      this.#keys.set(reply.eventId, message.key);
      if (this.#parts.seen(reply.cursor)) this.discard(message.key);
      else this.#patch(message.key, { state: "sent", eventId: reply.eventId });
      return true;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.retryable || failure.code === "unauthenticated") {
        this.#patch(message.key, { state: "waiting" });
        return false;
      }
      this.#patch(message.key, { state: "refused", problem: failure.message });
      return true;
    }
  }

  #patch(key: string, change: Partial<Outgoing>): void {
    if (!this.#list.some((message) => message.key === key)) return;
    this.#set(this.#list.map((message) => (message.key === key ? { ...message, ...change } : message)));
  }

  #set(list: readonly Outgoing[]): void {
    this.#list = list;
    this.#parts.shelf.write(JSON.stringify(list));
    this.#parts.onChange(list);
  }
}

function readShelf(shelf: Shelf): readonly Outgoing[] {
  try {
    const list: unknown = JSON.parse(shelf.read() ?? "[]");
    if (!Array.isArray(list)) return [];
    return list
      .filter((one): one is Outgoing => typeof one?.key === "string" && typeof one?.text === "string")
      // Whether the last attempt arrived is unknown; the key makes asking again harmless.
      .map((one) => (one.state === "refused" ? one : { ...one, state: "waiting" as const }));
  } catch {
    return [];
  }
}

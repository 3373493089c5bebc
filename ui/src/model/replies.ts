// What the buddies say: answers while they are written and once they are whole, and their passing status lines.

import type { Envelope } from "../client";
import type { NoticeItem, Of, ReplyItem } from "./items";
import { buddyName } from "./names";
import type { Rows } from "./rows";

export class Replies {
  readonly #rows: Rows;
  /** Key of the row that is being written, by request. */
  readonly #streams = new Map<string, string>();
  #streamed = 0;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** A piece of an answer that is being written. The log will bring the whole of it later. */
  delta(requestId: string | undefined, text: string, ts: string): void {
    const thread = requestId ?? "";
    const open = this.#streams.get(thread);
    if (open) return this.#rows.change<ReplyItem>(open, (reply) => ({ ...reply, text: reply.text + text }));
    this.#streamed += 1;
    const key = `stream-${thread}-${this.#streamed}`;
    this.#streams.set(thread, key);
    this.#rows.push({ kind: "reply", key, ts, who: buddyName("remotebuddy"), text, streaming: true });
  }

  /** The stream broke: half an answer that nobody continues is taken away; the log has the rest. */
  dropStreaming(): void {
    for (const key of this.#streams.values()) this.#rows.remove(key);
    this.#streams.clear();
  }

  /** Goes on with what is still being written in `before`, for the log does not hold it yet. */
  adopt(before: Replies): void {
    for (const [thread, key] of before.#streams) {
      const open = before.#rows.find<ReplyItem>(key);
      if (!open) continue;
      this.#streams.set(thread, key);
      this.#rows.push(open);
    }
    this.#streamed = before.#streamed;
  }

  whole(envelope: Envelope, text: string): void {
    const who = buddyName(envelope.from);
    if (this.#saidByCard(text)) return;
    const thread = this.#openStream(envelope.correlationId, who);
    const key = thread === undefined ? undefined : this.#streams.get(thread);
    const open = key ? this.#rows.find<ReplyItem>(key) : undefined;
    if (thread === undefined || !open) {
      this.#rows.push({ kind: "reply", key: envelope.id, ts: envelope.ts, who, text, streaming: false });
      return;
    }
    this.#streams.delete(thread);
    const settled: ReplyItem = { ...open, ts: envelope.ts, who, text, streaming: false };
    if (this.#rows.isLast(open.key)) {
      // The row keeps its key, so nothing is drawn anew but the words.
      this.#rows.replace(open.key, settled);
    } else {
      this.#rows.remove(open.key);
      this.#rows.push(settled);
    }
  }

  status(envelope: Envelope, payload: Of<"buddy.status">): void {
    const last = this.#rows.last;
    const line: NoticeItem = {
      kind: "notice", key: envelope.id, ts: envelope.ts, tone: "plain", icon: "wave", who: buddyName(envelope.from), text: payload.message, detail: undefined,
    };
    // Each line of one buddy replaces the one before it, as long as nothing else came in between.
    if (last?.kind === "notice" && last.icon === "wave" && last.who === line.who) this.#rows.replaceLast(line);
    else this.#rows.push(line);
  }

  /** Simple clients get a waiting request as text as well; here the card above says all of it. */
  #saidByCard(text: string): boolean {
    const last = this.#rows.last;
    return last?.kind === "waiting" && last.understood !== "" && text.startsWith(last.understood);
  }

  /** Which stream a finished answer ends: its own request's, or the only one there is. */
  #openStream(requestId: string | undefined, who: string): string | undefined {
    if (requestId !== undefined && this.#streams.has(requestId)) return requestId;
    if (who !== buddyName("remotebuddy")) return undefined;
    const threads = [...this.#streams.keys()];
    return threads.length === 1 ? threads[0] : undefined;
  }
}

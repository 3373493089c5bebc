// The live event stream: one connection for everything, resumed by cursor after every break, each event delivered
// once. It never gives up by itself; how long it waits grows, and a person can ask it to try now.

import type { Delivered } from "./protocol";
import { FrameSplitter } from "./sse";
import { words } from "./words";

export type Connection =
  | { state: "connecting"; attempt: number }
  /** `over` where a WebSocket cannot be had. */
  | { state: "live"; since: number; over?: "http" }
  /** `nextAt` is when it tries again; `lastSeen` when it last heard anything. */
  | { state: "offline"; attempt: number; nextAt: number; lastSeen: number | undefined; cause: string }
  | { state: "signed_out" }
  | { state: "stopped" };

/** Something that is true only now and not in the log, such as a piece of a model's answer. */
export type Ephemeral = { type: string; [key: string]: unknown };

export interface StreamParts {
  fetch: typeof fetch;
  base: string;
  now: () => number;
  /** 0 to 1. */
  random: () => number;
  /** Resolves after so many milliseconds, or at once when the signal fires. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  onConnection: (connection: Connection) => void;
  /** Events in order, none twice. */
  onEvents: (events: Delivered[]) => void;
  onEphemeral: (event: Ephemeral) => void;
  /** What was seen so far is no longer the whole truth: load everything again. */
  onGap: (why: "log_restarted" | "server_said") => void;
}

/** The server sends a comment every 15 s; twice that plus some slack without a byte means the line is dead. */
export const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Whatever way events come. */
export interface Following {
  /** Cursor of the newest event delivered. */
  readonly cursor: number;
  /** Follows everything after `cursor`. Starting again begins anew from there. */
  start(cursor: number): void;
  stop(): void;
  /** Ends the present wait, if there is one. */
  retryNow(): void;
}

export class EventStream implements Following {
  readonly #parts: StreamParts;
  #cursor = 0;
  #life: AbortController | undefined;
  #skipWait: AbortController | undefined;
  #lastSeen: number | undefined;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** Cursor of the newest event delivered. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Follows everything after `cursor`. Starting again begins anew from there. */
  start(cursor: number): void {
    this.stop();
    this.#cursor = cursor;
    const life = new AbortController();
    this.#life = life;
    void this.#follow(life.signal);
  }

  stop(): void {
    if (!this.#life) return;
    this.#life.abort();
    this.#life = undefined;
    this.#parts.onConnection({ state: "stopped" });
  }

  /** Ends the present wait, if there is one. */
  retryNow(): void {
    this.#skipWait?.abort();
  }

  async #follow(life: AbortSignal): Promise<void> {
    let attempt = 0;
    while (!life.aborted) {
      this.#parts.onConnection({ state: "connecting", attempt });
      const ended = await this.#connectOnce(life);
      if (life.aborted) return;
      if (ended.signedOut) {
        this.#parts.onConnection({ state: "signed_out" });
        return;
      }
      attempt = ended.heard ? 1 : attempt + 1;
      const ms = backOff(attempt, this.#parts.random());
      this.#parts.onConnection({
        state: "offline",
        attempt,
        nextAt: this.#parts.now() + ms,
        lastSeen: this.#lastSeen,
        cause: ended.cause,
      });
      this.#skipWait = new AbortController();
      await this.#parts.wait(ms, AbortSignal.any([life, this.#skipWait.signal]));
      this.#skipWait = undefined;
    }
  }

  async #connectOnce(life: AbortSignal): Promise<{ heard: boolean; signedOut?: boolean; cause: string }> {
    const line = new AbortController();
    const signal = AbortSignal.any([life, line.signal]);
    const after = this.#cursor;
    let heard = false;
    try {
      const response = await this.#parts.fetch(`${this.#parts.base}/v1/events?after=${after}&types=all`, {
        headers: { accept: "text/event-stream" },
        credentials: "same-origin",
        cache: "no-store",
        signal,
      });
      if (response.status === 401) {
        await response.body?.cancel();
        return { heard, signedOut: true, cause: "not signed in" };
      }
      if (!response.ok || !response.body) {
        await response.body?.cancel();
        return { heard, cause: words.streamStatus(response.status) };
      }
      this.#parts.onConnection({ state: "live", since: this.#parts.now() });
      const reader = response.body.getReader();
      const splitter = new FrameSplitter();
      let first = true;
      for (;;) {
        const chunk = await readWithin(reader, SILENCE_MS, this.#parts.wait, life);
        if (chunk.done) return { heard, cause: "the server closed the connection" };
        heard = true;
        this.#lastSeen = this.#parts.now();
        first = this.#deliver(splitter.push(chunk.value), after, first);
      }
    } catch (thrown) {
      return { heard, cause: thrown instanceof Error ? thrown.message : String(thrown) };
    } finally {
      line.abort();
    }
  }

  /** Returns whether the first event of this connection is still to come. */
  #deliver(frames: ReturnType<FrameSplitter["push"]>, after: number, first: boolean): boolean {
    let batch: Delivered[] = [];
    const flush = () => {
      if (batch.length > 0) this.#parts.onEvents(batch);
      batch = [];
    };
    for (const frame of frames) {
      if (frame.event === "gap") {
        flush();
        this.#parts.onGap("server_said");
        continue;
      }
      const body = parseJson(frame.data);
      if (frame.event === "ephemeral") {
        flush();
        if (isEphemeral(body)) this.#parts.onEphemeral(body);
        continue;
      }
      if (!isDelivered(body)) continue;
      if (first) {
        first = false;
        // A resume never brings what we have. If it does, the log behind the address is another one.
        if (body.cursor <= after) {
          this.#cursor = 0;
          this.#parts.onGap("log_restarted");
        }
      }
      if (body.cursor <= this.#cursor) continue;
      this.#cursor = body.cursor;
      batch.push(body);
    }
    flush();
    return first;
  }
}

/** Doubles up to 15 s, spread by a quarter so that many pages do not knock together. */
export function backOff(attempt: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(full * (0.75 + 0.5 * random));
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  ms: number,
  wait: StreamParts["wait"],
  life: AbortSignal,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  const done = new AbortController();
  const silence = wait(ms, AbortSignal.any([done.signal, life])).then(() => {
    if (done.signal.aborted || life.aborted) return;
    throw new Error("nothing was heard from the server");
  });
  try {
    return await Promise.race([reader.read(), silence.then(() => new Promise<never>(() => undefined))]);
  } finally {
    done.abort();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isDelivered(body: unknown): body is Delivered {
  if (typeof body !== "object" || body === null) return false;
  const { cursor, envelope } = body as { cursor?: unknown; envelope?: unknown };
  return typeof cursor === "number" && typeof envelope === "object" && envelope !== null;
}

function isEphemeral(body: unknown): body is Ephemeral {
  return typeof body === "object" && body !== null && typeof (body as { type?: unknown }).type === "string";
}

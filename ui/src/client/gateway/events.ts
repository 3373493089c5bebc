// The live event stream over the gateway: resumed by cursor on every connection, each event delivered once, and
// acknowledged so that no more come than this page takes in. Without a WebSocket the same comes as server-sent events.

import { type Connection, type Ephemeral, EventStream, type Following, type StreamParts } from "../stream";
import type { Delivered } from "../protocol";
import type { Gateway, GatewayState, ServerEvent } from "./gateway";

/** Events that may be on their way. */
const WINDOW = 512;
/** They are acknowledged after so many. */
const ACK_EVERY = 128;
/** Events that come in a swarm are delivered together. */
const SWARM_MS = 16;

export interface EventsParts extends Omit<StreamParts, "onConnection"> {
  gateway: Gateway;
  later: (ms: number, run: () => void) => () => void;
  onConnection: (connection: Connection) => void;
}

export class GatewayEvents implements Following {
  readonly #parts: EventsParts;
  #cursor = 0;
  #unwatch: (() => void) | undefined;
  /** The subscription on the present connection. */
  #sub: number | undefined;
  #after = 0;
  #first = true;
  #batch: Delivered[] = [];
  #unacked = 0;
  #delivered = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;
  #plain: EventStream | undefined;
  #lastSeen: number | undefined;

  constructor(parts: EventsParts) {
    this.#parts = parts;
  }

  get cursor(): number {
    return this.#plain?.cursor ?? this.#cursor;
  }

  start(cursor: number): void {
    this.#end();
    this.#cursor = cursor;
    this.#unwatch = this.#parts.gateway.watch({
      onState: (state) => this.#state(state),
      onNow: (data) => this.#now(data),
      onGap: () => {
        if (this.#sub !== undefined) this.#parts.onGap("server_said");
      },
      onEvent: (event) => this.#event(event),
    });
    this.#parts.gateway.start();
    this.#state(this.#parts.gateway.state);
  }

  stop(): void {
    if (!this.#unwatch) return;
    this.#end();
    this.#parts.onConnection({ state: "stopped" });
  }

  retryNow(): void {
    this.#parts.gateway.wake();
    this.#plain?.retryNow();
  }

  #end(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    if (this.#sub !== undefined) this.#parts.gateway.unfollow(this.#sub);
    this.#flush();
    this.#cut();
    this.#endPlain();
  }

  /** What came before is delivered still: the connection brings what is behind it. */
  #cut(): void {
    this.#flush();
    this.#sub = undefined;
  }

  #state(state: GatewayState): void {
    const { gateway, now, onConnection } = this.#parts;
    if (state.state === "live") {
      this.#endPlain();
      return this.#follow();
    }
    if (this.#sub !== undefined) this.#lastSeen = gateway.heard;
    this.#cut();
    switch (state.state) {
      case "connecting":
      case "stopped":
        return onConnection({ state: "connecting", attempt: gateway.attempt });
      case "offline":
        return onConnection({ state: "offline", attempt: gateway.attempt, nextAt: state.nextAt, lastSeen: this.#lastSeen, cause: "the connection is broken" });
      case "rejected":
        return onConnection({ state: "signed_out" });
      case "unavailable":
        if (this.#plain) return;
        this.#plain = new EventStream({
          ...this.#parts,
          onConnection: (connection) => {
            if (connection.state === "stopped") return;
            onConnection(connection.state === "live" ? { state: "live", since: now(), over: "http" } : connection);
          },
        });
        return this.#plain.start(this.#cursor);
    }
  }

  #endPlain(): void {
    const plain = this.#plain;
    if (!plain) return;
    this.#cursor = plain.cursor;
    this.#plain = undefined;
    plain.stop();
  }

  #follow(): void {
    if (this.#sub !== undefined) return;
    this.#after = this.#cursor;
    this.#first = true;
    this.#unacked = 0;
    const { id, admitted } = this.#parts.gateway.follow(this.#cursor, WINDOW);
    this.#sub = id;
    const since = this.#parts.now();
    admitted.then(
      () => {
        if (this.#sub === id) this.#parts.onConnection({ state: "live", since });
      },
      // Cut before it was answered, it is asked for again with the next connection.
      () => {
        if (this.#sub === id) this.#sub = undefined;
      },
    );
  }

  #event({ sub, envelope, cursor }: ServerEvent): void {
    if (sub !== this.#sub) return;
    if (this.#first) {
      this.#first = false;
      // A resume never brings what we have. If it does, the log behind the address is another one.
      if (cursor <= this.#after) {
        this.#cursor = 0;
        this.#parts.onGap("log_restarted");
      }
    }
    if (cursor <= this.#cursor) return;
    this.#cursor = cursor;
    this.#batch.push({ envelope, cursor });
    // Timers of a page nobody sees come late; what comes after a swarm does not wait for them.
    const since = this.#parts.now() - this.#delivered;
    if (since >= SWARM_MS || this.#batch.length >= ACK_EVERY) this.#flush();
    else this.#cancel ??= this.#parts.later(SWARM_MS - since, () => this.#flush());
  }

  #flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#delivered = this.#parts.now();
    this.#parts.onEvents(batch);
    this.#unacked += batch.length;
    if (this.#sub === undefined || this.#unacked < ACK_EVERY) return;
    this.#unacked = 0;
    this.#parts.gateway.acknowledge(this.#sub, this.#cursor);
  }

  #now(data: unknown): void {
    if (this.#sub === undefined || typeof data !== "object" || data === null || !("type" in data)) return;
    // What was said before it is in events that come first.
    this.#flush();
    this.#parts.onEphemeral(data as Ephemeral);
  }
}

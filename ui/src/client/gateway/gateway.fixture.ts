// For tests: a socket whose other end the test plays, and a clock it moves.

import type { ServerFrame } from "../protocol";
import { Gateway, type GatewayParts, type Socket } from "./gateway";
import { frame, readFrame } from "./head";

export const GREETING: ServerFrame[] = [
  { t: "hello", versions: [1, 1], server: "x", serverId: "s", challenge: "c" },
  {
    t: "welcome", version: 1, who: "owner", scopes: [], methods: [],
    limits: { frameBytes: 1, inFlight: 1, subscriptions: 1, streams: 1, beatMs: 1, queuedBytes: 1 },
    snapshot: { cursor: 0, approvals: [], jobs: [], terminals: [], presence: [], more: false },
  },
];

/** Timers that run when the test lets time pass. */
export class Clock {
  #now = 0;
  #timers: Array<{ at: number; run: () => void }> = [];

  readonly now = () => this.#now;

  readonly later = (ms: number, run: () => void) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((one) => one !== next);
      next.run();
    }
    this.#now = end;
  }
}

export class FakeSocket implements Socket {
  binaryType = "";
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  closed = false;
  readonly sent: Array<string | Uint8Array<ArrayBuffer>> = [];
  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.sent.push(data);
  }
  close(): void {
    this.closed = true;
  }
  say(message: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  show(kind: number, offset: number, text: string, replay = false): void {
    const bytes = frame(kind, 1, offset, new TextEncoder().encode(text));
    if (replay) bytes[3] = 1;
    this.onmessage?.({ data: bytes.buffer });
  }
  texts(): Array<Record<string, unknown>> {
    return this.sent.filter((one) => typeof one === "string").map((one) => JSON.parse(one) as Record<string, unknown>);
  }
  frames(): Array<{ kind: number; offset: number; text: string }> {
    return this.sent
      .filter((one) => typeof one !== "string")
      .map((one) => readFrame(one.buffer))
      .map((read) => ({ kind: read?.head.kind ?? -1, offset: read?.head.offset ?? -1, text: new TextDecoder().decode(read?.payload) }));
  }
}

/** A gateway on that clock, and every socket it has opened. */
export function gatewayWithSockets(more: Partial<GatewayParts> = {}) {
  const clock = new Clock();
  const sockets: FakeSocket[] = [];
  const gateway = new Gateway({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    now: clock.now,
    random: () => 0.5,
    later: clock.later,
    onState: () => undefined,
    onNow: () => undefined,
    ...more,
  });
  return { clock, sockets, gateway };
}

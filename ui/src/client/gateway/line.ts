// One terminal as this page is attached to it: output in order and once, whatever happens to the connection; input
// kept until the program has it.

import type { CallFailure } from "../failure";
import type { ServerFrame, Terminal, TerminalEnd } from "../protocol";
import type { Attached, Gateway } from "./gateway";
import { frame, type Head, KIND } from "./head";
import { asCallFailure } from "./refused";

/** Bytes of input that may be on their way. */
const INPUT_WINDOW = 192 * 1024;
/** Bytes of one input frame. */
const INPUT_PIECE = 32 * 1024;
/** Input that waits beyond this is refused: it is more than anybody pastes on purpose. */
const INPUT_MOST = 16 * 1024 * 1024;
/** Output is acknowledged at least this often, in bytes. */
const ACK_EVERY = 64 * 1024;

export interface LineParts {
  /** Output; `done` when the emulator has it, which is what lets more come. */
  onOutput: (bytes: Uint8Array, replay: boolean, done: () => void) => void;
  /** A picture of the screen: what was shown before is replaced. */
  onPicture: (bytes: Uint8Array, done: () => void) => void;
  onTerminal: (terminal: Terminal, controls: boolean) => void;
  onExit: (end: TerminalEnd) => void;
  /** Whether it is attached now. */
  onAttached: (attached: boolean) => void;
  /** It cannot be attached, or is not any more. */
  onFailure: (failure: CallFailure) => void;
  /** Input was not taken. */
  onRefused: (message: string) => void;
}

export class TerminalLine implements Attached {
  readonly #gateway: Gateway;
  readonly #id: string;
  readonly #parts: LineParts;
  #stream: number | undefined;
  #seat: string | undefined;
  /** Output given to the emulator, as an offset; nothing before the first picture. */
  #received: number | undefined;
  /** Taken in by the emulator, and said to the server. */
  #consumed = 0;
  #acked = 0;
  /** Input the program does not have yet; its first byte is at `#inputAt`. */
  #input: Uint8Array[] = [];
  #inputBytes = 0;
  #inputAt = 0;
  #inputSent = 0;
  #controls = false;
  #ended = false;
  #closed = false;

  constructor(gateway: Gateway, id: string, parts: LineParts) {
    this.#gateway = gateway;
    this.#id = id;
    this.#parts = parts;
    gateway.add(this);
  }

  get stream(): number | undefined {
    return this.#stream;
  }

  /** Takes a place once more, after it was given up. */
  again(): void {
    if (!this.#closed && !this.#ended && this.#stream === undefined) this.#gateway.add(this);
  }

  /** Gives the place up. */
  close(): void {
    this.#closed = true;
    this.#gateway.remove(this);
    const stream = this.#stream;
    this.#stream = undefined;
    // Whoever is gone already needs no goodbye.
    if (stream !== undefined) this.#gateway.call("terminals.detach", { stream }).catch(() => undefined);
  }

  connected(): void {
    if (this.#ended) return;
    const again = this.#seat !== undefined ? { seat: this.#seat } : {};
    const after = this.#received !== undefined ? { after: this.#received } : {};
    this.#gateway.call("terminals.attach", { id: this.#id, ...again, ...after }).then(
      (reply) => {
        if (this.#closed) {
          this.#gateway.call("terminals.detach", { stream: reply.stream }).catch(() => undefined);
          return;
        }
        const same = reply.seat === this.#seat;
        this.#stream = reply.stream;
        this.#seat = reply.seat;
        this.#acked = 0;
        if (same) this.#taken(reply.inputOffset);
        else this.#forgetInput(reply.inputOffset);
        this.#inputSent = this.#inputAt;
        this.#controls = reply.controls;
        this.#parts.onAttached(true);
        this.#parts.onTerminal(reply.terminal, reply.controls);
        this.#flush();
      },
      (failure: CallFailure) => {
        if (!this.#closed && failure.code !== "offline") this.#parts.onFailure(failure);
      },
    );
  }

  cut(): void {
    this.#stream = undefined;
    if (!this.#closed && !this.#ended) this.#parts.onAttached(false);
  }

  binary(head: Head, payload: Uint8Array): void {
    switch (head.kind) {
      case KIND.output: {
        // After a reconnect it begins exactly behind what was received.
        this.#received = head.offset + payload.length;
        const end = this.#received;
        this.#parts.onOutput(payload, head.replay, () => this.#done(end));
        return;
      }
      case KIND.snapshot: {
        this.#received = head.offset;
        this.#consumed = head.offset;
        this.#parts.onPicture(payload, () => this.#done(head.offset));
        return;
      }
      case KIND.ack:
        this.#taken(head.offset);
        this.#flush();
        return;
      case KIND.exit:
        this.#ended = true;
        this.#parts.onExit(JSON.parse(new TextDecoder().decode(payload)) as TerminalEnd);
        return;
      default:
        // A gap is followed by a picture.
        return;
    }
  }

  frame(frame: ServerFrame): void {
    if (frame.t === "term") {
      this.#controls = frame.controls;
      if (!frame.controls) this.#forgetInput(this.#inputSent);
      this.#parts.onTerminal(frame.terminal, frame.controls);
    } else if (frame.t === "refused" && frame.error.code === "stale") {
      // Another connection has taken this place up: two would only take it from each other.
      this.#stream = undefined;
      this.#seat = undefined;
      this.#gateway.remove(this);
      this.#parts.onFailure(asCallFailure(frame.error));
    } else if (frame.t === "refused" && frame.error.code === "node.away") {
      // Its machine was away for longer than the place is kept. What was typed last is for whoever still has the seat.
      this.#stream = undefined;
      this.#parts.onFailure(asCallFailure(frame.error));
    } else if (frame.t === "refused") {
      this.#forgetInput(this.#inputAt);
      this.#parts.onRefused(frame.error.message);
    }
  }

  /** Types. False when nobody would get it. */
  type(input: string | Uint8Array): boolean {
    if (!this.#controls || this.#ended) return false;
    const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
    if (this.#inputBytes + bytes.length > INPUT_MOST) return false;
    for (let at = 0; at < bytes.length; at += INPUT_PIECE) this.#input.push(bytes.subarray(at, at + INPUT_PIECE));
    this.#inputBytes += bytes.length;
    this.#flush();
    return true;
  }

  resize(cols: number, rows: number): void {
    if (this.#stream === undefined || !this.#controls) return;
    this.#gateway.call("terminals.resize", { stream: this.#stream, cols, rows }).catch(() => undefined);
  }

  async takeControl(): Promise<void> {
    if (this.#stream === undefined) return;
    const reply = await this.#gateway.call("terminals.take_control", { stream: this.#stream });
    this.#controls = true;
    this.#forgetInput(reply.inputOffset);
    this.#parts.onTerminal(reply.terminal, true);
  }

  #done(end: number): void {
    this.#consumed = Math.max(this.#consumed, end);
    const all = this.#consumed === this.#received;
    if (this.#stream === undefined || this.#consumed <= this.#acked) return;
    if (all || this.#consumed - this.#acked >= ACK_EVERY) {
      this.#acked = this.#consumed;
      this.#gateway.send(frame(KIND.ack, this.#stream, this.#consumed));
    }
  }

  /** The program has all input before `offset`. */
  #taken(offset: number): void {
    let gone = offset - this.#inputAt;
    while (gone > 0) {
      const first = this.#input[0];
      if (!first) break;
      const part = Math.min(gone, first.length);
      if (part === first.length) this.#input.shift();
      else this.#input[0] = first.subarray(part);
      this.#inputAt += part;
      this.#inputBytes -= part;
      gone -= part;
    }
    this.#inputSent = Math.max(this.#inputSent, this.#inputAt);
  }

  #forgetInput(at: number): void {
    this.#input = [];
    this.#inputBytes = 0;
    this.#inputAt = at;
    this.#inputSent = at;
  }

  #flush(): void {
    if (this.#stream === undefined) return;
    let at = this.#inputAt;
    for (const piece of this.#input) {
      const end = at + piece.length;
      if (end > this.#inputSent) {
        if (end - this.#inputAt > INPUT_WINDOW) return;
        const from = Math.max(at, this.#inputSent);
        this.#gateway.send(frame(KIND.input, this.#stream, from, piece.subarray(from - at)));
        this.#inputSent = end;
      }
      at = end;
    }
  }
}

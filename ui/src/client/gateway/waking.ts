// Coming back from a sleep, or to another network. A line that may be dead is asked, and where nothing comes back soon
// another is tried beside it: whichever answers is used. So a dead line costs a moment, and one that is merely slow is
// not lost. What a line is for, and what becomes of whoever uses it, is the gateway's.

import type { ClientNote, ServerFrame } from "../protocol";
import { Beside } from "./beside";
import type { GatewayState, Socket } from "./gateway";

/** A line that is silent for longer is given up. */
export const SILENCE_MS = 40_000;
/** How long the answer to a question after a sleep may take, before another line is tried beside the one that is asked. */
const WAKE_MS = 300;
/** A line that stays silent for so long after it was asked is given up, and one that is known to be slow later. */
const GIVE_UP_MS = 2_000;
/** Times the last answer of a line took, at most the longest wait. */
const PATIENCE_TRIPS = 4;
const LONGEST_WAIT_MS = 15_000;
/** However often a line beside was of no use, a line that may be dead is not waited for longer. */
const LONGEST_GAP_MS = 3_000;

/** The present line, or the attempt at one. */
export interface Standing {
  state: GatewayState["state"];
  /** There is a socket. */
  open: boolean;
  /** The server said hello on it. */
  greeted: boolean;
  /** When it was begun, and when anything was last heard. */
  began: number;
  heard: number;
  /** Whether the server answers at all is being found out. */
  probing: boolean;
}

export interface WakingParts {
  open: () => Socket;
  now: () => number;
  later: (ms: number, run: () => void) => () => void;
  client: ClientNote;
  standing: () => Standing;
  /** Asks on the present line. */
  ping: () => void;
  /** Begins anew, whatever is under way. */
  connect: () => void;
  /** The present line is gone. */
  broken: () => void;
  /** This one takes the place of the present line. */
  use: (beside: Beside) => void;
  /** What came on a line that was used because of it. */
  frame: (frame: ServerFrame) => void;
}

export class Waking {
  readonly #parts: WakingParts;
  /** Ends the wait for an answer, and for another look. */
  #waiting: (() => void) | undefined;
  #looking: (() => void) | undefined;
  /** A second line that is tried, because the first may be dead. */
  #beside: Beside | undefined;
  /** Lines that were begun or left in vain since one was last of use. */
  #inVain = 0;
  /** Questions on this line, and answers. */
  #pings = 0;
  #pongs = 0;
  /** The answer that is waited for, by its number, and since when. Earlier ones may have come before a sleep. */
  #expected: { pong: number; since: number } | undefined;
  /** How long an answer took on this line. */
  #trip = 0;

  constructor(parts: WakingParts) {
    this.#parts = parts;
  }

  /** The page is back. On another network, what had only just begun on the old one is looked at once more. */
  wake(onAnotherNetwork: boolean): void {
    if (onAnotherNetwork) this.#lookAgain();
    const { state, heard } = this.#parts.standing();
    if (state === "connecting") return this.#wakeConnecting();
    if (state !== "live") return;
    if (this.#waiting) {
      if (this.#beside) this.#tryBeside();
      return;
    }
    const asked = this.#parts.now();
    this.ask();
    this.#expects(this.#pings);
    // After so long nobody is expected to be there still.
    if (asked - heard > SILENCE_MS) this.#tryBeside();
    const gap = this.#gap();
    const patience = Math.min(LONGEST_WAIT_MS, Math.max(GIVE_UP_MS, 2 * gap, PATIENCE_TRIPS * this.#trip));
    this.#waiting = this.#parts.later(gap, () => {
      if (!this.#beside || this.#beside.since < asked) this.#tryBeside();
      this.#waiting = this.#parts.later(patience - gap, () => {
        this.#waiting = undefined;
        // What had come before the sleep is read at once; what comes later is from somebody who is there.
        if (this.#parts.standing().heard <= asked + gap) this.giveUp();
      });
    });
  }

  /** Asks whoever is at the other end. */
  ask(): void {
    this.#pings += 1;
    this.#parts.ping();
  }

  /** Another line is the present one; it may have been greeted a while ago. */
  began(greeted: number | undefined): void {
    this.#pings = 0;
    this.#pongs = 0;
    this.#expected = greeted === undefined ? undefined : { pong: 0, since: greeted };
    this.#trip = 0;
  }

  greeted(): void {
    this.#expects(0);
  }

  pong(): void {
    this.#pongs += 1;
    if (!this.#expected || this.#pongs < this.#expected.pong) return;
    this.#answered();
    this.#waiting?.();
    this.#waiting = undefined;
    this.#notNeeded();
  }

  welcomed(): void {
    this.#answered();
    if (!this.#beside) this.#inVain = 0;
    this.#notNeeded();
  }

  /** The line is dead. What was begun beside it takes its place. */
  giveUp(): void {
    if (this.#beside) this.#use(this.#beside);
    else this.#parts.broken();
  }

  /** The present line is left. */
  dropped(): void {
    this.#waiting?.();
    this.#waiting = undefined;
    this.#dropBeside();
  }

  stopped(): void {
    this.#looking?.();
  }

  #lookAgain(): void {
    const since = this.#parts.now();
    this.#looking?.();
    this.#looking = this.#parts.later(this.#gap(), () => {
      this.#looking = undefined;
      const { state, began } = this.#parts.standing();
      const begun = this.#beside?.since ?? (state === "connecting" ? began : since);
      if (begun < since) this.wake(false);
    });
  }

  /** What began before the page was woken may have been lost with the old network. */
  #wakeConnecting(): void {
    const { open, greeted, began, probing } = this.#parts.standing();
    if (!open) {
      // Nor does whoever asked whether the server is there get an answer. A sign-in is not begun twice.
      if (probing) this.#parts.connect();
    } else if (greeted) this.#tryBeside();
    else if (this.#parts.now() - began >= this.#gap(LONGEST_WAIT_MS)) {
      // Browsers open one WebSocket to a server at a time: another would wait for the one that hangs.
      this.#inVain += 1;
      this.#parts.connect();
    }
  }

  /** Tries another line, unless the newest was only just begun. What is there stays: it may be slow and no more. */
  #tryBeside(): void {
    const { state, began } = this.#parts.standing();
    const newest = this.#beside?.since ?? (state === "live" ? Number.NEGATIVE_INFINITY : began);
    if (this.#parts.now() - newest < this.#gap()) return;
    if (this.#beside) this.#inVain += 1;
    this.#beside?.close();
    const live = () => this.#parts.standing().state === "live";
    const beside: Beside = new Beside(this.#parts.open(), {
      client: this.#parts.client,
      now: this.#parts.now,
      onWelcome: (frame) => {
        this.#use(beside);
        this.#parts.frame(frame);
      },
      onReject: (frame) => {
        if (live()) return this.#dropBeside();
        this.#use(beside);
        this.#parts.frame(frame);
      },
      onClosed: () => {
        this.#dropBeside();
        // It is the latest news of the way to the server. A line that was let in is waited for all the same.
        if (!live() && this.#parts.standing().state !== "stopped") this.#parts.broken();
      },
    });
    this.#beside = beside;
  }

  /** How long a line is left alone before another is tried: longer after each that was of no use. */
  #gap(longest = LONGEST_GAP_MS): number {
    return Math.min(longest, WAKE_MS * 2 ** Math.min(this.#inVain, 10));
  }

  #use(beside: Beside): void {
    this.#beside = undefined;
    this.#parts.use(beside);
  }

  #dropBeside(): void {
    this.#beside?.close();
    this.#beside = undefined;
  }

  #expects(pong: number): void {
    this.#expected = { pong, since: this.#parts.now() };
  }

  #answered(): void {
    if (this.#expected) this.#trip = this.#parts.now() - this.#expected.since;
    this.#expected = undefined;
  }

  /** The line is there: what was begun beside it was begun in vain. */
  #notNeeded(): void {
    if (this.#beside) this.#inVain += 1;
    this.#dropBeside();
  }
}

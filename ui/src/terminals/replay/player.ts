// Plays a recording on a screen: runs, stops, goes anywhere, faster or slower. Time and screen come from outside.
//
// A place in the past is reached by beginning anew, a place ahead by showing what lies between. Either is done piece
// by piece, so that the page stays awake and a newer wish is heard before an older one is fulfilled.

import { type Recording, sizeOf } from "./recording";
import { placeOn, shownAt, type Timeline, timelineOf } from "./timeline";

export interface Screen {
  /** Clears everything and takes a size. */
  reset: (cols: number, rows: number) => void;
  resize: (cols: number, rows: number) => void;
  write: (text: string) => void;
  /** Calls back when everything written is drawn. */
  drawn: (done: () => void) => void;
}

export interface Clock {
  /** Milliseconds. */
  now: () => number;
  /** Calls back later; the answer calls it off. */
  later: (ms: number, act: () => void) => () => void;
}

export interface Playing {
  /** Seconds on the timeline. */
  at: number;
  length: number;
  plays: boolean;
  speed: number;
}

/** Characters that are shown before it is waited until they are drawn. */
const PIECE = 512 * 1024;
/** The place is told at least so often while it plays, in milliseconds. */
const STEP_MS = 250;
/** Two moments closer than this are shown together: a screen is not drawn more often. */
const FRAME_MS = 16;

export class Player {
  readonly #recording: Recording;
  readonly #screen: Screen;
  readonly #clock: Clock;
  readonly #told: (now: Playing) => void;
  #timeline: Timeline;
  #at = 0;
  #speed = 1;
  /** When it was at `#at`, while it plays. */
  #since: number | undefined;
  /** Moments on the screen; nothing when the screen shows something else. */
  #shown: number | undefined;
  #drawing = false;
  #callOff: (() => void) | undefined;
  #closed = false;

  constructor(recording: Recording, screen: Screen, clock: Clock, told: (now: Playing) => void, longestPause?: number) {
    this.#recording = recording;
    this.#screen = screen;
    this.#clock = clock;
    this.#told = told;
    this.#timeline = timelineOf(recording.moments, longestPause);
  }

  /** Stands at the end; what the screen shows there was put there by somebody else. */
  standAtEnd(): void {
    this.#at = this.#timeline.length;
    this.#tell();
  }

  /** Plays on, from the start when it had come to the end. */
  play(): void {
    if (this.#since !== undefined) return;
    if (this.#at >= this.#timeline.length) this.#at = 0;
    this.#since = this.#clock.now();
    this.#go();
  }

  pause(): void {
    this.#at = this.#now();
    this.#since = undefined;
    this.#callOff?.();
    this.#tell();
  }

  /** Goes to a place, and plays on from there if it played. */
  seek(at: number): void {
    this.#at = Math.min(this.#timeline.length, Math.max(0, at));
    if (this.#since !== undefined) this.#since = this.#clock.now();
    this.#go();
  }

  speed(times: number): void {
    this.#at = this.#now();
    if (this.#since !== undefined) this.#since = this.#clock.now();
    this.#speed = times;
    this.#go();
  }

  /** Pauses last no longer than so many seconds; the place stays where it is in the recording. */
  longestPause(seconds: number | undefined): void {
    const next = timelineOf(this.#recording.moments, seconds);
    this.#at = placeOn(this.#timeline, next, this.#now());
    this.#timeline = next;
    if (this.#since !== undefined) this.#since = this.#clock.now();
    this.#tell();
    this.#wait();
  }

  close(): void {
    this.#closed = true;
    this.#since = undefined;
    this.#callOff?.();
  }

  #now(): number {
    if (this.#since === undefined) return this.#at;
    const passed = ((this.#clock.now() - this.#since) / 1000) * this.#speed;
    return Math.min(this.#timeline.length, this.#at + passed);
  }

  #tell(): void {
    this.#told({ at: this.#now(), length: this.#timeline.length, plays: this.#since !== undefined, speed: this.#speed });
  }

  #go(): void {
    if (this.#closed) return;
    if (this.#since !== undefined && this.#now() >= this.#timeline.length) {
      this.#at = this.#timeline.length;
      this.#since = undefined;
    }
    this.#draw();
    this.#tell();
    this.#wait();
  }

  /** Until the next moment, or until the place is to be told again. */
  #wait(): void {
    this.#callOff?.();
    if (this.#since === undefined || this.#closed) return;
    const next = this.#timeline.times[shownAt(this.#timeline, this.#now())] ?? this.#timeline.length;
    const until = ((next - this.#now()) * 1000) / this.#speed;
    this.#callOff = this.#clock.later(Math.min(STEP_MS, Math.max(FRAME_MS, Math.ceil(until))), () => this.#go());
  }

  #draw(): void {
    if (this.#drawing || this.#closed) return;
    const wanted = shownAt(this.#timeline, this.#now());
    if (this.#shown === undefined || wanted < this.#shown) {
      this.#screen.reset(this.#recording.cols, this.#recording.rows);
      this.#shown = 0;
    }
    if (wanted === this.#shown) return;
    this.#shown = this.#show(this.#shown, wanted);
    this.#drawing = true;
    this.#screen.drawn(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  /** Shows moments up to `end`, or as many as make a piece; how many are shown then. */
  #show(start: number, end: number): number {
    let [index, text] = [start, ""];
    const flush = () => {
      if (text !== "") this.#screen.write(text);
      text = "";
    };
    while (index < end && text.length < PIECE) {
      const moment = this.#recording.moments[index];
      index += 1;
      if (moment?.kind === "output") text += moment.data;
      const size = moment?.kind === "size" ? sizeOf(moment.data) : undefined;
      if (size) {
        flush();
        this.#screen.resize(size.cols, size.rows);
      }
    }
    flush();
    return index;
  }
}

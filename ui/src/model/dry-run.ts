// The trial of a workspace's checks, as one page follows it: events tell that it moved on, and its lines are read
// from the server as long as somebody looks.

import { asFailure, type Call, type CallFailure, type DryRun } from "../client";
import type { Timers } from "./refresher";
import { Store } from "./store";

export interface DryRunSeen {
  readonly run: DryRun | undefined;
  /** Between asking for it and the answer. */
  readonly starting: boolean;
  /** Why it was refused, or could not be read. */
  readonly failure: CallFailure | undefined;
}

/** Output is no event: it is read this often while the checks run. */
const LINES_EVERY_MS = 700;

export function isOver(run: DryRun): boolean {
  return run.state === "passed" || run.state === "failed" || run.state === "stopped";
}

export class DryRunWatch {
  readonly state = new Store<DryRunSeen>({ run: undefined, starting: false, failure: undefined });
  readonly #workspaceId: string;
  readonly #call: Call;
  readonly #timers: Timers;
  #lookers = 0;
  #reading = false;
  #again = false;
  #stopTimer: (() => void) | undefined;

  constructor(workspaceId: string, call: Call, timers: Timers) {
    this.#workspaceId = workspaceId;
    this.#call = call;
    this.#timers = timers;
  }

  /** Begins a trial, or joins the one that runs. */
  async start(): Promise<void> {
    if (this.state.get().starting) return;
    this.state.update((seen) => ({ ...seen, starting: true, failure: undefined }));
    try {
      const run = await this.#call("checks.dryRun", { workspaceId: this.#workspaceId });
      this.#take(run);
      this.state.update((seen) => ({ ...seen, starting: false }));
      this.#later();
    } catch (thrown) {
      this.state.update((seen) => ({ ...seen, starting: false, failure: asFailure(thrown) }));
    }
  }

  /** Ends the one that runs; its end is told by the event stream. */
  async stop(): Promise<void> {
    try {
      const { run } = await this.#call("checks.dryRunStop", { workspaceId: this.#workspaceId });
      if (run) this.#take(run);
    } catch (thrown) {
      this.state.update((seen) => ({ ...seen, failure: asFailure(thrown) }));
    }
  }

  /** Somebody looks until the answer is called. */
  look(): () => void {
    this.#lookers += 1;
    void this.#read();
    return () => {
      this.#lookers -= 1;
      if (this.#lookers === 0) this.#stopTimer?.();
    };
  }

  /** From the event stream: everything but its lines. */
  receive(run: DryRun): void {
    this.#take({ ...run, lines: this.#sameAs(run)?.lines ?? [], linesDropped: this.#sameAs(run)?.linesDropped ?? 0 });
    if (this.#lookers > 0) void this.#read();
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      const { run } = await this.#call("checks.dryRunState", { workspaceId: this.#workspaceId });
      if (run) this.#take(run);
    } catch (thrown) {
      const failure = asFailure(thrown);
      // A server that is away comes back by itself, and the connection is told at the top of the page.
      if (failure.code !== "offline") this.state.update((seen) => ({ ...seen, failure }));
    } finally {
      this.#reading = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.#read();
    } else this.#later();
  }

  #later(): void {
    this.#stopTimer?.();
    const { run } = this.state.get();
    if (this.#lookers === 0 || !run || isOver(run)) return;
    this.#stopTimer = this.#timers.after(LINES_EVERY_MS, () => void this.#read());
  }

  /** An answer that left the server before the last event did is older than what is known. */
  #take(run: DryRun): void {
    const before = this.#sameAs(run);
    if (before && isOver(before) && !isOver(run)) return;
    this.state.update((seen) => ({ ...seen, run, failure: undefined }));
  }

  #sameAs(run: DryRun): DryRun | undefined {
    const before = this.state.get().run;
    return before?.startedAt === run.startedAt ? before : undefined;
  }
}

// Check runs that were thrown away, as far as this page saw them: an entry whose candidate was replaced, or that went
// back to waiting, while its checks ran.

import type { MergeEntry } from "../client";
import type { GoneRun } from "./chain-layout";

interface Running {
  readonly candidate: string | null;
  readonly from: number;
}

/** Runs kept for the picture. */
const KEPT = 40;

export class GoneRuns {
  readonly #running = new Map<string, Running>();
  #gone: readonly GoneRun[] = [];

  get all(): readonly GoneRun[] {
    return this.#gone;
  }

  /** Takes what the queue looks like at `now`. Seeing the same twice changes nothing. */
  observe(entries: readonly MergeEntry[], now: number): readonly GoneRun[] {
    const present = new Set<string>();
    for (const entry of entries) {
      present.add(entry.id);
      const before = this.#running.get(entry.id);
      const checks = entry.state === "checking";
      if (before && (entry.state === "queued" || entry.state === "approved" || (checks && before.candidate !== entry.candidate))) {
        this.#gone = [...this.#gone, { entryId: entry.id, from: before.from, to: Math.max(before.from, Math.min(now, Date.parse(entry.updatedAt) || now)) }].slice(-KEPT);
        this.#running.delete(entry.id);
      }
      if (!checks) this.#running.delete(entry.id);
      else if (!this.#running.has(entry.id)) this.#running.set(entry.id, { candidate: entry.candidate, from: Date.parse(entry.updatedAt) || now });
    }
    for (const id of this.#running.keys()) if (!present.has(id)) this.#running.delete(id);
    return this.#gone;
  }
}

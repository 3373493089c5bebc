// The way of an entry through the merge queue: the checks of each candidate, and how it ended.

import type { Envelope, MergeEntry } from "../client";
import type { ChecksItem } from "./items";
import type { Rows } from "./rows";

interface Result {
  name: string;
  run?: string[];
  state: string;
  durationMs?: number;
  reused?: boolean;
  tail?: string;
}

export class Landings {
  readonly #rows: Rows;
  /** Key of the checks row that takes results of an entry. */
  readonly #checksOf = new Map<string, string>();
  readonly #stopped = new Set<string>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  checking(entry: MergeEntry, ts: string): void {
    const open = this.#open(entry.id);
    if (open && (open.onto === entry.onto || open.checks.every((check) => check.state === "running"))) {
      this.#rows.replace(open.key, { ...open, onto: entry.onto, checks: entry.checks.length > 0 ? entry.checks : open.checks });
      return;
    }
    if (open) this.#rows.replace(open.key, { ...open, over: true });
    this.#begin(entry.id, ts, entry.onto, entry.checks);
  }

  check(entryId: string, ts: string, result: Result): void {
    const key = this.#open(entryId)?.key ?? this.#begin(entryId, ts, null, []);
    this.#rows.change<ChecksItem>(key, (item) => {
      const before = item.checks.find((check) => check.name === result.name);
      const after = {
        name: result.name,
        run: result.run ?? before?.run ?? [result.name],
        state: result.state,
        durationMs: result.durationMs ?? null,
        reused: result.reused ?? false,
        flakyRetry: before?.flakyRetry ?? false,
        tail: result.tail ?? "",
      };
      return {
        ...item,
        checks: before ? item.checks.map((check) => (check === before ? after : check)) : [...item.checks, after],
      };
    });
  }

  landed(envelope: Envelope, entry: MergeEntry, finishedAt: string | undefined): void {
    this.#close(entry);
    this.#rows.push({ kind: "landed", key: envelope.id, ts: envelope.ts, entry, finishedAt });
  }

  stopped(envelope: Envelope, how: "returned" | "failed" | "removed" | "parked", payload: { entry: MergeEntry; reason: string; detail: string }): void {
    this.#close(payload.entry);
    const key = `${payload.entry.id}-${how}`;
    // The same end said twice, as after a restart, is one row.
    if (how !== "returned" && this.#stopped.has(key)) return;
    this.#stopped.add(key);
    this.#rows.push({ kind: "stopped", key: envelope.id, ts: envelope.ts, how, ...payload });
  }

  #begin(entryId: string, ts: string, onto: string | null, checks: ChecksItem["checks"]): string {
    let turn = 1;
    while (this.#rows.has(`checks-${entryId}-${turn}`)) turn += 1;
    const key = `checks-${entryId}-${turn}`;
    this.#checksOf.set(entryId, key);
    this.#rows.push({ kind: "checks", key, ts, entryId, onto, checks, over: false });
    return key;
  }

  #open(entryId: string): ChecksItem | undefined {
    const key = this.#checksOf.get(entryId);
    const item = key ? this.#rows.find<ChecksItem>(key) : undefined;
    return item && !item.over ? item : undefined;
  }

  #close(entry: MergeEntry): void {
    const open = this.#open(entry.id);
    if (!open) return;
    const told = entry.checks.length >= open.checks.length ? entry.checks : open.checks;
    // The record may have been written before the last verdict; what was seen to end has ended.
    const checks = told.map((check) => (check.state === "running" ? (open.checks.find((seen) => seen.name === check.name) ?? check) : check));
    this.#rows.replace(open.key, { ...open, over: true, checks });
  }
}

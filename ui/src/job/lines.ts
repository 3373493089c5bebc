// The log of a job in memory: rows by id, without gaps or doubles, whatever order pages and live rows come in; and
// the search over it. Bounded: the oldest rows leave first, and how many left is known.

import type { JobLogRow } from "../client";

export const MAX_ROWS = 200_000;

export class LogRows {
  private rows: JobLogRow[] = [];
  private version = 0;
  private lost = 0;

  constructor(private readonly limit = MAX_ROWS) {}

  /** Changes with every change of content. */
  get revision(): number {
    return this.version;
  }

  get all(): readonly JobLogRow[] {
    return this.rows;
  }

  /** Rows given up at the start. */
  get dropped(): number {
    return this.lost;
  }

  get newestId(): number {
    return this.rows[this.rows.length - 1]?.id ?? 0;
  }

  /** Adds rows; those already held are ignored. Returns whether anything changed. */
  add(batch: readonly JobLogRow[]): boolean {
    const newest = this.newestId;
    const fresh = batch.filter((row) => row.id > newest).sort((a, b) => a.id - b.id);
    const older = batch.filter((row) => row.id <= newest && !this.holds(row.id));
    if (fresh.length === 0 && older.length === 0) return false;
    if (older.length > 0) this.rows = mergeById(this.rows, older);
    let last = this.newestId;
    for (const row of fresh) {
      if (row.id === last) continue;
      this.rows.push(row);
      last = row.id;
    }
    if (this.rows.length > this.limit) {
      const excess = this.rows.length - this.limit;
      this.rows.splice(0, excess);
      this.lost += excess;
    }
    this.version += 1;
    return true;
  }

  private holds(id: number): boolean {
    let low = 0;
    let high = this.rows.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = this.rows[middle]?.id ?? 0;
      if (at === id) return true;
      if (at < id) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}

function mergeById(rows: readonly JobLogRow[], more: readonly JobLogRow[]): JobLogRow[] {
  const byId = new Map<number, JobLogRow>();
  for (const row of rows) byId.set(row.id, row);
  for (const row of more) byId.set(row.id, row);
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

export interface Match {
  /** Index of the row and the range inside its plain text. */
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

export const MAX_MATCHES = 5_000;

/** Finds text without regard to case; `plain` strips terminal codes. Stops at `MAX_MATCHES`. */
export function findMatches(rows: readonly JobLogRow[], query: string, plain: (text: string) => string): Match[] {
  const wanted = query.toLowerCase();
  if (wanted === "") return [];
  const matches: Match[] = [];
  for (const [index, row] of rows.entries()) {
    const text = plain(row.message).toLowerCase();
    let at = text.indexOf(wanted);
    while (at >= 0) {
      matches.push({ row: index, from: at, to: at + wanted.length });
      if (matches.length >= MAX_MATCHES) return matches;
      at = text.indexOf(wanted, at + wanted.length);
    }
  }
  return matches;
}

/** `1:44.02` since the start. */
export function offsetText(ms: number): string {
  const safe = Math.max(0, ms);
  const minutes = Math.floor(safe / 60_000);
  const rest = (safe % 60_000) / 1000;
  return `${minutes}:${rest.toFixed(2).padStart(5, "0")}`;
}

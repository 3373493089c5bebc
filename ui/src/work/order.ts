// Where an entry may be put in the landing order. The server has the last word; this only keeps what it would refuse
// from being offered.

import type { EntryId, MergeEntry } from "../client";

export interface Places {
  /** The entry it would be put before to land one place earlier; none where it cannot. */
  readonly earlier: EntryId | undefined;
  /** The entry it would be put after to land one place later; none where it cannot. */
  readonly later: EntryId | undefined;
  /** Whether it can be put before all others. */
  readonly next: boolean;
}

const NOWHERE: Places = { earlier: undefined, later: undefined, next: false };

/** Entries in the order they will land. */
export function landingOrder(entries: readonly MergeEntry[]): readonly MergeEntry[] {
  return [...entries].sort((a, b) => (a.position ?? 1e9) - (b.position ?? 1e9));
}

/** The next one to land before or after it, whether or not they may change places. */
export function neighbour(id: EntryId, order: readonly MergeEntry[], side: "earlier" | "later"): EntryId | undefined {
  const at = order.findIndex((entry) => entry.id === id);
  return at < 0 ? undefined : order[side === "earlier" ? at - 1 : at + 1]?.id;
}

/** What can be done with the place of one of these; `order` is the landing order. */
export function placesOf(id: EntryId, order: readonly MergeEntry[]): Places {
  const at = order.findIndex((entry) => entry.id === id);
  const entry = order[at];
  if (!entry || entry.state === "landing") return NOWHERE;
  const before = order[at - 1];
  const after = order[at + 1];
  const earlier = before && before.state !== "landing" && entry.dependsOn !== before.id ? before.id : undefined;
  const later = after && after.dependsOn !== entry.id ? after.id : undefined;
  const ahead = order.slice(0, at).filter((other) => other.state !== "landing");
  return { earlier, later, next: ahead.length > 0 && !ahead.some((other) => other.id === entry.dependsOn) };
}

// Merge queue and approvals, moved along by events that carry the whole record.

import type { Approval, Delivered, MergeEntry, MergeQueue } from "../client";
import type { CrewState } from "./state";

const ENDED = new Set<MergeEntry["state"]>(["landed", "returned", "failed", "removed"]);

/** Newest of the ended entries that are kept beside the queue. */
const RECENT = 50;

export function entryOf({ envelope }: Delivered): MergeEntry | undefined {
  return envelope.type.startsWith("merge.entry.") ? (envelope.payload as { entry?: MergeEntry }).entry : undefined;
}

export function putEntry(queue: MergeQueue, entry: MergeEntry): MergeQueue {
  const without = queue.entries.filter((one) => one.id !== entry.id);
  if (ENDED.has(entry.state)) {
    return { ...queue, entries: without, recent: [entry, ...queue.recent.filter((one) => one.id !== entry.id)].slice(0, RECENT) };
  }
  const place = queue.entries.findIndex((one) => one.id === entry.id);
  const entries = place < 0 ? [...without, entry] : queue.entries.map((one) => (one.id === entry.id ? entry : one));
  return { ...queue, entries };
}

export function applyBoardEvents(state: CrewState, events: readonly Delivered[]): CrewState {
  let next = state;
  for (const event of events) {
    const entry = entryOf(event);
    if (entry && next.merge.value) {
      const value = next.merge.value.map((queue) => (queue.workspaceId === entry.workspaceId ? putEntry(queue, entry) : queue));
      next = { ...next, merge: { ...next.merge, value } };
    }
    if (event.envelope.type === "approval.changed") next = putApproval(next, event.envelope.payload.approval);
  }
  return next;
}

/** The list as it was read, and behind it those that were asked for by themselves: they are older than what a list holds. */
export function withAsked(list: readonly Approval[], before: readonly Approval[], asked: ReadonlySet<string>): readonly Approval[] {
  const listed = new Set(list.map(({ id }) => id));
  const others = before.filter(({ id }) => asked.has(id) && !listed.has(id));
  return others.length > 0 ? [...list, ...others] : list;
}

/** Newest first, as the server lists them. */
export function putApproval(state: CrewState, approval: Approval): CrewState {
  const before = state.approvals.value ?? [];
  const known = before.some((one) => one.id === approval.id);
  const value = known ? before.map((one) => (one.id === approval.id ? approval : one)) : [approval, ...before];
  return { ...state, approvals: { ...state.approvals, value } };
}

// What the server says of the present when this page's connection begins: what it tells is not asked for again.

import type { Snapshot } from "../client";
import { putApproval } from "./boards";
import type { CrewState } from "./state";

/** Questions that wait are there at once, and jobs that are known stand where the server says. */
export function welcomed(state: CrewState, snapshot: Snapshot): CrewState {
  let next = state;
  for (const approval of snapshot.approvals) {
    const known = next.approvals.value?.find((one) => one.id === approval.id);
    if (!known || known.hash !== approval.hash || known.state !== approval.state) next = putApproval(next, approval);
  }
  const moved = snapshot.jobs.filter(({ id, status }) => (next.jobs.get(id)?.status ?? status) !== status);
  if (moved.length === 0) return next;
  const jobs = new Map(next.jobs);
  for (const { id, status, workerId } of moved) {
    const known = jobs.get(id);
    if (known) jobs.set(id, { ...known, status, ...(workerId ? { workerId } : {}) });
  }
  return { ...next, jobs };
}

/**
 * Nothing has happened while the line was cut: what was read before still holds. What is told by no event, such as the
 * end of a pause with its server, makes it worth asking.
 */
export function nothingNew(state: CrewState, snapshot: Snapshot, cursor: number): boolean {
  const status = state.status;
  return snapshot.cursor === cursor && status.value !== undefined && !status.failure && (status.value.holds ?? []).length === 0;
}

// How each part of the state is read, and which events make it stale.

import type { Call, Envelope } from "../client";
import type { CrewState, Slice } from "./state";

export const ALL_SLICES: readonly Slice[] = [
  "workspaces", "sessions", "status", "merge", "mergeStats", "requests", "jobBoard", "workers", "approvals",
];

type Readers = { [S in Slice]: (call: Call) => Promise<NonNullable<CrewState[S]["value"]>> };

export const READ: Readers = {
  workspaces: async (call) => (await call("workspace.list", {})).workspaces,
  sessions: async (call) => (await call("session.list", {})).sessions,
  status: (call) => call("system.status", {}),
  merge: async (call) => (await call("merge.queue", {})).queues,
  mergeStats: (call) => call("merge.stats", { offsetMinutes: -new Date().getTimezoneOffset() }),
  requests: (call) => call("requests.list", { status: "all", limit: 200 }),
  jobBoard: (call) => call("jobs.list", { status: "all", limit: 200 }),
  workers: (call) => call("workers.list", {}),
  approvals: async (call) => (await call("approval.list", { status: "all", limit: 200 })).approvals,
};

/** Slices that no longer hold after an event of this type. Streams of output make nothing stale. */
export function staleAfter(type: Envelope["type"] | string): readonly Slice[] {
  if (type.startsWith("merge.check.") || type.startsWith("merge.queue.")) return ["merge", "status"];
  if (type.startsWith("merge.entry.")) {
    return type === "merge.entry.landed" || type === "merge.entry.returned" || type === "merge.entry.failed"
      ? ["merge", "mergeStats", "sessions", "status"]
      : ["merge", "status"];
  }
  // Everything was paused or goes on.
  if (type.startsWith("system.")) return ["status", "requests", "jobBoard", "merge"];
  if (type.startsWith("worker.")) return ["workers", "status"];
  switch (type) {
    case "message":
    case "request.changed":
    case "request.waiting":
    case "plan.ready":
      return ["requests", "sessions", "status"];
    case "job_enqueued":
    case "job_claimed":
    case "job_completed":
    case "job_failed":
    case "job.requeued":
    case "job.cancelled":
    case "job.waiting":
    case "job.resumed":
    case "job.targeted":
      return ["jobBoard", "sessions", "status", "workers"];
    case "job.verified":
    case "job.diff":
      return ["jobBoard"];
    case "approval_required":
    case "approved":
    case "denied":
    case "approval.changed":
      return ["approvals", "sessions", "status"];
    case "main.landing":
    case "merge.branch.moved":
      return ["merge", "workspaces"];
    case "workspace.changed":
      return ["workspaces", "sessions", "merge"];
    case "setup.finished":
      return ["workspaces", "merge"];
    case "budget.used":
      return ["status"];
    case "assistant_message":
    case "error":
      return ["sessions"];
    default:
      return [];
  }
}

// What the side pane is about: a job with its plan, diff and checks.

import type { Item } from "../model";

export type PaneTab = "plan" | "job" | "diff" | "checks";

export interface Subject {
  jobId: string | undefined;
  requestId: string | undefined;
  entryId: string | undefined;
}

const NEWEST: Record<PaneTab, (item: Item) => string | undefined> = {
  plan: (item) => (item.kind === "plan" ? (item.jobId ?? "") : undefined),
  job: (item) => (item.kind === "job" ? item.jobId : undefined),
  diff: (item) => (item.kind === "diff" ? item.jobId : undefined),
  checks: (item) => (item.kind === "landed" || item.kind === "stopped" ? item.entry.jobId : item.kind === "diff" && item.entryId ? item.jobId : undefined),
};

/** Everything known about the chosen job, or about the newest thing that this tab can show. */
export function subjectOf(items: readonly Item[], tab: PaneTab, chosen: string | undefined): Subject {
  let jobId = chosen;
  for (let index = items.length - 1; index >= 0 && jobId === undefined; index -= 1) {
    const item = items[index];
    jobId = item && NEWEST[tab](item);
  }
  const subject: Subject = { jobId: jobId || undefined, requestId: undefined, entryId: undefined };
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (!item) continue;
    if (item.kind === "plan" && (item.jobId ?? "") === (jobId ?? "")) subject.requestId ??= item.requestId;
    else if (item.kind === "diff" && item.jobId === jobId && item.entryId) subject.entryId ??= item.entryId;
    else if ((item.kind === "landed" || item.kind === "stopped") && item.entry.jobId === jobId) subject.entryId ??= item.entry.id;
  }
  return subject;
}

/** What to show first: the newest change if there is one. */
export function firstTab(items: readonly Item[]): PaneTab {
  const kinds = new Set(items.map((item) => item.kind));
  return kinds.has("diff") ? "diff" : kinds.has("job") && !kinds.has("plan") ? "job" : "plan";
}

/** The newest change that can be looked at. */
export function newestDiff(items: readonly Item[]): string | undefined {
  const diff = items.findLast((item) => item.kind === "diff");
  return diff?.kind === "diff" ? diff.jobId : undefined;
}

// Rows of the boards: which state each thing is in, what is said at its end, and which filter it passes. Free of React.

import type { Approval, Job, MergeEntry, PendingItem, Request, WaitReason, Worker } from "../client";
import type { StateKind } from "../components";
import { agentName } from "../first-run/agents";
import { backendText, type JobLive, saidOf, stageText, workerName } from "../model";

export type Show = "all" | "active" | "needs" | "ended";

export interface BoardRow {
  readonly id: string;
  readonly kind: StateKind;
  readonly title: string;
  /** The last column: place, step, or what became of it. */
  readonly end: string;
  /** Whole text of `end` when it is long. */
  readonly detail: string;
  readonly group: "needs" | "active" | "ended";
  readonly sessionId: string | null;
}

export interface RequestRow extends BoardRow {
  readonly jobId: string | null;
  readonly canCancel: boolean;
  readonly canRetry: boolean;
}

export interface JobRow extends BoardRow {
  readonly workerId: string;
  readonly entryId: string | null;
  readonly canStop: boolean;
  readonly canRetry: boolean;
  readonly canReview: boolean;
}

export interface WorkerRow {
  readonly id: string;
  /** Of its machine, where that is another one. */
  readonly name: string;
  readonly kind: StateKind;
  readonly jobId: string | null;
  readonly says: string;
  readonly about: string;
  readonly lastHeartbeat: string;
}

export interface BoardWords {
  readonly next: string;
  readonly place: (n: number) => string;
  readonly about: (place: string, text: string) => string;
  readonly planning: string;
  readonly noModel: string;
  readonly answered: string;
  readonly cancelled: string;
  readonly failedShort: string;
  readonly landed: string;
  readonly queued: string;
  readonly held: string;
  readonly stopping: string;
  readonly starting: string;
  readonly noChange: string;
  readonly attempt: (n: number) => string;
  readonly step: (step: number, steps: number, label: string) => string;
  readonly needsYou: string;
  readonly pausing: string;
  /** Why a job was put aside. */
  readonly asideFor: (reason: WaitReason) => string;
  readonly idle: string;
  readonly offline: string;
  readonly drained: string;
  readonly error: string;
  readonly eta: (ms: number) => string;
  readonly entryState: (entry: MergeEntry) => string;
}

export interface BoardInput {
  readonly jobs: readonly Job[];
  readonly live: ReadonlyMap<string, JobLive>;
  readonly entries: readonly MergeEntry[];
  readonly approvals: readonly Approval[];
  readonly jobsPending: readonly PendingItem[];
  readonly requestsPending: readonly PendingItem[];
  readonly words: BoardWords;
}

const GROUP_ORDER = { needs: 0, active: 1, ended: 2 } as const;

/** Newest entry of each job. */
export function entriesByJob(entries: readonly MergeEntry[]): Map<string, MergeEntry> {
  const map = new Map<string, MergeEntry>();
  for (const entry of entries) {
    const before = map.get(entry.jobId);
    if (!before || before.createdAt < entry.createdAt) map.set(entry.jobId, entry);
  }
  return map;
}

export function requestRows(requests: readonly Request[], input: BoardInput): RequestRow[] {
  const { words } = input;
  const entries = entriesByJob(input.entries);
  const jobs = new Map(input.jobs.map((job) => [job.id, job]));
  const asking = askingJobs(input);
  const rows = requests.map((request): RequestRow => {
    const job = request.jobId ? jobs.get(request.jobId) : undefined;
    const entry = request.jobId ? entries.get(request.jobId) : undefined;
    const base = {
      id: request.id,
      title: oneLine(request.prompt),
      detail: request.error ?? "",
      sessionId: request.sessionId,
      jobId: request.jobId,
      canCancel: request.status === "pending" || request.status === "waiting_for_model" || request.status === "claimed",
      canRetry: request.status === "failed" || request.status === "cancelled" || request.status === "waiting_for_model",
    };
    switch (request.status) {
      case "pending":
        return { ...base, kind: "waiting", group: "active", end: placeText(request.id, input.requestsPending, words) };
      case "claimed":
        return { ...base, kind: "running", group: "active", end: words.planning };
      case "waiting_for_model":
        return { ...base, kind: "needs", group: "needs", end: words.noModel };
      case "failed":
        return { ...base, kind: "failed", group: "ended", end: words.failedShort };
      case "cancelled":
        return { ...base, kind: "waiting", group: "ended", end: words.cancelled };
      default: {
        if (!request.jobId || (!job && !entry)) return { ...base, kind: "passed", group: "ended", end: words.answered };
        const stage = stageOf(job, entry, input.live.get(request.jobId), asking.has(request.jobId), input);
        return { ...base, ...stage };
      }
    }
  });
  return ordered(rows, requests);
}

export function jobRows(input: BoardInput): JobRow[] {
  const entries = entriesByJob(input.entries);
  const asking = askingJobs(input);
  const rows = input.jobs.map((job): JobRow => {
    const entry = entries.get(job.id);
    return {
      id: job.id,
      title: job.title || job.kind,
      sessionId: job.sessionId,
      workerId: job.workerId ?? "",
      entryId: entry?.id ?? null,
      canStop: (job.status === "pending" || job.status === "claimed" || job.status === "waiting") && !job.cancelRequested,
      canRetry: job.status === "failed" || job.status === "cancelled",
      canReview: job.commitSha !== null || entry !== undefined,
      ...stageOf(job, entry, input.live.get(job.id), asking.has(job.id), input),
    };
  });
  return ordered(rows, input.jobs);
}

/** Where a job stands, from its record, its step and its place in the merge queue. */
function stageOf(
  job: Job | undefined,
  entry: MergeEntry | undefined,
  live: JobLive | undefined,
  asks: boolean,
  { words, jobsPending }: BoardInput,
): Pick<BoardRow, "kind" | "group" | "end" | "detail"> {
  if (asks) return { kind: "needs", group: "needs", end: words.needsYou, detail: saidOf(entry) ?? "" };
  if (entry && (!job || job.status === "completed")) {
    const detail = saidOf(entry) ?? "";
    const end = words.entryState(entry);
    switch (entry.state) {
      case "landed":
        return { kind: "landed", group: "ended", end, detail };
      case "returned":
      case "failed":
        return { kind: "failed", group: "ended", end, detail };
      case "removed":
        return { kind: "waiting", group: "ended", end, detail };
      case "waiting_approval":
      case "parked":
        return { kind: "needs", group: "needs", end, detail };
      case "checking":
      case "landing":
        return { kind: "running", group: "active", end, detail };
      default:
        return { kind: "waiting", group: "active", end, detail };
    }
  }
  if (!job) return { kind: "waiting", group: "active", end: words.queued, detail: "" };
  const again = job.attempts > 1 ? words.attempt(job.attempts) : "";
  switch (job.status) {
    case "pending": {
      const place = placeText(job.id, jobsPending, words);
      return { kind: "waiting", group: "active", end: [place, again].filter(Boolean).join(", "), detail: "" };
    }
    case "claimed": {
      if (job.cancelRequested) return { kind: "running", group: "active", end: words.stopping, detail: "" };
      if (job.pauseRequested) return { kind: "running", group: "active", end: words.pausing, detail: "" };
      const step = live ? words.step(live.step, live.steps, live.label) : (job.step ? stageText(job.step) : words.starting);
      return { kind: "running", group: "active", end: [step, again].filter(Boolean).join(", "), detail: "" };
    }
    case "waiting":
      return { kind: "needs", group: "needs", end: words.asideFor(job.waiting?.reason ?? "paused"), detail: job.waiting?.detail ?? "" };
    case "failed":
      return { kind: "failed", group: "ended", end: words.failedShort, detail: job.error ?? "" };
    case "cancelled":
      return { kind: "waiting", group: "ended", end: words.cancelled, detail: job.error ?? "" };
    default:
      return { kind: "passed", group: "ended", end: job.commitSha ? words.queued : words.noChange, detail: "" };
  }
}

export function workerRows(workers: readonly Worker[], words: BoardWords): WorkerRow[] {
  const rows = workers.map((worker): WorkerRow => {
    const busy = worker.isOnline && (worker.status === "busy" || worker.currentJobId !== null);
    const failing = worker.isOnline && worker.status === "error";
    return {
      id: worker.workerId,
      name: workerName(worker),
      kind: !worker.isOnline ? "waiting" : failing ? "failed" : busy ? "running" : "waiting",
      jobId: worker.isOnline ? worker.currentJobId : null,
      says: worker.drain ? words.drained : !worker.isOnline ? words.offline : failing ? words.error : words.idle,
      about: aboutWorker(worker),
      lastHeartbeat: worker.lastHeartbeat,
    };
  });
  return rows.sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
}

/** `native, qwen3-coder` from whatever a worker says of itself. */
function aboutWorker(worker: Worker): string {
  const said: string[] = [];
  for (const source of [worker.details, worker.capabilities]) {
    if (typeof source !== "object" || source === null || Array.isArray(source)) continue;
    for (const name of ["backend", "executor", "model", "isolation", "sandbox"]) {
      const value = source[name];
      if (typeof value !== "string" || value === "") continue;
      const named = agentName(backendText(value));
      if (!said.includes(named)) said.push(named);
    }
    const backends = source["backends"];
    if (said.length === 0 && Array.isArray(backends)) said.push(...backends.flatMap((each) => (typeof each === "string" ? [agentName(backendText(each))] : [])));
  }
  return said.slice(0, 3).join(", ");
}

export function passes(row: BoardRow, show: Show, text: string): boolean {
  const inShow = show === "all" || row.group === show || (show === "active" && row.group === "needs");
  if (!inShow) return false;
  const wanted = text.trim().toLowerCase();
  return wanted === "" || row.title.toLowerCase().includes(wanted) || row.id.toLowerCase().includes(wanted) || row.end.toLowerCase().includes(wanted);
}

function askingJobs(input: BoardInput): Set<string> {
  const byEntry = new Map(input.entries.map((entry) => [entry.id, entry.jobId]));
  const ids = new Set<string>();
  for (const approval of input.approvals) {
    if (approval.state === "pending") ids.add(byEntry.get(approval.subject) ?? approval.subject);
  }
  return ids;
}

/** What needs a person, then what is under way, then the rest; the newest first inside each. */
function ordered<R extends BoardRow>(rows: R[], records: readonly { id: string; createdAt: string }[]): R[] {
  const born = new Map(records.map((record) => [record.id, record.createdAt]));
  const running = (row: R) => (row.kind === "running" ? 0 : 1);
  return rows.sort(
    (a, b) =>
      GROUP_ORDER[a.group] - GROUP_ORDER[b.group] ||
      (a.group === "active" ? running(a) - running(b) : 0) ||
      (born.get(b.id) ?? "").localeCompare(born.get(a.id) ?? ""),
  );
}

function placeText(id: string, pending: readonly PendingItem[], words: BoardWords): string {
  const item = pending.find((each) => each.id === id);
  if (!item) return words.queued;
  const place = item.queuePosition <= 1 ? words.next : words.place(item.queuePosition);
  if (item.held) return words.about(place, words.held);
  return item.etaMs === null ? place : words.about(place, words.eta(item.etaMs));
}

export function oneLine(text: string): string {
  const line = text.split("\n").find((each) => each.trim() !== "");
  return (line ?? text).trim();
}

// What events say about jobs, applied to the records at once; the record itself is read again soon after.

import type { Delivered, Job } from "../client";
import type { CrewState, JobLive, JobTail } from "./state";
import { stageText } from "./stages";

/** Output lines kept per job for the cards; the job page reads the rest from the server. */
export const TAIL_LINES = 400;
/** Jobs whose output is kept. The one that was silent longest goes first. */
const TAILS = 64;

export function addTailLines(
  tails: ReadonlyMap<string, JobTail>,
  lines: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, JobTail> {
  if (lines.size === 0) return tails;
  const next = new Map(tails);
  for (const [jobId, added] of lines) {
    const before = next.get(jobId);
    const all = [...(before?.lines ?? []), ...added];
    next.delete(jobId);
    next.set(jobId, { lines: all.slice(-TAIL_LINES), dropped: (before?.dropped ?? 0) + Math.max(0, all.length - TAIL_LINES) });
  }
  while (next.size > TAILS) {
    const oldest = next.keys().next().value;
    if (oldest === undefined) break;
    next.delete(oldest);
  }
  return next;
}

/** Follows `seq` per job, so that a line that comes twice, by history and by stream, is shown once. */
export class TailOrder {
  readonly #newest = new Map<string, number>();

  /** Lines of these events that are new, by job. */
  take(events: readonly Delivered[]): Map<string, string[]> {
    const out = new Map<string, string[]>();
    for (const { envelope } of events) {
      if (envelope.type !== "job_log") continue;
      const { jobId, seq, line } = envelope.payload;
      if (seq <= (this.#newest.get(jobId) ?? -1)) continue;
      this.#newest.set(jobId, seq);
      const lines = out.get(jobId);
      if (lines) lines.push(line);
      else out.set(jobId, [line]);
    }
    return out;
  }

  /** Whether anything of this job was seen. */
  knows(jobId: string): boolean {
    return this.#newest.has(jobId);
  }
}

/** Job ids an event is about. */
export function jobOf(event: Delivered): string | undefined {
  const payload: unknown = event.envelope.payload;
  const about = event.envelope.type === "job.steered" ? event.envelope.payload.message : payload;
  const id = typeof about === "object" && about !== null ? (about as { jobId?: unknown }).jobId : undefined;
  return typeof id === "string" ? id : undefined;
}

const CHANGES_RECORD = new Set([
  "job_enqueued", "job_claimed", "job_completed", "job_failed", "job.requeued", "job.cancelled", "job.verified", "job.diff", "job.waiting", "job.resumed", "job.taken", "job.let_go",
]);

/** Whether nothing more comes of it. */
export function hasEnded(job: Job): boolean {
  return job.status === "completed" || job.status === "failed" || job.status === "cancelled";
}

export function changesJobRecord(type: string): boolean {
  return CHANGES_RECORD.has(type);
}

/** The record as the event leaves it, as far as the event knows. */
export function patchJob(job: Job, { envelope }: Delivered): Job {
  switch (envelope.type) {
    case "job_claimed":
      return { ...job, status: "claimed", workerId: envelope.payload.workerId, claimedAt: envelope.ts, startedAt: job.startedAt ?? envelope.ts };
    case "job_completed":
      return { ...job, status: "completed", completedAt: envelope.ts };
    case "job_failed":
      return { ...job, status: "failed", failedAt: envelope.ts, error: envelope.payload.message };
    case "job.cancelled":
      return { ...job, status: "cancelled", cancelRequested: true };
    case "job.requeued":
      return { ...job, status: "pending", attempts: envelope.payload.attempt, workerId: null };
    case "job.waiting":
      return { ...job, status: "waiting", waiting: envelope.payload.wait, pauseRequested: false };
    case "job.resumed": {
      const { waiting: _, ...rest } = job;
      return { ...rest, status: job.status === "waiting" ? "pending" : job.status, pauseRequested: false };
    }
    case "job.taken":
      return { ...job, taken: envelope.payload.taken };
    case "job.let_go": {
      const { taken: _, ...rest } = job;
      return rest;
    }
    case "job.steered":
    case "job.steer_taken":
    case "job.steer_missed":
      return { ...job, updatedAt: envelope.ts };
    case "job.verified":
      return { ...job, verified: envelope.payload.verified };
    case "job.progress":
      return { ...job, step: envelope.payload.label };
    default:
      return job;
  }
}

export function applyJobEvents(state: CrewState, events: readonly Delivered[]): CrewState {
  let jobs: Map<string, Job> | undefined;
  let live: Map<string, JobLive> | undefined;
  for (const event of events) {
    const { envelope } = event;
    const jobId = jobOf(event);
    if (jobId === undefined) continue;
    const record = (jobs ?? state.jobs).get(jobId);
    if (record) {
      const patched = patchJob(record, event);
      if (patched !== record) (jobs ??= new Map(state.jobs)).set(jobId, patched);
    }
    if (envelope.type === "job.progress") {
      (live ??= new Map(state.jobLive)).set(jobId, {
        step: envelope.payload.step, steps: envelope.payload.steps, label: stageText(envelope.payload.label),
      });
    } else if (["job_completed", "job_failed", "job.cancelled", "job.requeued", "job.waiting"].includes(envelope.type)) {
      if ((live ?? state.jobLive).has(jobId)) (live ??= new Map(state.jobLive)).delete(jobId);
    }
  }
  return jobs || live ? { ...state, jobs: jobs ?? state.jobs, jobLive: live ?? state.jobLive } : state;
}

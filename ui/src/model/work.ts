// Requests, plans and jobs: what is asked becomes a plan, and the plan a job that keeps one row through its life.

import type { Envelope } from "../client";
import type { DiffItem, Item, JobItem, Of } from "./items";
import { paragraphs } from "./reason";
import type { Rows } from "./rows";
import { stageText } from "./stages";
import { words } from "./words";

/** Events of one decision of the server are this close together. */
const MOMENT_MS = 3000;

export class Work {
  readonly #rows: Rows;
  readonly #planTitles = new Map<string, string>();
  readonly #spokenPlans = new Map<string, string>();
  readonly #finished = new Map<string, string>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** When a job's own work was done. */
  finishedAt(jobId: string): string | undefined {
    return this.#finished.get(jobId);
  }

  plan(envelope: Envelope, payload: Of<"plan.ready">): void {
    if (payload.jobId) {
      this.#planTitles.set(payload.jobId, payload.plan.title);
      this.#rows.change<JobItem>(`job-${payload.jobId}`, (job) => ({ ...job, title: payload.plan.title }));
    }
    const { lane, title, assistantMessage } = payload.plan;
    if (lane === "deterministic" && assistantMessage.startsWith(title)) {
      // What follows the first paragraph is said of this plan alone, such as a file that it may not write.
      const [, more] = paragraphs(assistantMessage);
      this.#spokenPlans.set(assistantMessage, [words.byFixedCode(title), more].filter(Boolean).join("\n\n"));
    }
    if (!payload.plan.requiresWorker) return;
    const key = `plan-${payload.requestId}`;
    const job = payload.jobId ? this.#rows.find<JobItem>(`job-${payload.jobId}`) : undefined;
    const item: Item = { kind: "plan", key, ts: envelope.ts, requestId: payload.requestId, plan: payload.plan, jobId: payload.jobId, meets: payload.meets ?? [] };
    // The job is stored a moment before its plan is told; people read the plan first.
    const told = job ? Date.parse(envelope.ts) - Date.parse(job.ts) : Number.POSITIVE_INFINITY;
    if (job && told < MOMENT_MS && !this.#rows.has(key)) this.#rows.insertBefore(job.key, item);
    else this.#rows.put(key, item);
  }

  enqueued(payload: Of<"job_enqueued">, ts: string): void {
    this.change(payload.jobId, ts, (job) => ({ ...job, title: this.#title(payload, job.title) }));
  }

  progress(payload: Of<"job.progress">, ts: string): void {
    this.change(payload.jobId, ts, (job) =>
      job.endedAt ? job : { ...job, phase: "running", startedAt: job.startedAt ?? ts, step: payload.step, steps: payload.steps, label: stageText(payload.label) },
    );
  }

  completed(payload: Of<"job_completed">, ts: string): void {
    this.#finished.set(payload.jobId, ts);
    this.change(payload.jobId, ts, (job) => ({ ...job, phase: "completed", endedAt: ts, message: payload.summary }));
  }

  verified(payload: Of<"job.verified">, ts: string): void {
    this.change(payload.jobId, ts, (job) => ({ ...job, verified: payload.verified, proofs: payload.lines }));
    this.#rows.change<DiffItem>(`diff-${payload.jobId}`, (diff) => ({ ...diff, verified: payload.verified }));
  }

  diff(envelope: Envelope, payload: Of<"job.diff">): void {
    const { jobId } = payload;
    const job = this.#rows.find<JobItem>(`job-${jobId}`);
    this.#rows.put(`diff-${jobId}`, { kind: "diff", key: envelope.id, ts: envelope.ts, ...payload, verified: job?.verified });
  }

  /** Changes the row of a job, which begins with the first thing heard of it. */
  change(jobId: string, ts: string, change: (job: JobItem) => JobItem): void {
    const key = `job-${jobId}`;
    const before = this.#rows.find<JobItem>(key);
    if (before) return this.#rows.replace(key, change(before));
    this.#rows.push(
      change({
        kind: "job", key, ts, jobId, title: this.#planTitles.get(jobId) ?? "", phase: "queued", workerId: undefined, step: 0, steps: 0, label: "",
        attempt: 1, startedAt: undefined, endedAt: undefined, message: undefined, detail: undefined, verified: undefined, proofs: [],
      }),
    );
  }

  /** What RemoteBuddy says of a plan of fixed code is the plan again, as a sentence: it is said in the page's language. */
  spoken(text: string): string {
    return this.#spokenPlans.get(text) ?? text;
  }

  #title(payload: Of<"job_enqueued">, before: string): string {
    const planned = this.#planTitles.get(payload.jobId);
    if (planned) return planned;
    const params = payload.params;
    const named = typeof params === "object" && params !== null && !Array.isArray(params) ? params["title"] : undefined;
    return typeof named === "string" && named !== "" ? named : before || payload.kind;
  }
}

// Whether a job can be told anything.

import type { Job } from "../client";
import { hasEnded } from "../model";
import { planOf } from "./verification";

/** Whether there is a model that could be told anything. */
export function isSteerable(job: Job): boolean {
  return !hasEnded(job) && !job.cancelRequested && !job.taken && planOf(job)?.["lane"] !== "deterministic";
}

// Everything a review is made of, from an entry or job id: the entry, the job, the diff, and the approval that asks.

import { useEffect, useMemo, useRef } from "react";
import { type Called, useCall, useCrew, useModel } from "../app";
import type { Approval, CallFailure, Job, JobDiff, MergeEntry } from "../client";
import type { CrewState } from "../model";
import { type Review, readReview } from "./files";

export interface Reviewed {
  readonly jobId: string | undefined;
  readonly job: Job | undefined;
  readonly entry: MergeEntry | undefined;
  readonly approval: Approval | undefined;
  readonly diff: Called<JobDiff>;
  readonly review: Review | undefined;
  /** Neither an entry nor a job has this id. */
  readonly unknown: boolean;
  readonly failure: CallFailure | undefined;
}

/** The entry with this id, or the newest one of the job with this id. */
export function findEntry(state: CrewState, id: string): MergeEntry | undefined {
  const all = (state.merge.value ?? []).flatMap((queue) => [...queue.entries, ...queue.recent]);
  const named = all.find((entry) => entry.id === id);
  if (named) return named;
  return all.filter((entry) => entry.jobId === id).sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
}

export function useReview(id: string): Reviewed {
  const crew = useCrew();
  const known = useModel((state) => findEntry(state, id));
  const isJob = useModel((state) => state.jobs.has(id));
  const ready = useModel((state) => state.merge.value !== undefined || state.merge.failure !== undefined);
  const asked = useCall("merge.entry", ready && !known && !isJob ? { id } : undefined);
  const entry = known ?? asked.value;
  const notEntry = asked.failure?.code === "not_found" || asked.failure?.code === "bad_request";
  const jobId = entry?.jobId ?? (isJob || notEntry ? id : undefined);
  useEffect(() => {
    if (jobId) crew.needJob(jobId);
  }, [crew, jobId]);
  const job = useModel((state) => (jobId ? state.jobs.get(jobId) : undefined));

  const diff = useCall("jobs.diff", jobId ? { id: jobId } : undefined);
  // A revision hands over another commit: what is shown must be what would land.
  const commit = entry?.commitSha ?? job?.commitSha ?? undefined;
  const shownFor = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!commit || !diff.value || diff.loading) return;
    if (diff.value.commit === commit || shownFor.current === commit) return;
    shownFor.current = commit;
    diff.reload();
  }, [commit, diff]);

  const approvalId = entry?.approvalId ?? undefined;
  useEffect(() => {
    if (approvalId) crew.needApproval(approvalId);
  }, [crew, approvalId]);
  const approval = useModel((state) => state.approvals.value?.find((one) => one.id === approvalId));

  const value = diff.value;
  const review = useMemo(() => (value ? readReview(value) : undefined), [value]);
  const failure = diff.failure ?? (asked.failure && !notEntry ? asked.failure : undefined);
  return {
    jobId,
    job,
    entry,
    approval,
    diff,
    review,
    unknown: notEntry && diff.failure?.code === "not_found" && !job,
    failure: value ? undefined : failure,
  };
}

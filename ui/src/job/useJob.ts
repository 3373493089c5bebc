// A job's record, story and output inside React.

import { useEffect, useMemo } from "react";
import { useClient, useCrew, useModel, useStore } from "../app";
import type { Job, VerifiedLine } from "../client";
import { Store } from "../model";
import { JobEvents, type JobEventsState } from "./events";
import { LogReader } from "./log-reader";
import { linesInResult } from "./verification";

const NO_EVENTS = new Store<JobEventsState>({ events: [], fresh: true, failure: undefined, cut: false });
/** Events come in bursts; one reading follows each burst. */
const SETTLE_MS = 250;

/** Something that changes whenever the stream said anything about this job. */
function usePulse(jobId: string | undefined): string {
  return useModel((state) => {
    if (!jobId) return "";
    const job = state.jobs.get(jobId);
    const live = state.jobLive.get(jobId);
    const tail = state.jobTails.get(jobId);
    const asked = (state.approvals.value ?? []).filter((one) => one.subject === jobId).map((one) => one.state);
    return [job?.updatedAt, job?.status, job?.verified, job?.attempts, live?.step, live?.label, (tail?.dropped ?? 0) + (tail?.lines.length ?? 0), asked].join("|");
  });
}

export function useJobEvents(job: Job | undefined): JobEventsState & { retry: () => void } {
  const call = useClient();
  const id = job?.id;
  const sessionId = job?.sessionId ?? undefined;
  const taskId = job?.taskId ?? "";
  const createdAt = job?.createdAt ?? "";
  const reader = useMemo(
    () => (id && sessionId ? new JobEvents(call, { id, taskId, createdAt }, sessionId) : undefined),
    [call, id, sessionId, taskId, createdAt],
  );
  const pulse = usePulse(id);
  useEffect(() => () => reader?.stop(), [reader]);
  useEffect(() => {
    if (!reader) return;
    const timer = setTimeout(() => void reader.refresh(), reader.state.get().fresh ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [reader, pulse]);
  const state = useStore(reader?.state ?? NO_EVENTS);
  return { ...state, retry: () => void reader?.refresh() };
}

export function useJobLog(jobId: string): { reader: LogReader; loading: boolean; failure: ReturnType<LogReader["state"]["get"]>["failure"]; revision: number } {
  const call = useClient();
  const reader = useMemo(() => new LogReader(call, jobId), [call, jobId]);
  const pulse = usePulse(jobId);
  useEffect(() => () => reader.stop(), [reader]);
  useEffect(() => {
    const timer = setTimeout(() => void reader.more(), reader.rows.newestId === 0 ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [reader, pulse]);
  const state = useStore(reader.state);
  return { reader, ...state };
}

/** Record of a job by id, read if need be. */
export function useJobRecord(jobId: string): Job | undefined {
  const crew = useCrew();
  useEffect(() => crew.needJob(jobId), [crew, jobId]);
  return useModel((state) => state.jobs.get(jobId));
}

/** What was verified: from the record when it says so, else from the log. */
export function useVerification(job: Job | undefined): { lines: readonly VerifiedLine[]; known: boolean } {
  const kept = useMemo(() => linesInResult(job?.result), [job?.result]);
  const told = useJobEvents(job && kept.length === 0 ? job : undefined);
  return useMemo(() => {
    if (kept.length > 0) return { lines: kept, known: true };
    const last = [...told.events].reverse().find((event) => event.envelope.type === "job.verified");
    const lines = last?.envelope.type === "job.verified" ? last.envelope.payload.lines : [];
    return { lines, known: !told.fresh };
  }, [kept, told.events, told.fresh]);
}

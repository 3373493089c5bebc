// The history of an entry as rows: what happened, in which tone, and what belongs under it. Free of React.

import type { EntryHistory, HistoryStep, MergeEntry } from "../client";
import { toldParts } from "../model";
import type { IconName, StateKind } from "../components";

export interface HistoryRow {
  readonly key: string;
  readonly at: string;
  readonly tone: StateKind | "plain";
  readonly icon: IconName;
  readonly title: string;
  /** Under the title: why, how long, by whom. */
  readonly detail: string;
  /** What a check printed, or what came with a reason. */
  readonly output: string;
  /** Belongs to the run above it. */
  readonly inRun: boolean;
  /** Steps are left out before this row. */
  readonly droppedBefore: number;
}

export interface HistoryWords {
  readonly stepQueued: string;
  readonly stepCandidate: (candidate: string, on: string) => string;
  readonly stepAsked: string;
  readonly stepApproved: (by: string) => string;
  readonly stepDenied: (by: string) => string;
  readonly stepClosed: string;
  readonly stepChecking: (run: number, on: string) => string;
  readonly stepChecked: (name: string, state: string) => string;
  readonly stepThrown: (run: number, why: string) => string;
  readonly stepWaits: string;
  readonly stepDryRun: (state: string, by: string) => string;
  readonly stepMoved: (by: string) => string;
  readonly stepNext: (by: string) => string;
  readonly stepPriority: (by: string) => string;
  readonly stepReturned: string;
  readonly stepParked: string;
  readonly stepRemoved: string;
  readonly stepRetried: string;
  readonly stepLanded: (commit: string) => string;
  readonly checkState: (state: string) => string;
  readonly trialState: (state: NonNullable<HistoryStep["dryRun"]>) => string;
  readonly whyGone: (step: HistoryStep) => string;
  readonly reused: string;
  readonly again: string;
  readonly took: (ms: number) => string;
  readonly shortId: (id: string) => string;
}

/** Steps kept at the beginning when the middle is left out, as the server keeps them. */
const FIRST = 50;

export function historyRows(history: Pick<EntryHistory, "steps" | "dropped">, words: HistoryWords): HistoryRow[] {
  return history.steps.map((step, index): HistoryRow => {
    const row = rowOf(step, words);
    return {
      key: `${index} ${step.at} ${step.kind}`,
      at: step.at,
      tone: "plain",
      icon: "clock",
      detail: "",
      output: "",
      inRun: false,
      ...row,
      droppedBefore: history.dropped > 0 && index === FIRST ? history.dropped : 0,
    };
  });
}

type Part = Pick<HistoryRow, "title"> & Partial<HistoryRow>;

function rowOf(step: HistoryStep, words: HistoryWords): Part {
  const by = step.by ?? "";
  const [said, output] = toldParts({ reason: step.text, because: step.because });
  const on = step.ahead !== undefined ? words.shortId(step.ahead) : commit(step.onto);
  switch (step.kind) {
    case "queued":
      return { title: words.stepQueued, icon: "stack" };
    case "candidate":
      return { title: words.stepCandidate(commit(step.candidate), on), icon: "merge" };
    case "asked":
      return { title: words.stepAsked, detail: said, tone: "needs", icon: "needs" };
    case "approved":
      return { title: words.stepApproved(by === "policy" ? "" : by), detail: said, tone: "passed", icon: "check" };
    case "denied":
      return { title: words.stepDenied(by), detail: said, tone: "failed", icon: "x" };
    case "closed":
      return { title: words.stepClosed, icon: "needs" };
    case "checking":
      return { title: words.stepChecking(step.run ?? 0, on), tone: "running", icon: "play" };
    case "checked":
      return checked(step, words);
    case "thrown_away":
      return {
        title: words.stepThrown(step.run ?? 0, step.thrown ? words.whyGone(step) : ""),
        detail: [step.tookMs === undefined ? "" : words.took(step.tookMs), said].filter(Boolean).join(", "),
        icon: "undo",
        tone: "waiting",
      };
    case "waits":
      return { title: words.stepWaits, detail: said, output, tone: "waiting", icon: "waiting" };
    case "dry_run":
      return {
        title: words.stepDryRun(step.dryRun ? words.trialState(step.dryRun) : "", by),
        detail: [said, step.check ? words.stepChecked(step.check.name, words.checkState(step.check.state)) : ""].filter(Boolean).join(", "),
        output: step.check?.tail ?? "",
        tone: step.dryRun === "passed" ? "passed" : step.dryRun === "failed" ? "failed" : "waiting",
        icon: "eye",
      };
    case "moved":
      return { title: step.text === "next" ? words.stepNext(by) : step.text === "priority" ? words.stepPriority(by) : words.stepMoved(by), icon: "sliders" };
    case "returned":
      return { title: words.stepReturned, detail: said, output, tone: "failed", icon: "undo" };
    case "parked":
      return { title: words.stepParked, detail: said, output, tone: "needs", icon: "pause" };
    case "removed":
      return { title: words.stepRemoved, detail: said, icon: "x" };
    case "retried":
      return { title: words.stepRetried, icon: "refresh" };
    case "landed":
      return { title: words.stepLanded(commit(step.candidate)), tone: "landed", icon: "landed" };
    default:
      return { title: String(step.kind), detail: said };
  }
}

function checked(step: HistoryStep, words: HistoryWords): Part {
  const check = step.check;
  if (!check) return { title: words.stepWaits };
  const detail = [
    check.durationMs === null || check.reused ? "" : words.took(check.durationMs),
    check.reused ? words.reused : "",
    check.flakyRetry ? words.again : "",
  ];
  return {
    title: words.stepChecked(check.name, words.checkState(check.state)),
    detail: detail.filter(Boolean).join(", "),
    output: check.state === "failed" ? check.tail : "",
    tone: check.state === "passed" ? "passed" : check.state === "failed" ? "failed" : "plain",
    icon: check.state === "passed" ? "check" : "x",
    inRun: step.run !== undefined,
  };
}

function commit(id: string | null | undefined): string {
  return (id ?? "").slice(0, 7);
}

/** How long it was or has been in the queue. */
export function queuedFor(entry: MergeEntry, now: number): number {
  const ended = entry.landedAt ?? (entry.state === "returned" || entry.state === "failed" || entry.state === "removed" ? entry.updatedAt : null);
  return Math.max(0, (ended === null ? now : Date.parse(ended)) - Date.parse(entry.createdAt));
}

// One publication as it is shown, from its events, from the stored state, or from both. Pure.

import type { PrChecks, PublishedPr, Publication } from "../client";
import { newer, personName, type PublishItem, type PublishPhase } from "../model";

export interface Shown {
  readonly id: string;
  readonly sessionId: string;
  readonly by: string;
  readonly head: string;
  readonly base: string | undefined;
  readonly remote: string | undefined;
  readonly commit: string | undefined;
  readonly upToDate: boolean;
  readonly phase: PublishPhase | "waiting" | "stopped";
  readonly reason: string | undefined;
  /** The server's own sentences. */
  readonly message: string | undefined;
  readonly remoteSaid: string | undefined;
  readonly retryAt: string | undefined;
  readonly title: string | undefined;
  readonly wantsPr: boolean;
  readonly prUrl: string | undefined;
  readonly pr: PublishedPr | undefined;
  readonly manualUrl: string | undefined;
  readonly approvalId: string | undefined;
  readonly progress: string | undefined;
  readonly checks: PrChecks | undefined;
  readonly at: string;
}

/** Of its stored state. */
export function shownOf(stored: Publication): Shown {
  const { result, pr } = stored;
  return {
    id: stored.id,
    sessionId: stored.sessionId,
    by: personName(stored.by),
    head: result?.["head-branch"] || stored.headBranch,
    base: result?.["base-branch"] ?? stored.baseBranch,
    remote: stored.remote || undefined,
    commit: result?.commit ?? stored.commit,
    upToDate: false,
    phase: phaseOf(stored),
    reason: result?.reason,
    message: result?.message,
    remoteSaid: result?.["remote-said"],
    retryAt: result?.["retry-at"],
    title: stored.title || undefined,
    wantsPr: stored.createPr,
    prUrl: pr?.url ?? result?.["pr-url"],
    pr,
    manualUrl: result?.["manual-pr-url"],
    approvalId: stored.approvalId ?? result?.["approval-id"],
    progress: stored.progress,
    checks: stored.checks,
    at: stored.updatedAt,
  };
}

function phaseOf({ stage, result, pr }: Publication): Shown["phase"] {
  if (stage === "waiting") return "waiting";
  if (stage === "queued" || stage === "pushing") return "pushing";
  if (stage === "opening") return "opening";
  switch (result?.status) {
    case "pushed":
      return "pushed";
    case "pr-created":
      return pr?.reused ? "reused" : "created";
    case "manual-pr-required":
      return "manual";
    default:
      if (result?.reason === "cancelled") return "stopped";
      return result?.pushed ? "pr-failed" : "push-failed";
  }
}

/** Of its events, with what only the stored state knows. */
export function shownOfItem(item: PublishItem, stored: Publication | undefined): Shown {
  const known = stored && shownOf(stored);
  // Of two truths about the same publication the one that is over is the newer one.
  const over = stored?.stage === "done";
  return {
    id: item.publishId,
    sessionId: item.sessionId,
    by: item.by,
    head: item.head,
    base: item.base ?? known?.base,
    remote: item.remote ?? known?.remote,
    commit: item.commit ?? known?.commit,
    upToDate: item.upToDate ?? false,
    phase: known && (over || known.phase === "waiting") ? known.phase : item.phase,
    reason: item.reason ?? known?.reason,
    message: known?.message ?? item.error,
    remoteSaid: known?.remoteSaid,
    retryAt: known?.retryAt,
    title: known?.title,
    wantsPr: known?.wantsPr ?? item.base !== undefined,
    prUrl: item.prUrl ?? known?.prUrl,
    pr: known?.pr,
    manualUrl: item.manualUrl ?? known?.manualUrl,
    approvalId: known?.approvalId,
    progress: known?.progress,
    checks: newer(item.checks, known?.checks),
    at: item.ts,
  };
}

/** Whether it goes on by itself. */
export function isRunning({ phase }: Shown): boolean {
  return phase === "pushing" || phase === "opening";
}

/** The number in the address of a pull request. */
export function numberOf(shown: Shown): number | undefined {
  if (shown.pr) return shown.pr.number;
  const found = /\/pull\/(\d+)/.exec(shown.prUrl ?? "");
  return found ? Number(found[1]) : undefined;
}

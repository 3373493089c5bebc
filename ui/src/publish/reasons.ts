// Cause and next step of a reason, and what the card offers for it.

import type { PublishReason } from "../client";
import { english, type Words, words as pageWords } from "./reason-words";
import { de as german } from "./reason-words.de";

export type Offer = "token" | "rename" | "again" | "settings" | "none";

export interface Explained {
  readonly cause: string;
  readonly next: string;
  /** What stands beside “publish again”. */
  readonly offer: Offer;
}

const table = (words: Words): Record<PublishReason, Explained> => ({
  auth: { cause: words.auth, next: words.authNext, offer: "token" },
  "host-key": { cause: words.hostKey, next: words.hostKeyNext, offer: "again" },
  "no-remote": { cause: words.noRemote, next: words.noRemoteNext, offer: "again" },
  "no-branch": { cause: words.noBranch, next: words.noBranchNext, offer: "rename" },
  "no-commits": { cause: words.noCommits, next: words.noCommitsNext, offer: "rename" },
  "remote-rejected": { cause: words.rejected, next: words.rejectedNext, offer: "rename" },
  "non-fast-forward": { cause: words.nonFastForward, next: words.nonFastForwardNext, offer: "rename" },
  "lfs-missing": { cause: words.lfsMissing, next: words.lfsMissingNext, offer: "again" },
  network: { cause: words.network, next: words.networkNext, offer: "again" },
  timeout: { cause: words.timeout, next: words.timeoutNext, offer: "again" },
  cancelled: { cause: words.cancelled, next: words.cancelledNext, offer: "again" },
  unsupported: { cause: words.unsupported, next: words.unsupportedNext, offer: "none" },
  "workspace-gone": { cause: words.workspaceGone, next: words.workspaceGoneNext, offer: "none" },
  "unsupported-host": { cause: words.unsupportedHost, next: words.unsupportedHostNext, offer: "settings" },
  "no-credentials": { cause: words.noCredentials, next: words.noCredentialsNext, offer: "token" },
  forbidden: { cause: words.forbidden, next: words.forbiddenNext, offer: "token" },
  "not-found": { cause: words.notFound, next: words.notFoundNext, offer: "token" },
  refused: { cause: words.refused, next: words.refusedNext, offer: "again" },
  "rate-limited": { cause: words.rateLimited, next: words.rateLimitedNext, offer: "again" },
  "bad-answer": { cause: words.badAnswer, next: words.badAnswerNext, offer: "settings" },
  "push-disabled": { cause: words.pushDisabled, next: words.pushDisabledNext, offer: "none" },
  "pr-disabled": { cause: words.prDisabled, next: words.prDisabledNext, offer: "none" },
  paused: { cause: words.paused, next: words.pausedNext, offer: "again" },
  "approval-required": { cause: words.approvalRequired, next: words.approvalRequiredNext, offer: "none" },
  denied: { cause: words.denied, next: words.deniedNext, offer: "none" },
  unknown: { cause: words.unknown, next: words.unknownNext, offer: "again" },
});

const TABLE = table(pageWords);

/** A reason of a newer server reads as unknown. */
export function explain(reason: string | undefined): Explained {
  return TABLE[reason as PublishReason] ?? TABLE.unknown;
}

/** The cause alone, in a language that is not the page's to choose; nothing for a reason of a newer server. */
export function causeIn(language: string, reason: PublishReason): string | undefined {
  return (table(language === "de" ? german : english)[reason] as Explained | undefined)?.cause;
}

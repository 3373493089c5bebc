// What a conversation shows, one item per row. Items are replaced, never changed, so a row draws again only when
// something of its own changed.

import type { CheckVerdict, Envelope, Meets, MergeEntry, NearestStep, Plan, PrChecks, PublishReason, Suggestion, VerifiedLine } from "../client";

/** What an event of this type carries. */
export type Of<T extends Envelope["type"]> = Extract<Envelope, { type: T }>["payload"];

interface Common {
  /** Stays the same while an item fills, moves or settles. */
  readonly key: string;
  readonly ts: string;
}

export interface MessageItem extends Common {
  readonly kind: "message";
  readonly who: string;
  readonly text: string;
  /** Written on this device and not yet in the log. */
  readonly sending?: "waiting" | "sending" | "sent" | "refused";
  readonly problem?: string;
}

export interface ReplyItem extends Common {
  readonly kind: "reply";
  readonly who: string;
  readonly text: string;
  readonly streaming: boolean;
}

export interface PlanItem extends Common {
  readonly kind: "plan";
  readonly requestId: string;
  readonly plan: Plan;
  readonly jobId: string | undefined;
  /** Live work that it was found to meet. */
  readonly meets: readonly Meets[];
}

/** `aside` is begun, or was to begin, and goes on when somebody or something lets it. */
export type JobPhase = "queued" | "running" | "aside" | "completed" | "failed" | "cancelled";

export interface JobItem extends Common {
  readonly kind: "job";
  readonly jobId: string;
  readonly title: string;
  readonly phase: JobPhase;
  readonly workerId: string | undefined;
  readonly step: number;
  readonly steps: number;
  readonly label: string;
  readonly attempt: number;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** Summary, or why it failed. */
  readonly message: string | undefined;
  readonly detail: string | undefined;
  readonly verified: boolean | undefined;
  readonly proofs: readonly VerifiedLine[];
}

export interface DiffItem extends Common {
  readonly kind: "diff";
  readonly jobId: string;
  readonly entryId: string | null;
  readonly title: string;
  readonly additions: number;
  readonly deletions: number;
  readonly files: number;
  readonly verified: boolean | undefined;
}

export interface ChecksItem extends Common {
  readonly kind: "checks";
  readonly entryId: string;
  readonly onto: string | null;
  readonly checks: readonly CheckVerdict[];
  /** The entry moved on: no more results will come. */
  readonly over: boolean;
}

export interface ApprovalItem extends Common {
  readonly kind: "approval";
  readonly approvalId: string;
  readonly summary: string;
}

export interface LandedItem extends Common {
  readonly kind: "landed";
  readonly entry: MergeEntry;
  /** When the job that made it finished. */
  readonly finishedAt: string | undefined;
}

export interface StoppedItem extends Common {
  readonly kind: "stopped";
  readonly how: "returned" | "failed" | "removed" | "parked";
  readonly entry: MergeEntry;
  readonly reason: string;
  readonly detail: string;
}

export interface WaitingItem extends Common {
  readonly kind: "waiting";
  readonly requestId: string;
  readonly understood: string;
  readonly why: string;
  readonly nearest: readonly NearestStep[];
  readonly connect: readonly string[];
}

export interface SuggestionsItem extends Common {
  readonly kind: "suggestions";
  readonly items: readonly Suggestion[];
}

export interface NoticeItem extends Common {
  readonly kind: "notice";
  readonly tone: "plain" | "failed" | "passed" | "needs" | "waiting";
  readonly icon: "wave" | "shield" | "branch" | "info" | "failed" | "box" | "passed" | "waiting" | "needs" | "refresh" | "stop" | "pause" | "play";
  readonly who: string | undefined;
  readonly text: string;
  readonly detail: string | undefined;
}

export type PublishPhase = "pushing" | "pushed" | "push-failed" | "opening" | "created" | "reused" | "manual" | "pr-failed";

/** A push, maybe with a pull request, as its events tell it. */
export interface PublishItem extends Common {
  readonly kind: "publish";
  readonly sessionId: string;
  readonly publishId: string;
  readonly by: string;
  readonly head: string;
  readonly base?: string;
  readonly remote?: string;
  readonly commit?: string;
  /** The remote had it already. */
  readonly upToDate?: boolean;
  readonly force?: boolean;
  readonly phase: PublishPhase;
  readonly reason?: PublishReason | undefined;
  readonly error?: string | undefined;
  readonly prUrl?: string;
  readonly manualUrl?: string;
  readonly checks?: PrChecks | undefined;
  readonly endedAt: string | undefined;
}

export interface GroupLine {
  readonly key: string;
  readonly ts: string;
  readonly text: string;
}

/** Logs, tool calls and heartbeats: one closed row however many there are. */
export interface GroupItem extends Common {
  readonly kind: "group";
  readonly lines: readonly GroupLine[];
}

export type Item =
  | MessageItem | ReplyItem | PlanItem | JobItem | DiffItem | ChecksItem | ApprovalItem | LandedItem | StoppedItem
  | WaitingItem | SuggestionsItem | NoticeItem | PublishItem | GroupItem;

/** The words of an item, for search and copying. */
export function itemText(item: Item): string {
  switch (item.kind) {
    case "message":
    case "reply":
      return item.text;
    case "plan":
      return [item.plan.title, ...item.plan.planning.acceptanceCriteria, item.plan.planning.scope.writeGlobs.join(" ")].join("\n");
    case "job":
      return [item.title, item.jobId, item.message ?? "", item.detail ?? ""].join("\n");
    case "diff":
      return `${item.title}\n${item.jobId}`;
    case "checks":
      return [item.entryId, ...item.checks.map((check) => `${check.name} ${check.run.join(" ")} ${check.tail}`)].join("\n");
    case "approval":
      return `${item.summary}\n${item.approvalId}`;
    case "landed":
      return `${item.entry.title}\n${item.entry.landedCommit ?? ""}`;
    case "stopped":
      return `${item.entry.title}\n${item.reason}\n${item.detail}`;
    case "waiting":
      return `${item.understood}\n${item.why}`;
    case "suggestions":
      return item.items.map((one) => `${one.title} ${one.detail}`).join("\n");
    case "notice":
      return `${item.text}\n${item.detail ?? ""}`;
    case "publish":
      return [item.head, item.base ?? "", item.prUrl ?? item.manualUrl ?? "", item.reason ?? "", item.error ?? ""].join("\n");
    case "group":
      return item.lines.map((line) => line.text).join("\n");
  }
}

// Events without a card of their own, as one line of text.

import type { Envelope } from "../client";
import { amountOf } from "./amounts";
import { saidOf } from "./because";
import type { GroupLine, NoticeItem, Of } from "./items";
import { words } from "./words";

export function notice(envelope: Envelope, icon: NoticeItem["icon"], tone: NoticeItem["tone"], text: string, detail?: string): NoticeItem {
  return { kind: "notice", key: envelope.id, ts: envelope.ts, tone, icon, who: undefined, text, detail };
}

/** Who did it; the owner and the server need no name. */
export function nameOf(by: string): string {
  return by === "owner" || by === "server" ? "" : by;
}

export function policyNotice(envelope: Envelope, { action, effect, rule, what, place }: Of<"policy.decided">): NoticeItem {
  const about = what ? `${action} ${what}` : action;
  return notice(envelope, "shield", "plain", effect === "allow" ? words.allowed(about, rule) : words.refused(about, rule), place);
}

export function setupNotice(envelope: Envelope, { ok, run, tail }: Of<"setup.finished">): NoticeItem {
  const command = run.join(" ");
  return ok ? notice(envelope, "box", "plain", words.setupFinished(command)) : notice(envelope, "failed", "failed", words.setupFailed(command), tail);
}

/** A host that a set-up step was kept from. */
export function setupKept(envelope: Envelope, { host, port, why }: Of<"setup.network">): NoticeItem {
  return notice(envelope, "shield", "waiting", words.setupKept(`${host}:${port}`), why);
}

/** A budget that came near its end, or reached it. */
export function budgetNotice(envelope: Envelope, { standing, reached }: Of<"budget.near">): NoticeItem {
  const { scope, measure, used, limit } = standing;
  const of = { job: words.budgetJob, day: words.budgetDay, workspace: words.budgetWorkspace };
  const said = of[scope](amountOf(measure, used), amountOf(measure, limit));
  return reached ? notice(envelope, "needs", "needs", words.budgetReached(said)) : notice(envelope, "info", "waiting", words.budgetNear(said));
}

/** A request that ended without a plan; every other change of a request is said by its cards. */
export function requestNotice(envelope: Envelope, { status, requestId }: Of<"request.changed">): NoticeItem | undefined {
  if (status === "cancelled") return notice(envelope, "stop", "waiting", words.cancelled(requestId));
  if (status === "failed") return notice(envelope, "failed", "failed", words.unplanned(requestId));
  return undefined;
}

/** Said once it is over; while it runs it has a card of its own where it was begun. */
export function dryRunNotice(envelope: Envelope, { run }: Of<"checks.dry_run">): NoticeItem | undefined {
  const commit = run.commit.slice(0, 7);
  if (run.state === "passed") return notice(envelope, "passed", "passed", words.dryRunPassed(commit));
  if (run.state !== "failed") return undefined;
  const failed = run.checks.filter((check) => check.state === "failed");
  const names = failed.map((check) => check.name).join(", ");
  return notice(envelope, "failed", "needs", names ? words.dryRunFailed(names, commit) : words.dryRunBroke(commit), saidOf(run));
}

/** The line of a closed group: the kind of the event and the first of its fields that reads like a sentence. */
export function groupLine(envelope: Envelope): GroupLine {
  const payload: unknown = envelope.payload;
  const has = (name: string): string | undefined => {
    const value = typeof payload === "object" && payload !== null ? (payload as Record<string, unknown>)[name] : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const said = has("message") ?? has("summary") ?? has("title") ?? has("detail") ?? has("tool") ?? has("state") ?? has("status");
  const kind = envelope.type.replaceAll("_", " ").replaceAll(".", " ");
  return { key: envelope.id, ts: envelope.ts, text: said ? `${kind}: ${said}` : kind };
}

// The way of a publication: pushed, a pull request opened, its checks. One row each, where it began. What only the
// stored state knows (title, the remote's own words) is read by the card.

import type { Envelope, PrChecks } from "../client";
import type { PublishItem } from "./items";
import { personName } from "./names";
import type { Rows } from "./rows";

export type PublishEvent = Extract<Envelope, { type: `git.${string}` }>;

const rowOf = (publishId: string) => `publish-${publishId}`;

export function isPublishEvent(envelope: Envelope): envelope is PublishEvent {
  return envelope.type.startsWith("git.push.") || envelope.type.startsWith("git.pr.");
}

/** False for a kind that a newer server may send. */
export function applyPublish(rows: Rows, envelope: PublishEvent): boolean {
  const { ts, sessionId } = envelope;
  const change = (publishId: string, first: Partial<PublishItem> & Pick<PublishItem, "head">, next: Partial<PublishItem>) => {
    const key = rowOf(publishId);
    const before = rows.find<PublishItem>(key);
    const item: PublishItem = before ?? { kind: "publish", key, ts, sessionId, publishId, by: "", phase: "pushing", endedAt: undefined, ...first };
    const after = { ...item, ...next };
    if (before) rows.replace(key, after);
    else rows.push(after);
  };
  switch (envelope.type) {
    case "git.push.started": {
      const { by, force, "head-branch": head, "publish-id": id } = envelope.payload;
      // Asked and answered, or after a restart: the same row goes on.
      change(id, { head, by: personName(by) }, { head, force, by: personName(by), phase: "pushing", reason: undefined, error: undefined, endedAt: undefined });
      return true;
    }
    case "git.push.succeeded": {
      const { by, remote, commit, "up-to-date": upToDate, "head-branch": head, "publish-id": id } = envelope.payload;
      change(id, { head, by: personName(by) }, { phase: "pushed", remote, commit, upToDate, endedAt: ts });
      return true;
    }
    case "git.push.failed": {
      const { by, error, reason, "head-branch": head, "publish-id": id } = envelope.payload;
      change(id, { head, by: personName(by) }, { phase: "push-failed", error, reason, endedAt: ts });
      return true;
    }
    case "git.pr.started": {
      const { by, "head-branch": head, "base-branch": base, "publish-id": id } = envelope.payload;
      change(id, { head, by: personName(by) }, { base, phase: "opening", endedAt: undefined });
      return true;
    }
    case "git.pr.succeeded": {
      const { by, reused, "pr-url": prUrl, "head-branch": head, "base-branch": base, "publish-id": id } = envelope.payload;
      change(id, { head, by: personName(by) }, { base, prUrl, phase: reused ? "reused" : "created", endedAt: ts });
      return true;
    }
    case "git.pr.manual": {
      const { by, reason, "manual-pr-url": manualUrl, "head-branch": head, "base-branch": base, "publish-id": id } = envelope.payload;
      change(id, { head, by: personName(by) }, { base, manualUrl, reason, phase: "manual", endedAt: ts });
      return true;
    }
    case "git.pr.failed": {
      const { by, error, reason, "head-branch": head, "base-branch": base, "publish-id": id } = envelope.payload;
      change(id, { head, by: personName(by) }, { base, error, reason, phase: "pr-failed", endedAt: ts });
      return true;
    }
    case "git.pr.checks": {
      const { checks } = envelope.payload;
      const key = rowOf(checks.publishId);
      rows.change<PublishItem>(key, (item) => ({ ...item, checks: newer(item.checks, checks) }));
      return true;
    }
    default:
      return false;
  }
}

/** Of two readings the later one. */
export function newer(one: PrChecks | undefined, other: PrChecks | undefined): PrChecks | undefined {
  if (!one || !other) return one ?? other;
  return Date.parse(other.readAt) >= Date.parse(one.readAt) ? other : one;
}

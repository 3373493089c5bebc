// Answering: once, bound to the hash, and honest when somebody else was faster.

import { useCallback } from "react";
import { useAction, useCrew } from "../app";
import type { Approval, Decision, GrantFor } from "../client";
import { buddyName, deviceName } from "../model";
import { useTaps } from "../phone/taps-of";
import type { Tap, Taps } from "../phone/taps";
import { words } from "./words";

export function useAnswer(approval: Approval): {
  /** With a span the answer is remembered that long. */
  answer: (decision: Decision, span?: GrantFor) => void;
  busy: boolean;
  problem: string | undefined;
  /** An answer that is on its way, or that came to nothing. */
  tap: Tap | undefined;
  taps: Taps;
} {
  const crew = useCrew();
  const { run, busy, failure } = useAction();
  const { taps, list } = useTaps();
  const tap = list.find((one) => one.approvalId === approval.id);
  const answer = useCallback(
    (decision: Decision, span?: GrantFor) => {
      // Kept until the server has it. What would be remembered is not: that is meant for a page that follows the server.
      if (!span) return taps.tap(approval, decision);
      void run(async () => {
        try {
          await crew.answer(approval, decision, span);
        } catch (thrown) {
          // Whatever it is now is what should be shown.
          await crew.refresh("approvals");
          throw thrown;
        }
      });
    },
    [crew, approval, run, taps],
  );
  return { answer, busy: busy || tap?.state === "sending", problem: failure?.message, tap, taps };
}

/** The owner, parts of the server and devices, by the name people know. */
export function askerName(by: string): string {
  if (by === "owner") return words.owner;
  if (by === "merge") return words.theMergeQueue;
  if (by === "setup") return words.theSetup;
  if (by === "remotebuddy" || by === "localbuddy") return buddyName(by);
  return deviceName(by);
}

const REMEMBERED: Record<GrantFor, string> = { job: words.allowedJob, session: words.allowedSession, hour: words.allowedHour, always: words.allowedAlways };

/** What became of it, as a sentence. */
export function outcome(approval: Approval): { kind: "passed" | "failed" | "waiting" | "needs"; text: string } {
  const by = approval.decidedBy ? ` ${words.by} ${approval.decidedBy === "owner" ? words.owner : deviceName(approval.decidedBy)}` : "";
  switch (approval.state) {
    case "approved":
      return { kind: "passed", text: (approval.remembered ? REMEMBERED[approval.remembered] : words.allowed) + by };
    case "denied":
      return { kind: "failed", text: words.denied + by };
    case "expired":
      return { kind: "waiting", text: words.expired };
    case "superseded":
      return { kind: "waiting", text: words.superseded };
    case "orphaned":
      return { kind: "waiting", text: words.orphaned };
    case "pending":
      return { kind: "needs", text: words.waiting };
  }
}

// Answering: once, bound to the hash, and honest when somebody else was faster.

import { useCallback } from "react";
import { useAction, useCrew } from "../app";
import type { Approval, Decision, GrantFor } from "../client";
import { buddyName } from "../model";
import { words } from "./words";

export function useAnswer(approval: Approval): {
  /** With a span the answer is remembered that long. */
  answer: (decision: Decision, span?: GrantFor) => void;
  busy: boolean;
  problem: string | undefined;
} {
  const crew = useCrew();
  const { run, busy, failure } = useAction();
  const answer = useCallback(
    (decision: Decision, span?: GrantFor) => {
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
    [crew, approval, run],
  );
  return { answer, busy, problem: failure?.message };
}

/** Parts of the server by the name people know. */
export function askerName(by: string): string {
  if (by === "merge") return words.theMergeQueue;
  if (by === "remotebuddy" || by === "localbuddy") return buddyName(by);
  return by;
}

const REMEMBERED: Record<GrantFor, string> = { job: words.allowedJob, session: words.allowedSession, hour: words.allowedHour, always: words.allowedAlways };

/** What became of it, as a sentence. */
export function outcome(approval: Approval): { kind: "passed" | "failed" | "waiting" | "needs"; text: string } {
  const by = approval.decidedBy ? ` ${words.by} ${approval.decidedBy}` : "";
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

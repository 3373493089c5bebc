// Answering: once, bound to the hash, and honest when somebody else was faster.

import { useCallback } from "react";
import { useAction, useCrew } from "../app";
import type { Approval, Decision } from "../client";
import { buddyName } from "../model";
import { words } from "./words";

export function useAnswer(approval: Approval): {
  answer: (decision: Decision) => void;
  busy: boolean;
  problem: string | undefined;
} {
  const crew = useCrew();
  const { run, busy, failure } = useAction();
  const answer = useCallback(
    (decision: Decision) => {
      void run(async () => {
        try {
          await crew.answer(approval, decision);
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

/** What became of it, as a sentence. */
export function outcome(approval: Approval): { kind: "passed" | "failed" | "waiting" | "needs"; text: string } {
  const by = approval.decidedBy ? ` ${words.by} ${approval.decidedBy}` : "";
  switch (approval.state) {
    case "approved":
      return { kind: "passed", text: words.allowed + by };
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

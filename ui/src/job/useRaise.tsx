// Allowing a job more of what it may use: one press doubles it. Held by the page, so that a refusal is still told when
// what offered it has gone.

import { type ReactNode, useMemo, useState } from "react";
import { useAction, useClient, useCrew, useMay } from "../app";
import type { BudgetStanding, Job, Measure } from "../client";
import { Button, FailureDialog } from "../components";
import { amountOf, MINUTE_MS } from "../model";
import { words } from "./words";

export interface Raise {
  readonly ask: (standing: BudgetStanding) => void;
  readonly busy: boolean;
  /** Grows with each raise that was taken. */
  readonly turn: number;
}

export function useRaise(job: Job): Raise & { readonly dialog: ReactNode } {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const [turn, setTurn] = useState(0);
  const raise = useMemo(
    () => ({
      ask: (standing: BudgetStanding) =>
        void action.run(async () => {
          await call("jobs.raise", { id: job.id, ...raiseOf(standing.measure, doubled(standing)) });
          setTurn((n) => n + 1);
          await crew.refresh("jobBoard");
        }),
      busy: action.busy,
      turn,
    }),
    [action, call, crew, job.id, turn],
  );
  return { ...raise, dialog: <FailureDialog title={words.raiseFailed} failure={action.failure} onClear={action.clear} /> };
}

export function AllowMore({ standing, raise, disabled, primary = false }: { standing: BudgetStanding; raise: Raise; disabled: boolean; primary?: boolean }) {
  if (!useMay("approve")) return null;
  return (
    <Button small look={primary ? "primary" : "plain"} disabled={disabled} busy={raise.busy} onClick={() => raise.ask(standing)}>
      {words.allowMore(amountOf(standing.measure, doubled(standing)))}
    </Button>
  );
}

/** Twice what was used or allowed; time in whole minutes, as it is raised. */
function doubled({ measure, used, limit }: BudgetStanding): number {
  const twice = Math.max(used, limit, 1) * 2;
  return measure === "work_ms" ? Math.ceil(twice / MINUTE_MS) * MINUTE_MS : twice;
}

function raiseOf(measure: Measure, amount: number): { tokens?: number; minutes?: number; moneyMicros?: number } {
  switch (measure) {
    case "tokens":
      return { tokens: amount };
    case "work_ms":
      return { minutes: amount / MINUTE_MS };
    case "money_micros":
      return { moneyMicros: amount };
  }
}

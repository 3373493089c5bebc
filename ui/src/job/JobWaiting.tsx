// Above a job that was put aside: why it waits, until when, and what lets it go on.

import { useAction, useCall, useClient, useCrew } from "../app";
import type { BudgetStanding, Job, JobWait, Measure } from "../client";
import { Banner, Button, clockText, FailureDialog, InlineText } from "../components";
import { amountOf, MINUTE_MS } from "../model";
import { words } from "./words";

// Of a budget the reason itself says which.
const TITLE: Record<JobWait["reason"], string> = { paused: `${words.waitsPaused}.`, quota: `${words.waitsQuota}.`, budget: "", taken: "" };

interface Props {
  readonly job: Job;
  readonly wait: JobWait;
  readonly live: boolean;
  readonly busy: boolean;
  readonly onResume: () => void;
}

export function JobWaiting({ job, wait, live, busy, onResume }: Props) {
  return (
    <Banner
      tone="needs"
      icon="pause"
      action={
        <span className="h">
          {wait.reason === "budget" ? <AllowMore job={job} live={live} /> : null}
          <Button small icon="play" disabled={!live} busy={busy} onClick={onResume}>
            {words.goOn}
          </Button>
        </span>
      }
    >
      <strong className="medium">{TITLE[wait.reason]}</strong> <InlineText text={wait.detail} />
      {wait.resetsAt ? ` ${words.waitsUntil(clockText(wait.resetsAt))}` : ""}{" "}
      <span className="c2">{wait.resumeCommit ? words.keepsWork : words.keepsNothing}</span>
    </Banner>
  );
}

/** One press doubles what this job may use of what is used up. */
function AllowMore({ job, live }: { job: Job; live: boolean }) {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const report = useCall("budget.show", { jobId: job.id });
  const over = report.value?.standings.find((each) => each.scope === "job" && each.used >= each.limit);
  if (!over) return null;
  const raised = doubled(over);
  const raise = () =>
    void action.run(async () => {
      await call("jobs.raise", { id: job.id, ...raiseOf(over.measure, raised) });
      await crew.refresh("jobBoard");
    });
  return (
    <>
      <Button small look="primary" disabled={!live} busy={action.busy} onClick={raise}>
        {words.allowMore(amountOf(over.measure, raised))}
      </Button>
      <FailureDialog title={words.failedTitle} failure={action.failure} onClear={action.clear} />
    </>
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

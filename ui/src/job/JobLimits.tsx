// What a job that has not ended may use, how much of it is used up, and allowing it more before it has to stop.

import { useCall } from "../app";
import { levelOf } from "../budget/said";
import type { Job } from "../client";
import { Meter } from "../components";
import { amountOf } from "../model";
import { AllowMore, type Raise } from "./useRaise";
import { words } from "./words";

interface Props {
  readonly job: Job;
  readonly live: boolean;
  readonly raise: Raise;
  /** Grows with what it uses. */
  readonly calls: number;
}

export function JobLimits({ job, live, raise, calls }: Props) {
  const report = useCall("budget.show", { jobId: job.id }, calls + raise.turn);
  const own = (report.value?.standings ?? []).filter((each) => each.scope === "job");
  if (own.length === 0) return null;
  // Then the line above the page offers it.
  const offered = job.waiting?.reason === "budget";
  return (
    <div className="ss" data-testid="job-limits">
      <h2 className="label">{words.limitsHead}</h2>
      {own.map((standing) => {
        const used = words.usedOf(amountOf(standing.measure, standing.used), amountOf(standing.measure, standing.limit));
        return (
          <div key={standing.measure} className="h jb__limit">
            <Meter part={standing.limit === 0 ? 1 : standing.used / standing.limit} warn={levelOf(standing) !== "fine"} width={64} label={used} />
            <span className="t2 num">{used}</span>
            {offered ? null : (
              <span className="push">
                <AllowMore standing={standing} raise={raise} disabled={!live || job.cancelRequested} />
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}

// Above a job that was put aside: why it waits, until when, and what lets it go on.

import { useCall, useMay } from "../app";
import type { Job, JobWait } from "../client";
import { Banner, Button, clockText, InlineText } from "../components";
import { AllowMore, type Raise } from "./useRaise";
import { words } from "./words";

// Of a budget the reason itself says which.
const TITLE: Record<JobWait["reason"], string> = { paused: `${words.waitsPaused}.`, quota: `${words.waitsQuota}.`, budget: "", taken: "" };

interface Props {
  readonly job: Job;
  readonly wait: JobWait;
  readonly live: boolean;
  readonly busy: boolean;
  readonly raise: Raise;
  readonly onResume: () => void;
}

export function JobWaiting({ job, wait, live, busy, raise, onResume }: Props) {
  const may = useMay("jobs");
  return (
    <Banner
      tone="needs"
      icon="pause"
      action={
        <span className="h">
          {wait.reason === "budget" ? <AllowWhatIsLacking job={job} live={live} raise={raise} /> : null}
          {may ? (
            <Button small icon="play" disabled={!live} busy={busy} onClick={onResume}>
              {words.goOn}
            </Button>
          ) : null}
        </span>
      }
    >
      <strong className="medium">{TITLE[wait.reason]}</strong> <InlineText text={wait.detail} />
      {wait.resetsAt ? ` ${words.waitsUntil(clockText(wait.resetsAt))}` : ""}{" "}
      <span className="c2">{wait.resumeCommit ? words.keepsWork : words.keepsNothing}</span>
    </Banner>
  );
}

/** More of what is used up. */
function AllowWhatIsLacking({ job, live, raise }: { job: Job; live: boolean; raise: Raise }) {
  const report = useCall("budget.show", { jobId: job.id });
  const over = report.value?.standings.find((each) => each.scope === "job" && each.used >= each.limit);
  return over ? <AllowMore standing={over} raise={raise} disabled={!live} primary /> : null;
}

// Above a job that only one worker may have and that nobody has yet: whom it waits for, and the way to any other.

import { useAction, useClient, useCrew, useMay, useModel } from "../app";
import type { Job } from "../client";
import { Banner, Button, FailureDialog } from "../components";
import { type HeldUp, heldUpBy } from "../worker/standing";
import { words as workerWords } from "../worker/words";
import { words } from "./words";

const HELD: Record<HeldUp, string> = { gone: workerWords.heldGone, drained: workerWords.heldDrained, offline: workerWords.heldOffline };

export function JobTarget({ job, target, live }: { job: Job; target: string; live: boolean }) {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const may = useMay("jobs");
  const workers = useModel((state) => state.workers.value?.workers);
  const why = workers ? heldUpBy(target, workers) : null;
  const any = () =>
    void action.run(async () => {
      await call("jobs.target", { id: job.id });
      await crew.refresh("jobBoard", "workers");
    });
  return (
    <>
      <Banner
        tone={why ? "needs" : "run"}
        icon="helm"
        action={
          may ? (
            <Button small disabled={!live} busy={action.busy} onClick={any}>
              {workerWords.anyWorker}
            </Button>
          ) : undefined
        }
      >
        <strong className="medium">{workerWords.waitsFor(target)}</strong> {why ? HELD[why] : ""}
      </Banner>
      <FailureDialog title={words.failedTitle} failure={action.failure} onClear={action.clear} />
    </>
  );
}

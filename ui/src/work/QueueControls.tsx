// Whether a queue lands: pause, let it finish, go on.

import { useAction, useClient, useCrew, useMay, useModel } from "../app";
import { Banner, Button } from "../components";
import type { MergeQueue } from "../client";
import { Lacking } from "../devices/Lacking";
import { isLive } from "../model";
import { words } from "./steer-words";
import { words as workWords } from "./words";

export interface Controls {
  readonly banner: React.ReactNode;
  readonly buttons: React.ReactNode;
}

export function useQueueControls(queue: MergeQueue): Controls {
  const call = useClient();
  const crew = useCrew();
  const live = useModel(isLive);
  const may = useMay("merge");
  const action = useAction();
  const steer = (method: "merge.pause" | "merge.resume" | "merge.drain") =>
    void action.run(async () => {
      await call(method, { workspaceId: queue.workspaceId });
      await crew.refresh("merge", "workspaces");
    });
  const underWay = queue.entries.filter((entry) => entry.state === "checking" || entry.state === "landing").length;
  const state = queue.paused ? "paused" : queue.drain ? "draining" : "running";
  const banner = (
    <>
      {state === "paused" ? (
        <Banner tone="needs" icon="pause">
          {workWords.pausedSay(queue.branch)}
        </Banner>
      ) : null}
      {state === "draining" && queue.drain ? (
        <Banner tone="run" icon="pause">
          <span role="status">{words.drainingSay(underWay, queue.drain.by)}</span>
        </Banner>
      ) : null}
      {action.failure ? <Banner tone="failed">{action.failure.message}</Banner> : null}
    </>
  );
  const buttons = !may ? (
    <Lacking scope="merge" what={words.mayNotSteer} />
  ) : state === "running" ? (
      <span className="h h--2 qbuttons">
        {underWay > 0 ? (
          <Button title={words.drainHint} busy={action.busy} disabled={!live} onClick={() => steer("merge.drain")}>
            {words.drain}
          </Button>
        ) : null}
        <Button icon="pause" busy={action.busy} disabled={!live} onClick={() => steer("merge.pause")}>
          {words.pause}
        </Button>
      </span>
    ) : (
      <Button icon="play" busy={action.busy} disabled={!live} onClick={() => steer("merge.resume")}>
        {state === "draining" ? words.undrain : words.resume}
      </Button>
    );
  return { banner, buttons };
}

// A branch that fails a check by itself: one press asks the crew for the repair, in the conversation of a change that
// waits for it.

import { useState } from "react";
import { useAction, useClient, useCrew, useMay, useModel } from "../app";
import { Button } from "../components";
import type { MergeQueue } from "../client";
import { isLive } from "../model";
import { words } from "./steer-words";

export function AskRepair({ queue }: { queue: MergeQueue }) {
  const call = useClient();
  const crew = useCrew();
  const live = useModel(isLive);
  const may = useMay("chat");
  const action = useAction();
  const [asked, setAsked] = useState<string>();
  const { red } = queue;
  const sessionId = queue.entries.find((entry) => entry.repair?.redBase)?.sessionId;
  if (!red || !sessionId || !may) return null;
  const of = `${red.commit} ${red.check}`;
  if (asked === of) return <span className="c2">{words.repairAsked}</span>;
  const ask = () =>
    void action.run(async () => {
      await call("chat.send", { sessionId, text: red.ask });
      setAsked(of);
      await crew.refresh("requests");
    });
  return (
    <span className="h h--2">
      {action.failure ? <span className="s-failed">{action.failure.message}</span> : null}
      <Button busy={action.busy} disabled={!live} title={words.askRepairHint} onClick={ask}>
        {words.askRepair}
      </Button>
    </span>
  );
}

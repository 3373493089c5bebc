// A message whose job only this worker may have.

import { useId, useState } from "react";
import { useAction, useClient, useCrew, useMay, useModel } from "../app";
import type { Worker } from "../client";
import { Button, InlineText } from "../components";
import { newestFirst } from "../model";
import { heldUpBy } from "./standing";
import { words } from "./words";

export function GiveJob({ worker, live }: { worker: Worker; live: boolean }) {
  const id = useId();
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const sessions = useModel((state) => state.sessions.value) ?? [];
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string>();
  const [sent, setSent] = useState(false);
  const session = sessions.find((each) => each.sessionId === chosen) ?? newestFirst(sessions)[0];
  const may = useMay("chat");
  const heldUp = heldUpBy(worker.workerId, [worker]);
  const send = () => {
    const message = text.trim();
    if (message === "" || !session) return;
    void action.run(async () => {
      await call("chat.send", { sessionId: session.sessionId, text: message, targetWorkerId: worker.workerId });
      setText("");
      setSent(true);
      await crew.refresh("requests", "workers");
    });
  };
  if (!may) return null;
  return (
    <section className="ss">
      <h2 className="label">
        <label htmlFor={id}>{words.give}</label>
      </h2>
      <textarea
        id={id}
        className="input wk__field"
        rows={3}
        value={text}
        placeholder={words.giveHint}
        aria-describedby={`${id}-more`}
        onChange={(event) => {
          setText(event.target.value);
          setSent(false);
          action.clear();
        }}
      />
      <div className="h wk__give">
        {sessions.length > 1 ? (
          <select className="input wk__session" aria-label={words.giveIn} value={session?.sessionId ?? ""} onChange={(event) => setChosen(event.target.value)}>
            {sessions.map((each) => (
              <option key={each.sessionId} value={each.sessionId}>
                {each.label || each.sessionId}
              </option>
            ))}
          </select>
        ) : null}
        <Button small className="push" look="primary" disabled={!live || text.trim() === "" || !session} busy={action.busy} onClick={send}>
          {words.giveSend}
        </Button>
      </div>
      <p id={`${id}-more`} className={`t2 ${action.failure ? "s-failed" : "c3"}`} role="status">
        {action.failure ? <InlineText text={action.failure.message} /> : sent ? words.giveSent : heldUp ? words.giveWaits : worker.waitingForIt > 0 ? words.waitingForIt(worker.waitingForIt) : ""}
      </p>
    </section>
  );
}

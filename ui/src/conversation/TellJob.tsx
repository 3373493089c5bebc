// On the card of a running job: a line that tells it something, without leaving the conversation.

import { type FormEvent, useState } from "react";
import { useAction, useCrew } from "../app";
import { Button, InlineText } from "../components";
import { controlWords as words } from "../job/control-words";

export function TellJob({ jobId, onDone }: { jobId: string; onDone: () => void }) {
  const crew = useCrew();
  const { run, busy, failure, clear } = useAction();
  const [text, setText] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    void run(() => crew.call("jobs.steer", { id: jobId, text: text.trim() })).then((done) => {
      if (done) onDone();
    });
  };
  return (
    <form className="card__sect" onSubmit={send}>
      <div className="h">
        <input
          // Opened by a press that asks for it.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          className="input grow"
          value={text}
          aria-label={words.steerLabel}
          placeholder={words.steerHint}
          onChange={(event) => {
            setText(event.target.value);
            clear();
          }}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            onDone();
          }}
        />
        <Button small type="submit" disabled={text.trim() === ""} busy={busy}>
          {words.steerSend}
        </Button>
      </div>
      {failure ? (
        <p className="t2 s-failed" role="alert">
          <InlineText text={failure.message} />
        </p>
      ) : null}
    </form>
  );
}

// A field that tells a running job something, and what became of what it was told.

import { type KeyboardEvent, useRef, useState } from "react";
import { useAction, useCall, useClient, useMay, useShortcut } from "../app";
import type { Job, SteerMessage } from "../client";
import { Button, clockText, Icon, IconButton, Kbd, StateIcon, type StateKind } from "../components";
import { Lacking } from "../devices/Lacking";
import { personName } from "../model";
import { controlWords as words } from "./control-words";
import { isSteerable } from "./steerable";

const MOST = 4_000;
const STATE: Record<SteerMessage["state"], readonly [StateKind, string]> = {
  waiting: ["waiting", words.steerWaiting],
  taken: ["passed", words.steerTaken],
  missed: ["failed", words.steerMissed],
};

export function SteerBox({ job, live }: { job: Job; live: boolean }) {
  const call = useClient();
  const action = useAction();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const said = useCall("jobs.steering", { id: job.id }, Date.parse(job.updatedAt));
  const open = isSteerable(job);
  const may = useMay("jobs");
  useShortcut("composer", () => field.current?.focus(), open && may);
  const messages = said.value?.messages ?? [];
  if (!open && messages.length === 0) return null;
  const wanted = text.trim();
  const long = [...wanted].length > MOST;
  const send = () => {
    if (wanted === "" || long || !live) return;
    void action
      .run(() => call("jobs.steer", { id: job.id, text: wanted }))
      .then((done) => {
        if (done) setText("");
        said.reload();
        field.current?.focus();
      });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      event.currentTarget.blur();
    }
  };
  return (
    <section className="steer" aria-label={words.steered}>
      {messages.length > 0 ? (
        <ul className="steer__list">
          {messages.map((message) => {
            const [kind, what] = STATE[message.state];
            return (
              <li key={message.number} className="h t2 steer__one">
                <span className={`st s-${kind}`}>
                  <StateIcon kind={kind} size="s" />
                </span>
                <span className="steer__text">{message.text}</span>
                <span className="push c3 t1 steer__when">
                  {what}, {words.steerBy(personName(message.by))} {clockText(message.saidAt)}
                </span>
              </li>
            );
          })}
        </ul>
      ) : null}
      {open && !may ? (
        <p className="steer__field">
          <Lacking scope="jobs" what={words.mayNotSteer} />
        </p>
      ) : null}
      {open && may ? (
        <div className="steer__field">
          <Icon name="chat" size="s" />
          <textarea
            ref={field}
            rows={1}
            value={text}
            aria-label={words.steerLabel}
            aria-invalid={long || undefined}
            placeholder={job.status === "claimed" ? words.steerHint : words.steerHintWaits}
            onChange={(event) => {
              setText(event.target.value);
              action.clear();
            }}
            onKeyDown={onKeyDown}
          />
          {text === "" ? <span className="hide-phone"><Kbd keys="c" /></span> : null}
          <Button small disabled={wanted === "" || long || !live} busy={action.busy} onClick={send}>
            {words.steerSend}
          </Button>
        </div>
      ) : null}
      {long || action.failure ? (
        <p className="t2 s-failed steer__problem" role="alert">
          {long ? words.steerTooLong(MOST) : `${words.steerFailed}: ${action.failure?.message ?? ""}`}
          {action.failure ? <IconButton small icon="x" label={words.cancel} onClick={action.clear} /> : null}
        </p>
      ) : null}
    </section>
  );
}

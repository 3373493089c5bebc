// A small form: what policy would say, and the rule that says it.

import { type FormEvent, useState } from "react";
import { useAction, useClient } from "../app";
import { Banner, Button, Choice, Facts, Field, InlineText } from "../components";
import type { Explained } from "../client";
import { SectionHead } from "../settings/Row";
import { classesText } from "./classes";
import { EffectMark } from "./EffectMark";
import { actionOf, type Kind } from "./try-it";
import { words } from "./words";

const FIELD: Record<Kind, { label: string; hint: string }> = {
  command: { label: words.commandLine, hint: words.commandHint },
  host: { label: words.hostName, hint: words.hostHint },
  file: { label: words.path, hint: words.pathHint },
};

export function Why({ workspaceId, live }: { workspaceId: string; live: boolean }) {
  const call = useClient();
  const { run, busy, failure } = useAction();
  const [kind, setKind] = useState<Kind>("command");
  const [text, setText] = useState("");
  const [unconfined, setUnconfined] = useState(false);
  const [said, setSaid] = useState<Explained>();
  const action = actionOf(kind, text, unconfined);
  const change = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      set(value);
      setSaid(undefined);
    };
  };
  const find = (event: FormEvent) => {
    event.preventDefault();
    if (!action || action === "port") return;
    void run(async () => setSaid(await call("policy.explain", { workspaceId, action })));
  };
  return (
    <>
      <SectionHead title={words.why}>{words.whyText}</SectionHead>
      <form className="v policy__why" onSubmit={find}>
        <Choice
          label={words.kind}
          value={kind}
          options={[
            { value: "command", label: words.command },
            { value: "host", label: words.host },
            { value: "file", label: words.file },
          ]}
          onChange={change(setKind)}
        />
        <Field
          label={FIELD[kind].label}
          hint={FIELD[kind].hint}
          problem={action === "port" ? words.badPort : undefined}
          mono
          value={text}
          onChange={(event) => change(setText)(event.target.value)}
          after={
            <Button type="submit" busy={busy} disabled={!live || !action || action === "port"}>
              {words.explain}
            </Button>
          }
        />
        {kind === "command" ? (
          <label className="h t2">
            <input type="checkbox" className="boxin" checked={unconfined} onChange={(event) => change(setUnconfined)(event.target.checked)} />
            {words.unconfined}
          </label>
        ) : null}
      </form>
      <div role="status">
        {failure ? <Banner tone="failed">{failure.message}</Banner> : null}
        {said ? <Answer said={said} /> : null}
      </div>
    </>
  );
}

function Answer({ said }: { said: Explained }) {
  return (
    <div className="policy__answer" data-testid="policy-answer">
      <p className="h wrap">
        <EffectMark effect={said.verdict.effect} />
        <span>
          <InlineText text={said.verdict.rule} />
        </span>
      </p>
      <Facts
        rows={[
          [words.decidedBy, <span key="by" className="mono t2 wraps">{said.verdict.ruleId}</span>],
          [words.standsIn, said.place ? <span key="place" className="mono t2 wraps">{said.place}</span> : null],
          [words.takenFor, said.classes.length > 0 ? classesText(said.classes) : null],
        ]}
      />
    </div>
  );
}

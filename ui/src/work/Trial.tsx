// A trial of an entry while it runs, and how the newest one ended.

import { useEffect, useState } from "react";
import { useAction, useClient, useModel } from "../app";
import { Banner, Button, durationText, InlineText, State, type StateKind } from "../components";
import type { EntryDryRun } from "../client";
import { isLive, saidOf } from "../model";
import { HISTORY_WORDS } from "./HistoryList";
import { words } from "./steer-words";

const KIND: Record<EntryDryRun["state"], StateKind> = { preparing: "running", waiting: "needs", running: "running", passed: "passed", failed: "failed", stopped: "waiting" };
const CHECK: Record<string, StateKind> = { passed: "passed", failed: "failed", running: "running" };
/** How often a trial under way is looked at. */
const LOOK_MS = 700;

export function Trial({ entryId, turn }: { entryId: string; turn: number }) {
  const call = useClient();
  const live = useModel(isLive);
  const action = useAction();
  const run = useTrial(entryId, turn);
  if (!run) return null;
  const over = run.finishedAt !== null;
  return (
    <section className="ss trial" aria-label={words.trialTitle}>
      <div className="h">
        <h2 className="label">{words.trialTitle}</h2>
        <span className="push" role="status">
          <State kind={live ? KIND[run.state] : "waiting"} size="s">
            {HISTORY_WORDS.trialState(run.state)}
          </State>
        </span>
      </div>
      <p className="t1 c3">{words.trialOn(run.onto.slice(0, 7))}</p>
      {run.reason ? (
        <Banner tone="needs">
          <InlineText text={saidOf(run) ?? run.reason} />
        </Banner>
      ) : null}
      <ul className="trial__checks">
        {run.checks.map((check) => (
          <li key={check.name} className="h">
            <State kind={CHECK[check.state] ?? "waiting"} label={HISTORY_WORDS.checkState(check.state)} size="s" />
            <span className="t2 trunc">{check.name}</span>
            <span className="t1 c3 num push">{check.reused ? words.reused : check.durationMs === null ? "" : durationText(check.durationMs)}</span>
          </li>
        ))}
      </ul>
      {run.checks.filter((check) => check.state === "failed" && check.tail !== "").map((check) => (
        <details key={check.name}>
          <summary className="t1 c3">{`${words.output}: ${check.name}`}</summary>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
          <pre className="mono t1 hist__output" tabIndex={0} role="region" aria-label={`${words.output}: ${check.name}`}>
            {check.tail}
          </pre>
        </details>
      ))}
      {over ? null : (
        <Button small icon="stop" busy={action.busy} disabled={!live} onClick={() => void action.run(() => call("merge.dry_run_stop", { id: entryId }))}>
          {words.stopTrying}
        </Button>
      )}
    </section>
  );
}

/** The newest trial; looked at again while it is under way. */
function useTrial(entryId: string, turn: number): EntryDryRun | undefined {
  const call = useClient();
  const live = useModel(isLive);
  const queues = useModel((state) => state.merge.value);
  const [run, setRun] = useState<EntryDryRun>();
  const underWay = run !== undefined && run.finishedAt === null;
  useEffect(() => {
    if (!live) return;
    const gone = new AbortController();
    const look = () =>
      void call("merge.dry_run_state", { id: entryId }, { signal: gone.signal }).then(
        (answer) => setRun(answer.run ?? undefined),
        // What is known stays on the page; the next look may succeed.
        () => undefined,
      );
    look();
    const timer = underWay ? setInterval(look, LOOK_MS) : undefined;
    return () => {
      gone.abort();
      clearInterval(timer);
    };
  }, [call, entryId, live, underWay, turn, queues]);
  return run;
}

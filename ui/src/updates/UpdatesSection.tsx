// The updates section of the settings, in the desktop window alone: what runs, what is newer, and the way there.

import { useState } from "react";
import { Banner, Button, ConfirmDialog, EmptyState, ErrorState, Meter, Skeleton, State, Time } from "../components";
import { SectionHead, Setting } from "../settings/Row";
import { failureText } from "./failure-text";
import { offerOf, type Running, type UpdateAct, type Updates, type UpdateSeen } from "./seen";
import { useUpdates } from "./useUpdates";
import { words } from "./words";
import "./updates.css";

export function UpdatesSection({ updates }: { updates: Updates }) {
  const { seen, refused, busy, act, again } = useUpdates(updates);
  return (
    <section>
      <SectionHead title={words.title}>{words.text}</SectionHead>
      {seen ? (
        <Standing seen={seen} busy={busy} act={act} />
      ) : refused ? (
        <ErrorState title={words.loadFailed} error={{ code: refused.code, message: failureText(refused) }} onRetry={again} />
      ) : (
        <Skeleton rows={3} row={44} />
      )}
      {seen && refused ? <Banner tone="failed">{failureText(refused)}</Banner> : null}
    </section>
  );
}

interface Shown {
  seen: UpdateSeen;
  busy: boolean;
  act: (act: UpdateAct) => void;
}

function Standing({ seen, busy, act }: Shown) {
  const offer = offerOf(seen.state);
  return (
    <>
      <Setting name={words.version}>
        <span className="num medium" data-testid="update-version">
          {seen.version}
        </span>
      </Setting>
      {seen.off ? (
        seen.off.code === "update.off" ? (
          <EmptyState icon="offline" title={words.offTitle}>
            <p>{words.offText}</p>
            <pre className="upd__keys">
              {'[update]\nendpoint = "https://…/{{channel}}/latest.json"\npublicKey = "…"'}
            </pre>
          </EmptyState>
        ) : (
          <Banner tone="failed">{failureText(seen.off)}</Banner>
        )
      ) : (
        <>
          <Setting name={words.channel} hint={words.channelHint} origin={seen.automatic ? words.byItself : words.byHand}>
            <span>{seen.channel === "canary" ? words.canary : words.stable}</span>
            {seen.from ? <span className="c3 t2">{words.from(seen.from)}</span> : null}
          </Setting>
          <Setting name={words.state} origin={<Looked at={seen.checkedAt} />}>
            <div className="upd__state" aria-live="polite" data-testid="update-state" data-kind={seen.state.kind}>
              <Now seen={seen} busy={busy} act={act} />
            </div>
          </Setting>
          {offer ? (
            <div className="upd__notes">
              <h3 className="label">{words.notes}</h3>
              <div className={offer.notes ? "upd__text" : "c3 t2"}>{offer.notes || words.noNotes}</div>
            </div>
          ) : null}
          {seen.fixed ? (
            <Banner tone="needs" icon="alert">
              <span className="medium">{words.fixedTitle}.</span> {failureText(seen.fixed)}
            </Banner>
          ) : null}
        </>
      )}
    </>
  );
}

function Looked({ at }: { at: number | null }) {
  if (at === null) return null;
  return (
    <>
      {words.checked} <Time relative ts={new Date(at).toISOString()} /> {words.ago}
    </>
  );
}

function Now({ seen, busy, act }: Shown) {
  const { state, fixed } = seen;
  const check = (
    <Button icon="refresh" busy={busy} onClick={() => act("check")}>
      {words.check}
    </Button>
  );
  switch (state.kind) {
    case "idle":
      return (
        <>
          <span>{seen.checkedAt === null ? words.never : words.newest}</span>
          {check}
        </>
      );
    case "checking":
      return <State kind="running" plain>{words.checking}</State>;
    case "available":
      return (
        <>
          <span>{words.available(state.version)}</span>
          {fixed ? null : (
            <Button look="primary" busy={busy} onClick={() => act("download")}>
              {words.download}
            </Button>
          )}
          {check}
        </>
      );
    case "downloading":
      return (
        <>
          <span>{words.downloading(state.version)}</span>
          {state.percent === null ? null : (
            <span className="h">
              <Meter part={state.percent / 100} width={160} label={words.downloading(state.version)} />
              <span className="num c2">{words.percent(state.percent)}</span>
            </span>
          )}
          <Button busy={busy} onClick={() => act("cancel")}>
            {words.cancel}
          </Button>
        </>
      );
    case "ready":
      return (
        <>
          <span>{state.running ? words.stillRuns(runningText(state.running)) : words.ready(state.version)}</span>
          {state.running ? (
            <Button look="primary" busy={busy} onClick={() => act("wait")}>
              {words.wait}
            </Button>
          ) : null}
          <Button look={state.running ? "plain" : "primary"} busy={busy} onClick={() => act("restart")}>
            {words.restart}
          </Button>
          {state.running ? <Drain busy={busy} act={act} /> : null}
        </>
      );
    case "asking":
      return <State kind="running" plain>{words.asking}</State>;
    case "waiting":
      return (
        <>
          <State kind="waiting" plain>{state.running ? words.waitFor(runningText(state.running)) : words.waiting}</State>
          <Button busy={busy} onClick={() => act("cancel")}>
            {words.dontWait}
          </Button>
          <Drain busy={busy} act={act} />
        </>
      );
    case "installing":
      return <State kind="running" plain>{words.installing(state.version)}</State>;
    case "failed":
      return (
        <div className="upd__failed" role="alert">
          <State kind="failed">{words.failed}</State>
          <p>
            {failureText(state)} {words.nothingInstalled}
          </p>
          <div className="h wrap">
            <Button icon="refresh" busy={busy} onClick={() => act(state.offer && !fixed ? "download" : "check")}>
              {words.tryAgain}
            </Button>
            {state.offer ? check : null}
          </div>
          <details className="c3 t1">
            <summary>{words.details}</summary>
            <code>{state.code}</code> {state.text}
          </details>
        </div>
      );
  }
}

/** What runs, in words: `2 jobs, 1 check`. */
export function runningText(running: Running): string {
  const parts: Array<[number, (n: number) => string]> = [
    [running.jobs, words.nJobs],
    [running.plans, words.nPlans],
    [running.checks, words.nChecks],
    [running.setUps, words.nSetUps],
  ];
  return parts
    .filter(([n]) => n > 0)
    .map(([n, say]) => say(n))
    .join(", ");
}

function Drain({ busy, act }: Pick<Shown, "busy" | "act">) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button look="ghost" onClick={() => setAsking(true)}>
        {words.drain}
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={words.drainTitle}
        text={words.drainText}
        yes={words.drainSure}
        danger
        busy={busy}
        onYes={() => {
          setAsking(false);
          act("drain");
        }}
      />
    </>
  );
}

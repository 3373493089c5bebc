// The checks of a pull request, read back from its host. A failing one can become a request.

import { useEffect, useState } from "react";
import { useAction, useClient, useModel } from "../app";
import { agoText, Button, CardSection, IconButton, InlineText, Skeleton, State, type StateKind, useNow } from "../components";
import { asFailure, type CallFailure, type PrCheck, type PrChecks } from "../client";
import { isLive, newer } from "../model";
import { platform } from "../platform";
import type { Shown } from "./shown";
import { words } from "./words";

/** The server reads by itself for a minute after somebody asked. */
const WATCH_MS = 50_000;

const LOOK: Record<PrCheck["state"], readonly [StateKind, string]> = {
  queued: ["waiting", words.checkQueued],
  running: ["running", words.checkRunning],
  passed: ["passed", words.checkPassed],
  failed: ["failed", words.checkFailed],
  neutral: ["waiting", words.checkNeutral],
  skipped: ["waiting", words.checkSkipped],
  cancelled: ["waiting", words.checkCancelled],
};

export function ChecksList({ shown, follow }: { shown: Shown; follow: boolean }) {
  const call = useClient();
  const live = useModel(isLive);
  const [read, setRead] = useState<PrChecks>();
  const [failure, setFailure] = useState<CallFailure>();
  const [reading, setReading] = useState(false);
  const [turn, setTurn] = useState(0);
  const { sessionId, id } = shown;
  const wanted = live && (follow || turn > 0);
  useEffect(() => {
    if (!wanted) return;
    const stop = new AbortController();
    const look = () => {
      if (document.visibilityState === "hidden") return;
      setReading(true);
      call("publish.checks", { sessionId, publishId: id, watch: follow }, { signal: stop.signal })
        .then(
          (found) => {
            setRead(found);
            setFailure(undefined);
          },
          (thrown: unknown) => {
            if (!stop.signal.aborted) setFailure(asFailure(thrown));
          },
        )
        .finally(() => {
          if (!stop.signal.aborted) setReading(false);
        });
    };
    look();
    const timer = follow ? setInterval(look, WATCH_MS) : undefined;
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [call, wanted, follow, sessionId, id, turn]);
  const checks = newer(read, shown.checks);
  return (
    <CardSection className="v v--1">
      <div className="h t2">
        <span className="label">{words.checks}</span>
        {checks ? <ReadAt at={checks.readAt} /> : null}
        <span className="push h">
          {checks ? <Sum checks={checks} /> : null}
          <IconButton small icon="refresh" label={words.readAgain} busy={reading} disabled={!live} onClick={() => setTurn((n) => n + 1)} />
        </span>
      </div>
      {failure ? (
        <p className="t2 s-failed wraps">
          {words.checksUnreadable}: <InlineText text={failure.message} />
        </p>
      ) : checks?.reason ? (
        <p className="t2 s-needs wraps">
          {words.checksUnreadable}: <InlineText text={checks.message ?? checks.reason} />
        </p>
      ) : null}
      {checks && checks.checks.length > 0 ? (
        <ul className="pub__checks">
          {checks.checks.map((check) => (
            <CheckRow key={`${check.source} ${check.name}`} check={check} shown={shown} live={live} />
          ))}
        </ul>
      ) : checks && !checks.reason ? (
        <p className="t2 c3">{words.checksNone}</p>
      ) : !checks && reading ? (
        <Skeleton rows={2} row={24} />
      ) : null}
    </CardSection>
  );
}

function ReadAt({ at }: { at: string }) {
  return <span className="t1 c3">{words.checksAt(agoText(at, useNow()))}</span>;
}

function Sum({ checks }: { checks: PrChecks }) {
  const of = checks.checks.length;
  const failed = checks.checks.filter((check) => check.state === "failed").length;
  const open = checks.checks.filter((check) => check.state === "queued" || check.state === "running").length;
  if (of === 0) return null;
  if (failed > 0) return <State kind="failed">{words.checksFailed(failed, of)}</State>;
  if (open > 0) return <State kind="running">{words.checksRunning(open, of)}</State>;
  return checks.state === "passed" ? <State kind="passed">{words.checksPassed(of)}</State> : null;
}

function CheckRow({ check, shown, live }: { check: PrCheck; shown: Shown; live: boolean }) {
  const call = useClient();
  const fixing = useAction();
  const [made, setMade] = useState(false);
  const [kind, word] = LOOK[check.state];
  const { url } = check;
  const fix = () =>
    void fixing.run(async () => {
      await call("publish.fix_check", { sessionId: shown.sessionId, publishId: shown.id, check: check.name });
      setMade(true);
    });
  return (
    <li className="pub__check" data-testid="pr-check" data-state={check.state}>
      <span className="h t2">
        <State kind={kind} size="s" label={word} />
        <span className="mono grow trunc" title={check.name}>
          {check.name}
        </span>
        {url ? <IconButton small icon="ext" label={words.openCheck(check.name)} onClick={() => platform.openLink(url)} /> : null}
      </span>
      {check.state === "failed" ? (
        <span className="h wrap t2 pub__fix">
          {check.summary ? (
            <span className="mono t1 c2 grow wraps">
              <InlineText text={check.summary} />
            </span>
          ) : null}
          {made ? (
            <span className="c2" role="status">
              {words.fixMade}
            </span>
          ) : (
            <Button small busy={fixing.busy} disabled={!live} aria-label={words.fixOf(check.name)} onClick={fix}>
              {words.fix}
            </Button>
          )}
          {fixing.failure ? (
            <span className="s-failed wraps">
              <InlineText text={fixing.failure.message} />
            </span>
          ) : null}
        </span>
      ) : null}
    </li>
  );
}

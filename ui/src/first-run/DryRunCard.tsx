// Beside what was found: the checks tried once on the last commit, before anything depends on them.

import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { useCrew, useStore } from "../app";
import { argvText, Button, CardFoot, CardHead, Card, CardSection, durationText, InlineText, LogTail, State, type StateKind } from "../components";
import type { CheckVerdict, DryRun, Workspace } from "../client";
import { type DryRunSeen, isOver, saidOf } from "../model";
import { words } from "./words";

const ROWS = 6;

/** What is known about the trial of a workspace, followed while the page is open. */
export function useDryRun(workspaceId: string): DryRunSeen & { start: () => void; stop: () => void } {
  const crew = useCrew();
  const watch = crew.dryRun(workspaceId);
  useEffect(() => watch.look(), [watch]);
  return { ...useStore(watch.state), start: () => void watch.start(), stop: () => void watch.stop() };
}

export function DryRunCard({ workspace, onSkip }: { workspace: Workspace; onSkip: () => void }) {
  const { run, starting, failure, start, stop } = useDryRun(workspace.id);
  const over = run !== undefined && isOver(run);
  return (
    <>
      <Card label={words.dryRun} data-testid="dry-run" data-state={run?.state ?? "none"}>
        <CardHead icon="shield" title={words.dryRun}>
          {run ? <Standing run={run} /> : null}
        </CardHead>
        {run ? (
          <Checks run={run} />
        ) : (
          <CardSection className="t2 c2">{words.dryOffer}</CardSection>
        )}
        {run ? <Said run={run} /> : null}
        {failure ? (
          <CardSection className="t2 s-failed">
            <p role="alert">
              <InlineText text={failure.message} />
            </p>
          </CardSection>
        ) : null}
        {run && run.lines.length > 0 ? <LogTail lines={run.lines} rows={over && run.state === "passed" ? 3 : ROWS} label={words.dryOutput} /> : null}
        {run && !over ? (
          <CardFoot>
            {run.state === "waiting" ? (
              <Link to="/approvals" className="btn btn--s">
                {words.dryAnswer}
              </Link>
            ) : null}
            <span className="t2 c3 grow">{words.dryGoesOn}</span>
            <Button small icon="stop" onClick={stop}>
              {words.dryStop}
            </Button>
            <Button small look="ghost" onClick={onSkip}>
              {words.drySkip}
            </Button>
          </CardFoot>
        ) : (
          <CardFoot>
            <Button small look={run ? "plain" : "primary"} icon={run ? "refresh" : "play"} busy={starting} onClick={start}>
              {run ? words.tryAgain : words.dryStart}
            </Button>
            {run?.state === "passed" ? null : (
              <Button small look="ghost" className="push" onClick={onSkip}>
                {words.drySkip}
              </Button>
            )}
          </CardFoot>
        )}
      </Card>
      <p className="t2 c3 fr__aside-note">{words.dryNote}</p>
    </>
  );
}

const KIND: Record<DryRun["state"], StateKind> = { preparing: "running", waiting: "needs", running: "running", passed: "passed", failed: "failed", stopped: "waiting" };

function Standing({ run }: { run: DryRun }) {
  const done = run.checks.filter((check) => check.state === "passed" || check.state === "failed").length;
  const failed = run.checks.filter((check) => check.state === "failed").length;
  const text = {
    preparing: words.dryPreparing,
    waiting: words.dryWaiting,
    running: words.nOf(done, run.checks.length),
    passed: words.dryPassed,
    failed: failed > 0 ? words.dryFailed(failed) : words.dryBroke,
    stopped: words.dryStopped,
  }[run.state];
  return (
    <span role="status" className="h">
      <State kind={KIND[run.state]}>{text}</State>
    </span>
  );
}

function Checks({ run }: { run: DryRun }) {
  if (run.checks.length === 0) return null;
  return (
    <CardSection className="v v--1">
      {run.checks.map((check) => (
        <CheckRow key={check.name} check={check} over={isOver(run)} />
      ))}
    </CardSection>
  );
}

function CheckRow({ check, over }: { check: CheckVerdict; over: boolean }) {
  const kind: StateKind = check.state === "passed" ? "passed" : check.state === "failed" ? "failed" : check.state === "running" && !over ? "running" : "waiting";
  const label = { passed: words.dryPassed1, failed: words.dryFailed1, running: words.working, waiting: over ? words.dryNotRun : words.dryNext, needs: "", landed: "" }[kind];
  return (
    <div className="h t2 fr__check">
      <State kind={kind} label={label} />
      <span className="mono grow trunc" title={argvText(check.run)}>
        {argvText(check.run) || check.name}
      </span>
      <span className="c3 num t1">{check.durationMs === null ? "" : durationText(check.durationMs)}</span>
    </div>
  );
}

/** What the outcome means, with the next step. */
function Said({ run }: { run: DryRun }) {
  const failed = run.checks.filter((check) => check.state === "failed").map((check) => check.name);
  if (run.state === "failed" && failed.length > 0) {
    return (
      <CardSection className="t2">
        <p className="medium">{words.dryFailsAlready(failed.join(", "), failed.length)}</p>
        <p className="c2">{words.dryFailsMore}</p>
      </CardSection>
    );
  }
  const text = run.state === "passed" ? words.dryPassedText : saidOf(run);
  if (!text) return null;
  return (
    <CardSection className={`t2 ${run.state === "failed" ? "s-failed" : "c2"}`}>
      <InlineText text={text} />
    </CardSection>
  );
}

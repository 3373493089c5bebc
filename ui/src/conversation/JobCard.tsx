// A job while it waits, works or has failed. Once it is done it is one line; its change has a card of its own.

import { Link } from "@tanstack/react-router";
import { memo, useEffect, useState } from "react";
import { useAction, useCrew, useMay, useModel } from "../app";
import { Button, Card, CardHead, CardSection, Elapsed, IconButton, InlineText, LogTail, shortId, State, Steps, Time } from "../components";
import { controlWords } from "../job/control-words";
import { isSteerable } from "../job/steerable";
import type { JobItem } from "../model";
import { useRowActions } from "./actions";
import { TellJob } from "./TellJob";
import { words } from "./words";

const TAIL_ROWS = 6;
const NO_LINES: readonly string[] = [];

export const JobCard = memo(function JobCard({ item }: { item: JobItem }) {
  const crew = useCrew();
  const recorded = useModel((state) => state.jobs.get(item.jobId)?.title);
  // What is over and has its name needs nothing else: a long history would ask for a record with each row.
  const needed = item.phase !== "completed" || item.title === "";
  useEffect(() => {
    if (needed) crew.needJob(item.jobId);
  }, [crew, item.jobId, needed]);
  const title = recorded || item.title || item.jobId;
  if (item.phase === "completed") return <FinishedLine item={item} title={title} />;
  if (item.phase === "failed" || item.phase === "cancelled") return <FailedCard item={item} title={title} />;
  return <ActiveCard item={item} title={title} />;
});

function ActiveCard({ item, title }: { item: JobItem; title: string }) {
  const crew = useCrew();
  const { show } = useRowActions();
  const { run, busy, failure } = useAction();
  const lines = useModel((state) => state.jobTails.get(item.jobId)?.lines) ?? NO_LINES;
  const stopping = useModel((state) => state.jobs.get(item.jobId)?.cancelRequested) ?? false;
  const may = useMay("jobs");
  const steerable = useModel((state) => {
    const job = state.jobs.get(item.jobId);
    return job !== undefined && isSteerable(job);
  });
  const told = may && steerable;
  const taken = useModel((state) => state.jobs.get(item.jobId)?.taken !== undefined);
  const [telling, setTelling] = useState(false);
  const running = item.phase === "running";
  const aside = item.phase === "aside";
  const word = aside
    ? words.putAside
    : running
    ? item.steps > 0
      ? words.stepOf(Math.max(1, item.step), item.steps, item.label)
      : item.label || words.starting
    : item.attempt > 1
      ? words.waitsForAttempt(item.attempt)
      : words.waitsForWorker;
  return (
    <Card label={running ? words.runningJob : words.queuedJob} data-testid="card-job" data-phase={item.phase}>
      <CardHead icon="helm" title={title} id={item.jobId}>
        <State kind={running ? "running" : aside ? "needs" : "waiting"} plain>
          {stopping ? words.stopping : word}
        </State>
        {item.startedAt && running ? (
          <span className="t1 c3">
            <Elapsed since={item.startedAt} />
          </span>
        ) : null}
        <IconButton small icon="pane" label={words.showJob} onClick={() => show("job", item.jobId)} />
        {told ? <IconButton small icon="chat" label={controlWords.steerLabel} aria-expanded={telling} onClick={() => setTelling(!telling)} /> : null}
        {may && aside && !taken ? <IconButton small icon="play" label={words.goOn} busy={busy} onClick={() => void run(() => crew.call("jobs.resume", { id: item.jobId }))} /> : null}
        {may ? (
          <IconButton
            small
            icon="stop"
            label={words.stop}
            busy={busy}
            disabled={stopping}
            onClick={() => void run(() => crew.call("jobs.cancel", { id: item.jobId }))}
          />
        ) : null}
      </CardHead>
      {running && item.steps > 0 ? (
        <div className="card__steps">
          <Steps step={item.step} steps={item.steps} />
        </div>
      ) : null}
      {item.message && !running ? <CardSection className="t2 c2"><InlineText text={item.message} /></CardSection> : null}
      {failure ? <CardSection className="t2 s-failed"><InlineText text={failure.message} /></CardSection> : null}
      {telling && told ? <TellJob jobId={item.jobId} onDone={() => setTelling(false)} /> : null}
      {running && lines.length > 0 ? <LogTail lines={lines} rows={TAIL_ROWS} label={words.outputOf(shortId(item.jobId))} /> : null}
    </Card>
  );
}

function FinishedLine({ item, title }: { item: JobItem; title: string }) {
  // The rest of a longer summary stands in the job's own page and in RemoteBuddy's answer.
  const summary = item.message?.trim().split("\n", 1)[0];
  return (
    <div className="line" data-testid="line-job">
      <State kind={item.verified === false ? "needs" : "passed"} label={item.verified === false ? words.notVerified : words.done} />
      <span className="trunc">
        <b className="medium name">{item.verified === false ? words.finishedUnverified : words.finished}</b>{" "}
        <Link to="/jobs/$jobId" params={{ jobId: item.jobId }} className="mono">
          {shortId(item.jobId)}
        </Link>{" "}
        <InlineText text={title} />
        {summary && summary !== title ? (
          <span className="c3">
            . <InlineText text={summary} />
          </span>
        ) : null}
      </span>
      <span className="push t1 c3 line__end">
        {item.startedAt && item.endedAt ? (
          <>
            {words.within} <Elapsed since={item.startedAt} until={item.endedAt} />
          </>
        ) : null}
      </span>
    </div>
  );
}

function FailedCard({ item, title }: { item: JobItem; title: string }) {
  const crew = useCrew();
  const { run, busy, failure } = useAction();
  const lines = useModel((state) => state.jobTails.get(item.jobId)?.lines) ?? NO_LINES;
  const cancelled = item.phase === "cancelled";
  const may = useMay("jobs");
  return (
    <Card label={words.failedJob} data-testid="card-job" data-phase={item.phase}>
      <CardHead mark={<State kind={cancelled ? "waiting" : "failed"} label={cancelled ? words.stopped : words.failed} />} title={title} id={item.jobId}>
        <span className={`t2 ${cancelled ? "c3" : "s-failed"}`}>{cancelled ? words.stopped : item.attempt > 1 ? words.failedAfter(item.attempt) : words.failed}</span>
        {item.endedAt ? <Time ts={item.endedAt} /> : null}
      </CardHead>
      {item.message ? (
        <CardSection className="t2">
          <p className="wraps">
            <InlineText text={item.message} />
          </p>
          {item.detail ? <p className="c2 wraps card__detail"><InlineText text={item.detail} /></p> : null}
        </CardSection>
      ) : null}
      {lines.length > 0 && !cancelled ? <LogTail lines={lines} rows={Math.min(4, lines.length)} label={words.lastOutputOf(item.jobId)} /> : null}
      <div className="card__foot">
        {may ? (
          <Button small icon="refresh" busy={busy} onClick={() => void run(() => crew.call("jobs.retry", { id: item.jobId }))}>
            {words.retry}
          </Button>
        ) : null}
        <Link className="btn btn--s btn--ghost" to="/jobs/$jobId" params={{ jobId: item.jobId }}>
          {words.openJob}
        </Link>
        <span className="push t2 c3">{failure ? <span className="s-failed"><InlineText text={failure.message} /></span> : words.commitKept}</span>
      </div>
    </Card>
  );
}

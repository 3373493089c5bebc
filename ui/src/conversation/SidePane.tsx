// Beside the conversation: the plan, job, diff and checks of one piece of work.

import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useCall, useCrew, useModel } from "../app";
import {
  CardSection, EmptyState, Facts, Icon, IconButton, InlineText, LogLineText, LogTail, Markdown, shortId, Skeleton, State, TabPanel, TabRow, TabsRoot, Time, VirtualList,
} from "../components";
import { confinedText, confinedWord, type Item, stageText } from "../model";
import { CheckLine, entryWords } from "./ChangeCards";
import { PlanFacts } from "./PlanCard";
import { type PaneTab, type Subject, subjectOf } from "./subject";
import { words } from "./words";

const ReviewPane = lazy(() => import("../review/ReviewPane"));

const TABS = [
  { value: "plan", label: words.plan },
  { value: "job", label: words.job },
  { value: "diff", label: words.diff },
  { value: "checks", label: words.checks },
] as const;

export function SidePane({
  items,
  chosen,
  tab,
  onTab,
  onClose,
  onOpenFull,
}: {
  items: readonly Item[];
  chosen: string | undefined;
  tab: PaneTab;
  onTab: (tab: PaneTab) => void;
  onClose: () => void;
  onOpenFull: (jobId: string) => void;
}) {
  const subject = subjectOf(items, tab, chosen);
  const label = subject.jobId ? words.tabOf(TABS.find((one) => one.value === tab)?.label ?? "", shortId(subject.jobId)) : words.sidePane;
  return (
    <TabsRoot asChild value={tab} onValueChange={(value) => onTab(value as PaneTab)}>
      <aside className="pane" aria-label={label} data-testid="pane">
        <div className="bar">
          <TabRow tabs={TABS} label={words.aboutWork} />
          <span className="push h">
            {subject.jobId && tab === "diff" ? (
              <IconButton small icon="ext" label={words.fullReview} onClick={() => subject.jobId && onOpenFull(subject.jobId)} />
            ) : null}
            <IconButton small icon="x" label={words.closePane} onClick={onClose} />
          </span>
        </div>
        <TabPanel value="plan" className="pane__body scroll">
          <PlanPanel items={items} subject={subject} />
        </TabPanel>
        <TabPanel value="job" className="pane__body">
          {subject.jobId ? <JobPanel jobId={subject.jobId} /> : <Nothing />}
        </TabPanel>
        <TabPanel value="diff" className="pane__body">
          {subject.jobId ? (
            <Suspense fallback={<Skeleton rows={10} />}>
              <ReviewPane reviewId={subject.jobId} compact />
            </Suspense>
          ) : (
            <Nothing />
          )}
        </TabPanel>
        <TabPanel value="checks" className="pane__body scroll">
          <ChecksPanel items={items} subject={subject} />
        </TabPanel>
      </aside>
    </TabsRoot>
  );
}

function Nothing() {
  return (
    <EmptyState icon="pane" title={words.nothingTitle}>
      {words.nothingText}
    </EmptyState>
  );
}

function PlanPanel({ items, subject }: { items: readonly Item[]; subject: Subject }) {
  const item = items.findLast((one) => one.kind === "plan" && (one.requestId === subject.requestId || one.jobId === subject.jobId));
  if (item?.kind !== "plan") return <Nothing />;
  const { plan } = item;
  return (
    <div className="pane__pad v v--4">
      <div>
        <h2 className="t4"><InlineText text={plan.title} /></h2>
        <p className="t2 c3">
          {shortId(item.requestId)}, RemoteBuddy <Time ts={item.ts} />
        </p>
      </div>
      <Markdown text={plan.assistantMessage} />
      <PlanFacts plan={plan} jobId={item.jobId} />
      <Facts
        rows={[
          [words.lane, plan.lane === "deterministic" ? words.laneFixed : words.laneWorker],
          [words.job, item.jobId ? <Link to="/jobs/$jobId" params={{ jobId: item.jobId }} className="mono">{shortId(item.jobId)}</Link> : null],
        ]}
      />
      {plan.instruction ? (
        <section>
          <h3 className="label">{words.instruction}</h3>
          <div className="instruction">
            <Markdown text={plan.instruction} />
          </div>
        </section>
      ) : null}
    </div>
  );
}

function JobPanel({ jobId }: { jobId: string }) {
  const crew = useCrew();
  useEffect(() => crew.needJob(jobId), [crew, jobId]);
  const job = useModel((state) => state.jobs.get(jobId));
  const live = useModel((state) => state.jobLive.get(jobId));
  const tail = useModel((state) => state.jobTails.get(jobId));
  // Output from before this page was opened.
  const stored = useCall("jobs.logs", tail ? undefined : { id: jobId, limit: 200 });
  const lines = tail?.lines ?? stored.value?.logs.map((row) => row.message) ?? [];
  if (!job) return <Skeleton rows={6} />;
  return (
    <>
      <div className="pane__pad">
        <Facts
          rows={[
            [words.job, <><span className="medium"><InlineText text={job.title || job.kind} /></span> <span className="mono c3" title={job.id}>{shortId(job.id)}</span></>],
            [words.state, jobWords(job.status, live ? words.stepOf(live.step, live.steps, live.label) : job.step && stageText(job.step))],
            [words.worker, job.workerId ? <span className="mono">{job.workerId}</span> : words.noneYet],
            [words.sandbox, job.isolation ? words.sandboxText(confinedText("backend", job.isolation.backend), confinedWord("net", job.isolation.net)) : null],
            [words.attempts, job.attempts > 1 ? job.attempts : null],
            [words.problem, job.error ? <span className="s-failed">{job.error}</span> : null],
            [words.record, <Link key="open" to="/jobs/$jobId" params={{ jobId }}>{words.wholeJob}</Link>],
          ]}
        />
      </div>
      <VirtualList items={lines} itemKey={(_, index) => String((tail?.dropped ?? 0) + index)} row={18} label={words.outputOf(jobId)} className="log pane__log">
        {(line) => <LogLineText line={line} />}
      </VirtualList>
    </>
  );
}

function jobWords(status: string, step: string | null) {
  const kind = { pending: "waiting", claimed: "running", waiting: "needs", completed: "passed", failed: "failed", cancelled: "waiting" } as const;
  const word = { pending: words.waitsForWorker, claimed: words.running, waiting: words.putAside, completed: words.done, failed: words.failed, cancelled: words.stopped } as const;
  const known = status as keyof typeof kind;
  return <State kind={kind[known] ?? "waiting"}>{status === "claimed" && step ? step : (word[known] ?? status)}</State>;
}

function ChecksPanel({ items, subject }: { items: readonly Item[]; subject: Subject }) {
  const entry = useModel((state) =>
    state.merge.value
      ?.flatMap((queue) => [...queue.entries, ...queue.recent])
      .find((one) => (subject.entryId ? one.id === subject.entryId : one.jobId === subject.jobId)),
  );
  const row = items.findLast((item) => item.kind === "checks" && item.entryId === (subject.entryId ?? entry?.id));
  const checks = row?.kind === "checks" ? row.checks : (entry?.checks ?? []);
  const job = items.findLast((item) => item.kind === "job" && item.jobId === subject.jobId);
  const proofs = job?.kind === "job" ? job.proofs : [];
  if (checks.length === 0 && proofs.length === 0 && !entry) {
    return (
      <EmptyState icon="shield" title={words.noChecksTitle}>
        {words.noChecksText}
      </EmptyState>
    );
  }
  return (
    <div className="pane__pad v v--4">
      {entry ? (
        <div className="h">
          <State kind={entryWords(entry)[0]}>{entryWords(entry)[1]}</State>
          <span className="mono t1 c3 push" title={entry.id}>
            {shortId(entry.id)}
          </span>
        </div>
      ) : null}
      {checks.length > 0 ? (
        <section className="v v--1">
          <h2 className="label">{words.onCandidate(entry?.onto?.slice(0, 7))}</h2>
          {checks.map((check) => (
            <div key={check.name} className="card">
              <CardSection className="pane__check">
                <CheckLine check={check} over={row?.kind === "checks" ? row.over : true} />
              </CardSection>
              {check.tail ? <LogTail lines={check.tail.trimEnd().split("\n")} rows={Math.min(10, check.tail.trimEnd().split("\n").length)} label={words.lastOutputOf(check.name)} /> : null}
            </div>
          ))}
        </section>
      ) : null}
      {proofs.length > 0 ? (
        <section className="v v--1">
          <h2 className="label">{words.inSandbox}</h2>
          <ul className="list">
            {proofs.map((proof) => (
              <li key={proof.what}>
                <State kind={proof.result === "passed" ? "passed" : proof.result === "failed" ? "failed" : "waiting"} label={proof.result === "passed" ? words.passed : proof.result === "failed" ? words.failed : words.notVerified} />
                <span className="wraps">
                  <InlineText text={proof.what} />
                  {proof.detail ? <span className="c3"> <InlineText text={proof.detail} /></span> : null}
                </span>
              </li>
            ))}
          </ul>
          <p className="t2 c3">
            <Icon name="info" size="s" /> {words.onlyCandidate}
          </p>
        </section>
      ) : null}
    </div>
  );
}

// Beside the conversation: the plan, job, diff and checks of one piece of work.

import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useCall, useCrew, useModel } from "../app";
import {
  CardSection, EmptyState, Facts, Icon, IconButton, LogTail, LogLineText, Markdown, Skeleton, State, TabPanel, TabRow, TabsRoot, Time, VirtualList,
} from "../components";
import type { Item } from "../model";
import { CheckLine, entryWords } from "./ChangeCards";
import { PlanFacts } from "./PlanCard";
import { type PaneTab, type Subject, subjectOf } from "./subject";

const ReviewPane = lazy(() => import("../review/ReviewPane"));

const TABS = [
  { value: "plan", label: "Plan" },
  { value: "job", label: "Job" },
  { value: "diff", label: "Diff" },
  { value: "checks", label: "Checks" },
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
  const label = subject.jobId ? `${TABS.find((one) => one.value === tab)?.label} of ${subject.jobId}` : "Side pane";
  return (
    <TabsRoot asChild value={tab} onValueChange={(value) => onTab(value as PaneTab)}>
      <aside className="pane" aria-label={label} data-testid="pane">
        <div className="bar">
          <TabRow tabs={TABS} label="About the work" />
          <span className="push h">
            {subject.jobId && tab === "diff" ? (
              <IconButton small icon="ext" label="Open full review" onClick={() => subject.jobId && onOpenFull(subject.jobId)} />
            ) : null}
            <IconButton small icon="x" label="Close the side pane" onClick={onClose} />
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
    <EmptyState icon="pane" title="Nothing yet">
      When a request becomes a job, its plan, output, change and checks are shown here.
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
        <h2 className="t4">{plan.title}</h2>
        <p className="t2 c3">
          {item.requestId}, RemoteBuddy <Time ts={item.ts} />
        </p>
      </div>
      <Markdown text={plan.assistantMessage} />
      <PlanFacts plan={plan} jobId={item.jobId} />
      <Facts
        rows={[
          ["Lane", plan.lane === "deterministic" ? "Fixed steps, no model" : "A worker with a model"],
          ["Job", item.jobId ? <Link to="/jobs/$jobId" params={{ jobId: item.jobId }} className="mono">{item.jobId}</Link> : null],
        ]}
      />
      {plan.instruction ? (
        <section>
          <h3 className="label">What the worker is told</h3>
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
            ["Job", <><span className="medium">{job.title || job.kind}</span> <span className="mono c3">{job.id}</span></>],
            ["State", jobWords(job.status, live ? `step ${live.step} of ${live.steps}, ${live.label}` : job.step)],
            ["Worker", job.workerId ? <span className="mono">{job.workerId}</span> : "None yet"],
            ["Sandbox", job.isolation ? `${job.isolation.backend}, network ${job.isolation.net}` : null],
            ["Attempts", job.attempts > 1 ? job.attempts : null],
            ["Problem", job.error ? <span className="s-failed">{job.error}</span> : null],
            ["Record", <Link key="open" to="/jobs/$jobId" params={{ jobId }}>Open the whole job</Link>],
          ]}
        />
      </div>
      <VirtualList items={lines} itemKey={(_, index) => String((tail?.dropped ?? 0) + index)} row={18} label={`Output of ${jobId}`} className="log pane__log">
        {(line) => <LogLineText line={line} />}
      </VirtualList>
    </>
  );
}

function jobWords(status: string, step: string | null) {
  const kind = { pending: "waiting", claimed: "running", completed: "passed", failed: "failed", cancelled: "waiting" } as const;
  const word = { pending: "Waits for a worker", claimed: "Running", completed: "Done", failed: "Failed", cancelled: "Stopped" } as const;
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
      <EmptyState icon="shield" title="No checks yet">
        Once the change stands in the merge queue, its checks run on exactly the tree that would land, and their results stay here.
      </EmptyState>
    );
  }
  return (
    <div className="pane__pad v v--4">
      {entry ? (
        <div className="h">
          <State kind={entryWords(entry)[0]}>{entryWords(entry)[1]}</State>
          <span className="mono t1 c3 push">{entry.id}</span>
        </div>
      ) : null}
      {checks.length > 0 ? (
        <section className="v v--1">
          <h2 className="label">On the candidate{entry?.onto ? `, on ${entry.onto.slice(0, 7)}` : ""}</h2>
          {checks.map((check) => (
            <div key={check.name} className="card">
              <CardSection className="pane__check">
                <CheckLine check={check} over={row?.kind === "checks" ? row.over : true} />
              </CardSection>
              {check.tail ? <LogTail lines={check.tail.trimEnd().split("\n")} rows={Math.min(10, check.tail.trimEnd().split("\n").length)} label={`Last output of ${check.name}`} /> : null}
            </div>
          ))}
        </section>
      ) : null}
      {proofs.length > 0 ? (
        <section className="v v--1">
          <h2 className="label">In the job’s sandbox</h2>
          <ul className="list">
            {proofs.map((proof) => (
              <li key={proof.what}>
                <State kind={proof.result === "passed" ? "passed" : proof.result === "failed" ? "failed" : "waiting"} label={proof.result.replaceAll("_", " ")} />
                <span className="wraps">
                  {proof.what}
                  {proof.detail ? <span className="c3"> {proof.detail}</span> : null}
                </span>
              </li>
            ))}
          </ul>
          <p className="t2 c3">
            <Icon name="info" size="s" /> Only the checks on the candidate decide about landing.
          </p>
        </section>
      ) : null}
    </div>
  );
}

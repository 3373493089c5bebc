// One worker: what it does now, what it can do and how that is confined, and the jobs it had.

import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { PageBar, useCrew, useModel } from "../app";
import { durationText, EmptyState, ErrorState, Facts, Icon, InlineText, shortId, Skeleton, State, type StateKind, Time, VirtualList } from "../components";
import type { Job, Worker } from "../client";
import { isLive } from "../model";
import { words as jobWords } from "../job/words";
import { aboutOf, historyOf } from "./about";
import { words } from "./words";
import "../work/work.css";
import "../job/job.css";
import "./worker.css";

const ROW = 36;

export default function WorkerPage() {
  const { workerId = "" } = useParams({ strict: false });
  const crew = useCrew();
  const workers = useModel((state) => state.workers);
  const worker = workers.value?.workers.find((each) => each.workerId === workerId);
  if (worker) return <Ready key={worker.workerId} worker={worker} />;
  return (
    <>
      <PageBar title={workerId} before={<Back />} />
      {workers.failure && !workers.value ? (
        <ErrorState title={words.failedTitle} error={workers.failure} onRetry={() => void crew.refresh("workers")} />
      ) : workers.value ? (
        <EmptyState icon="helm" title={words.unknownTitle}>
          {words.unknown(workerId)}
        </EmptyState>
      ) : (
        <Skeleton rows={12} />
      )}
    </>
  );
}

function Back() {
  return (
    <Link to="/queue" className="btn btn--ghost btn--icon jb__back" aria-label={words.back} title={words.back}>
      <Icon name="left" />
    </Link>
  );
}

function stateOf(worker: Worker, live: boolean): [StateKind, string] {
  if (!worker.isOnline || !live) return ["waiting", words.offline];
  if (worker.status === "error") return ["failed", words.trouble];
  return worker.currentJobId ? ["running", words.busy] : ["waiting", words.idle];
}

function Ready({ worker }: { worker: Worker }) {
  const live = useModel(isLive);
  const jobs = useModel((state) => state.jobs);
  const about = useMemo(() => aboutOf(worker), [worker]);
  const { jobs: mine, record } = useMemo(() => historyOf(worker.workerId, jobs.values()), [worker.workerId, jobs]);
  const [kind, said] = stateOf(worker, live);
  const current = worker.isOnline ? worker.currentJobId : null;
  const title = current ? (jobs.get(current)?.title ?? shortId(current)) : "";
  return (
    <>
      <PageBar title={worker.workerId} before={<Back />}>
        <State kind={kind}>{said}</State>
      </PageBar>
      <div className="wk">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
        <div className="wk__about scroll" tabIndex={0} role="region" aria-label={words.can}>
          <section className="ss">
            <h2 className="label">{words.now}</h2>
            {current ? (
              <Link to="/jobs/$jobId" params={{ jobId: current }} className="t2">
                <InlineText text={title} />
              </Link>
            ) : (
              <p className="t2 c3">{words.nothing}</p>
            )}
          </section>
          <section className="ss">
            <h2 className="label">{words.can}</h2>
            <Facts
              rows={[
                [words.backends, about.backends.join(", ")],
                [words.agents, <Agents key="a" agents={about.agents} />],
                [words.toolchains, about.toolchains.join(", ")],
              ]}
            />
          </section>
          <section className="ss">
            <h2 className="label">{words.isolation}</h2>
            {about.isolation ? (
              <Facts
                rows={[
                  [words.sandbox, about.isolation.backend],
                  [words.files, about.isolation.fs],
                  [words.network, about.isolation.net],
                  [words.limits, about.isolation.limits],
                  [words.stop, about.isolation.kill],
                ]}
              />
            ) : (
              <p className="t2 s-needs">
                <InlineText text={about.isolationProblem ?? words.isolationNone} />
              </p>
            )}
          </section>
          <section className="ss">
            <h2 className="label">{words.itself}</h2>
            <Facts
              rows={[
                [words.version, about.version],
                [words.process, about.pid === null ? null : String(about.pid)],
                [words.seen, <Time key="s" ts={worker.lastHeartbeat} relative />],
                [words.since, <Time key="c" ts={worker.createdAt} />],
              ]}
            />
          </section>
        </div>
        <section className="wk__history">
          <div className="section__head wk__head">
            <h2 className="medium jb__title">{words.history}</h2>
            {mine.length > 0 ? (
              <span className="push t2 c3 num">
                {words.record(record.done, record.failed)}
                {record.workedMs > 0 ? `, ${words.took(durationText(record.workedMs))}` : ""}
              </span>
            ) : null}
          </div>
          {mine.length === 0 ? (
            <p className="t2 c3 wk__none">{words.historyNone}</p>
          ) : (
            <VirtualList items={mine} itemKey={(each) => each.id} row={ROW} label={words.history} className="wk__list">
              {(each) => <HistoryRow job={each} />}
            </VirtualList>
          )}
        </section>
      </div>
    </>
  );
}

function Agents({ agents }: { agents: ReturnType<typeof aboutOf>["agents"] }) {
  if (agents.length === 0) return <span className="c3">{words.agentsNone}</span>;
  return (
    <ul className="wk__agents">
      {agents.map((each) => (
        <li key={each.name}>
          {each.name} <span className="c3">{each.version}</span>
          {each.problem ? <span className="s-needs"> {each.problem}</span> : null}
        </li>
      ))}
    </ul>
  );
}

const STATE: Record<Job["status"], [StateKind, string]> = {
  pending: ["waiting", jobWords.stateQueued],
  claimed: ["running", words.busy],
  waiting: ["needs", jobWords.stateWaiting],
  completed: ["passed", jobWords.stateCompleted],
  failed: ["failed", jobWords.stateFailed],
  cancelled: ["waiting", jobWords.stateCancelled],
};

function HistoryRow({ job }: { job: Job }) {
  const [kind, said] = STATE[job.status];
  return (
    <Link to="/jobs/$jobId" params={{ jobId: job.id }} className="brow wk__row">
      <State kind={kind} label={said} />
      <span className="trunc t2">
        <InlineText text={job.title || job.kind} />
      </span>
      <span className="push t1 c3 num">{job.durationMs === null ? "" : durationText(job.durationMs)}</span>
      {job.claimedAt ? <Time ts={job.claimedAt} className="t1 c3" /> : null}
    </Link>
  );
}

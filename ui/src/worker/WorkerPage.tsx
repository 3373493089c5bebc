// One worker: what it does now, what it can do and how that is confined, and the jobs it had.

import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { PageBar, useAction, useClient, useCrew, useMay, useModel } from "../app";
import {
  Banner, Button, durationText, EmptyState, ErrorState, Facts, FailureDialog, Icon, IconButton, InlineText, Menu, shortId, Skeleton, State, type StateKind, Time, VirtualList,
} from "../components";
import type { Job, Worker } from "../client";
import { agentName } from "../first-run/agents";
import { backendText, confinedText, isLive, workerName } from "../model";
import { words as jobWords } from "../job/words";
import { aboutOf, historyOf } from "./about";
import { Ends } from "./Ends";
import { GiveJob } from "./GiveJob";
import { neverReported, type Standing, standingOf } from "./standing";
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

const STANDING: Record<Standing, [StateKind, string]> = {
  unheard: ["failed", words.unheard],
  offline: ["waiting", words.offline],
  starting: ["waiting", words.starting],
  asleep: ["waiting", words.asleep],
  drained: ["waiting", words.drained],
  finishing: ["running", words.finishing],
  trouble: ["failed", words.trouble],
  busy: ["running", words.busy],
  idle: ["waiting", words.idle],
};

/** What a reader should know before anything else, when there is something. */
function tellOf(worker: Worker, standing: Standing): { tone: "needs" | "failed" | "run"; text: string } | null {
  if (worker.drain) {
    const then = standing === "finishing" ? words.drainFinishes : worker.isOnline || !worker.supervised ? words.drainWaits : words.drainEnds;
    return { tone: "needs", text: `${words.drainedBy(worker.drain.by)} ${then}` };
  }
  switch (standing) {
    case "unheard":
      return { tone: "failed", text: words.unheardText };
    case "trouble":
      return worker.ends?.[0] ? { tone: "failed", text: words.troubleText(worker.ends[0].cause) } : null;
    case "starting":
      return { tone: "run", text: words.startingText };
    case "asleep":
      return { tone: "run", text: words.asleepText };
    case "offline":
      return { tone: "needs", text: words.offlineText };
    default: {
      const problem = aboutOf(worker).isolationProblem;
      return problem ? { tone: "needs", text: words.noSandbox(problem) } : null;
    }
  }
}

function Ready({ worker }: { worker: Worker }) {
  const live = useModel(isLive);
  const jobs = useModel((state) => state.jobs);
  const about = useMemo(() => aboutOf(worker), [worker]);
  const { jobs: mine, record } = useMemo(() => historyOf(worker.workerId, jobs.values()), [worker.workerId, jobs]);
  const pool = useModel((state) => state.workers.value?.pool);
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const may = useMay("jobs");
  const standing = standingOf(worker);
  const [kind, said] = live ? STANDING[standing] : STANDING.offline;
  const told = live ? tellOf(worker, standing) : null;
  // Why it is not there comes before what it could do.
  const urgent = standing === "trouble" || standing === "unheard" || standing === "starting";
  const ends = worker.supervised ? (
    <section className="ss">
      <h2 className="label">{words.ends}</h2>
      <Ends ends={worker.ends ?? []} />
    </section>
  ) : null;
  const drain = () =>
    void action.run(async () => {
      await call(worker.drain ? "workers.undrain" : "workers.drain", { workerId: worker.workerId });
      await crew.refresh("workers");
    });
  const again = (id: string) =>
    void action.run(async () => {
      await call("jobs.retry", { id, targetWorkerId: worker.workerId });
      await crew.refresh("jobBoard", "workers");
    });
  const current = worker.isOnline ? worker.currentJobId : null;
  const title = current ? (jobs.get(current)?.title ?? shortId(current)) : "";
  return (
    <>
      <PageBar title={workerName(worker)} before={<Back />}>
        <State kind={kind}>{said}</State>
        {may ? (
          <Button className="push" icon={worker.drain ? "play" : "pause"} disabled={!live} busy={action.busy} onClick={drain}>
            {worker.drain ? words.undrain : words.drain}
          </Button>
        ) : null}
      </PageBar>
      {told ? (
        <Banner tone={told.tone} icon={worker.drain ? "pause" : undefined}>
          {told.text}
        </Banner>
      ) : null}
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
              <p className="t2 c3">{standing === "idle" ? words.nothing : words.nothingNow}</p>
            )}
          </section>
          <section className="ss">
            <h2 className="label">{words.load}</h2>
            <Facts
              rows={[
                [words.jobsNow, String(worker.activeJobCount)],
                [words.jobsWaiting, String(worker.waitingForIt ?? 0)],
                [words.poolNow, worker.supervised && pool ? <span key="p" title={pool.why}>{words.poolText(pool.running, pool.min, pool.max)}</span> : null],
              ]}
            />
          </section>
          {urgent ? ends : null}
          <GiveJob worker={worker} live={live} />
          {neverReported(worker) ? null : (
            <>
          <section className="ss">
            <h2 className="label">{words.can}</h2>
            <Facts
              rows={[
                [words.backends, about.backends.map((name) => agentName(backendText(name))).join(", ")],
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
                  [words.sandbox, confinedText("backend", about.isolation.backend)],
                  [words.image, about.isolation.image ?? null],
                  [words.files, confinedText("fs", about.isolation.fs)],
                  [words.network, confinedText("net", about.isolation.net)],
                  [words.limits, confinedText("limits", about.isolation.limits)],
                  [words.stop, confinedText("kill", about.isolation.kill)],
                ]}
              />
            ) : (
              <p className="t2 s-needs">
                <InlineText text={about.isolationProblem ?? words.isolationNone} />
              </p>
            )}
          </section>
            </>
          )}
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
          {urgent ? null : ends}
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
              {(each) => <HistoryRow job={each} live={live} onAgain={again} />}
            </VirtualList>
          )}
        </section>
      </div>
      <FailureDialog title={words.failed} failure={action.failure} onClear={action.clear} />
    </>
  );
}

function Agents({ agents }: { agents: ReturnType<typeof aboutOf>["agents"] }) {
  if (agents.length === 0) return <span className="c3">{words.agentsNone}</span>;
  return (
    <ul className="wk__agents">
      {agents.map((each) => (
        <li key={each.name}>
          {agentName(each.name)} <span className="c3">{each.version}</span>
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

function HistoryRow({ job, live, onAgain }: { job: Job; live: boolean; onAgain: (id: string) => void }) {
  const may = useMay("jobs");
  const [kind, said] = STATE[job.status];
  const ended = job.status === "completed" || job.status === "failed" || job.status === "cancelled";
  return (
    <div className="brow wk__row">
      <Link to="/jobs/$jobId" params={{ jobId: job.id }} className="brow__link">
        <State kind={kind} label={said} />
        <span className="grow trunc t2">
          <InlineText text={job.title || job.kind} />
        </span>
        <span className="t1 c3 num">{job.durationMs === null ? "" : durationText(job.durationMs)}</span>
        {job.claimedAt ? <Time ts={job.claimedAt} className="t1 c3" /> : null}
      </Link>
      {ended && may ? (
        <Menu
          trigger={<IconButton small label={words.rowActions(shortId(job.id))} icon="more" className="rowmenu" />}
          items={[{ label: words.runHere, icon: "refresh", disabled: !live, onSelect: () => onAgain(job.id) }]}
        />
      ) : null}
    </div>
  );
}

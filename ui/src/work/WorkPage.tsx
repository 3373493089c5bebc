// Everything under way: what waits to land and who waits for whom, requests, jobs, workers, and measured figures.

import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { PageBar, useCrew, useModel } from "../app";
import { aboutText, Banner, Choice, durationText, EmptyState, ErrorState, Icon, InlineText, shortId, Skeleton } from "../components";
import type { MergeQueue, SystemStatus, Workspace } from "../client";
import { PauseButton } from "../hold";
import { MainCard } from "../main-line";
import { isLive, noteText, notesOf } from "../model";
import { PublishBranch } from "../publish";
import { usePreference } from "../review/preferences";
import { useMedia } from "../review/useMedia";
import { useWidth } from "../review/useWidth";
import { useDeeds } from "./actions";
import { AskRepair } from "./AskRepair";
import { type BoardInput, jobRows, passes, requestRows, type Show, workerRows } from "./board";
import { JobBoard, RequestBoard, type SessionLink, WorkerBoard } from "./Boards";
import { Chain, entryStateText } from "./Chain";
import { Figures } from "./Figures";
import { useQueueControls } from "./QueueControls";
import { Slots } from "./Slots";
import { useOrderKeys } from "./steer";
import { words as steerWords } from "./steer-words";
import { decimal, figure } from "../words";
import { words } from "./words";
import "./work.css";
import "./steer.css";

type Part = "landing" | "requests" | "jobs" | "workers";

const BOARD_WORDS: BoardInput["words"] = {
  ...words,
  needsYou: words.needsYouRow,
  pausing: words.pausing,
  asideFor: (reason) => ({ quota: words.asideQuota, budget: words.asideBudget, paused: words.asidePaused, taken: words.asideTaken })[reason],
  eta: aboutText,
  entryState: (entry) => `${shortId(entry.id)} ${entryStateText(entry)}`,
};
const NONE: readonly never[] = [];

export default function WorkPage() {
  const merge = useModel((state) => state.merge);
  const requests = useModel((state) => state.requests);
  const jobBoard = useModel((state) => state.jobBoard);
  const workers = useModel((state) => state.workers);
  const workspaces = useModel((state) => state.workspaces);
  const crew = useCrew();

  if (workspaces.value && workspaces.value.length === 0) {
    return (
      <>
        <PageBar title={words.title} />
        <EmptyState
          icon="stack"
          title={words.noWorkspacesTitle}
          action={
            <Link to="/first-run" className="btn btn--primary">
              {words.chooseRepository}
            </Link>
          }
        >
          {words.noWorkspaces}
        </EmptyState>
      </>
    );
  }
  const failure = [merge, requests, jobBoard, workers].find((each) => each.failure && !each.value)?.failure;
  if (failure) {
    return (
      <>
        <PageBar title={words.title} />
        <ErrorState title={words.failedTitle} error={failure} onRetry={() => void crew.refresh("merge", "requests", "jobBoard", "workers", "mergeStats")} />
      </>
    );
  }
  if (!merge.value || !requests.value || !jobBoard.value || !workers.value) {
    return (
      <>
        <PageBar title={words.title} />
        <Skeleton rows={14} />
      </>
    );
  }
  return <Ready queues={merge.value} workspaces={workspaces.value ?? NONE} />;
}

function Ready({ queues, workspaces }: { queues: readonly MergeQueue[]; workspaces: readonly Workspace[] }) {
  const navigate = useNavigate();
  const deeds = useDeeds();
  const live = useModel(isLive);
  const requests = useModel((state) => state.requests.value);
  const jobBoard = useModel((state) => state.jobBoard.value);
  const jobs = useModel((state) => state.jobs);
  const jobLive = useModel((state) => state.jobLive);
  const approvals = useModel((state) => state.approvals.value ?? NONE);
  const workers = useModel((state) => state.workers.value);
  const stats = useModel((state) => state.mergeStats.value);
  const status = useModel((state) => state.status.value);
  const sessions = useModel((state) => state.sessions.value ?? NONE);
  const phone = useMedia("(max-width: 600px)");
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const stacked = width > 0 && width < 1040;
  const rowHeight = phone ? 60 : 32;

  const [show, setShow] = usePreference<Show>("work.show", "all");
  const [text, setText] = useState("");
  const [chosen, setWorkspace] = usePreference<string>("work.workspace", "");
  const workspace = workspaces.some((one) => one.id === chosen) ? chosen : "";
  const [part, setPart] = useState<Part>("landing");
  const clear = () => {
    setText("");
    setShow("all");
    setWorkspace("");
  };

  const shownQueues = useMemo(() => queues.filter((queue) => workspace === "" || queue.workspaceId === workspace), [queues, workspace]);
  const ordered = useMemo(() => [...shownQueues].sort((a, b) => (isIdle(a) ? 1 : 0) - (isIdle(b) ? 1 : 0)), [shownQueues]);
  const entries = useMemo(() => queues.flatMap((queue) => [...queue.entries, ...queue.recent]), [queues]);
  useOrderKeys(queues, deeds.steer);

  const inWorkspace = useMemo(() => {
    if (workspace === "") return undefined;
    return new Set(sessions.filter((session) => session.workspaceId === workspace).map((session) => session.sessionId));
  }, [sessions, workspace]);
  const input = useMemo((): BoardInput => {
    const records = (jobBoard?.jobs ?? NONE).map((job) => jobs.get(job.id) ?? job);
    return {
      jobs: records,
      live: jobLive,
      entries,
      approvals,
      jobsPending: jobBoard?.pendingSnapshot ?? NONE,
      requestsPending: requests?.pendingSnapshot ?? NONE,
      words: BOARD_WORDS,
    };
  }, [jobBoard, jobs, jobLive, entries, approvals, requests]);
  const allRequests = useMemo(() => requestRows(requests?.requests ?? NONE, input), [requests, input]);
  const allJobs = useMemo(() => jobRows(input), [input]);
  const requestList = useMemo(() => allRequests.filter((row) => isIn(row, inWorkspace) && passes(row, show, text)), [allRequests, show, text, inWorkspace]);
  const jobList = useMemo(() => allJobs.filter((row) => isIn(row, inWorkspace) && passes(row, show, text)), [allJobs, show, text, inWorkspace]);
  const workerList = useMemo(() => workerRows(workers?.workers ?? NONE, BOARD_WORDS), [workers]);
  const link: SessionLink = (sessionId) => {
    const session = sessions.find((one) => one.sessionId === sessionId);
    return session?.workspaceId ? { workspace: session.workspaceId, session: sessionId } : undefined;
  };

  const landing = (
    <section className="section landing" aria-label={words.mergeQueue}>
      {ordered.map((queue, index) => (
        <Landing
          key={queue.workspaceId}
          queue={queue}
          name={workspaces.find((one) => one.id === queue.workspaceId)?.name ?? queue.workspaceId}
          many={ordered.length > 1}
          first={index === 0}
          deeds={deeds}
          stats={stats}
        />
      ))}
    </section>
  );
  const requestBoard = <RequestBoard rows={requestList} all={allRequests.length} row={rowHeight} deeds={deeds} link={link} onClear={clear} />;
  const jobBoardView = (
    <JobBoard rows={jobList} all={allJobs.length} row={rowHeight} deeds={deeds} onClear={clear} onReview={(reviewId) => void navigate({ to: "/review/$reviewId", params: { reviewId } })} />
  );
  const workerBoard = (
    <section className="board board--workers" aria-label={words.workers}>
      <div className="section__head">
        <h2 className="strong board__title">{words.workers}</h2>
        <span className="count">{workerList.length}</span>
      </div>
      <div className="scroll">
        <WorkerBoard rows={workerList} row={rowHeight} live={live} />
        {status ? <Today status={status} /> : null}
      </div>
    </section>
  );
  return (
    <>
      <PageBar title={words.title}>
        <label className="input searchin hide-phone">
          <Icon name="search" size="s" />
          <span className="unseen">{words.filterHint}</span>
          <input type="search" placeholder={words.filterHint} value={text} spellCheck={false} onChange={(event) => setText(event.target.value)} />
        </label>
        {workspaces.length > 1 ? (
          <select className="input work__workspace hide-phone" aria-label={words.workspace} value={workspace} onChange={(event) => setWorkspace(event.target.value)}>
            <option value="">{words.allWorkspaces}</option>
            {workspaces.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        ) : null}
        <span className="hide-phone">
          <Choice
            label={words.show}
            value={show}
            onChange={setShow}
            options={[
              { value: "all", label: words.all },
              { value: "active", label: words.active },
              { value: "needs", label: words.needsYou },
              { value: "ended", label: words.ended },
            ]}
          />
        </span>
        <PauseButton />
      </PageBar>
      {phone ? (
        <>
          <div className="work__parts">
            <Choice
              label={words.part}
              value={part}
              onChange={setPart}
              options={[
                { value: "landing", label: words.mergeQueueShort },
                { value: "jobs", label: words.jobs },
                { value: "requests", label: words.requests },
                { value: "workers", label: words.workers },
              ]}
            />
          </div>
          {part === "landing" ? <div className="scroll">{landing}</div> : part === "jobs" ? jobBoardView : part === "requests" ? requestBoard : workerBoard}
        </>
      ) : (
        <div ref={box} className={`work${stacked ? " work--stacked" : ""}`}>
          {landing}
          <div className="boards">
            {requestBoard}
            {jobBoardView}
            {workerBoard}
          </div>
        </div>
      )}
      {deeds.dialog}
    </>
  );
}

function isIn(row: { sessionId: string | null }, sessions: ReadonlySet<string> | undefined): boolean {
  return !sessions || (row.sessionId !== null && sessions.has(row.sessionId));
}

/** Nothing waits and nothing landed: there is no picture to draw. */
function isIdle(queue: MergeQueue): boolean {
  return queue.entries.length === 0 && queue.recent.length === 0;
}

function Landing({
  queue,
  name,
  many,
  first,
  deeds,
  stats,
}: {
  queue: MergeQueue;
  name: string;
  many: boolean;
  /** The figures are of all workspaces together and stand beside the first. */
  first: boolean;
  deeds: ReturnType<typeof useDeeds>;
  stats: Parameters<typeof Figures>[0]["stats"];
}) {
  const controls = useQueueControls(queue);
  const checking = queue.entries.filter((entry) => entry.state === "checking" || entry.state === "landing").length;
  const waiting = queue.entries.length - checking;
  const say = [checking > 0 ? words.checking(checking) : "", waiting > 0 ? words.waitingCount(waiting) : ""].filter(Boolean).join(", ") || words.queueEmpty;
  const slots = queue.slots ?? 0;
  const ahead = slots > 1 && queue.entries.length > 0 ? steerWords.window(queue.window ?? slots, queue.windowMost ?? slots) : "";
  return (
    <div className="landing__one">
      {controls.banner}
      {notesOf(queue).map((note, index) => (
        // The server says first what fails on the branch itself.
        <Banner key={note.text} tone="needs" icon="alert" action={index === 0 ? <AskRepair queue={queue} /> : undefined}>
          <InlineText text={noteText(note)} />
        </Banner>
      ))}
      <div className={`chainrow${first ? "" : " chainrow--alone"}`}>
        <div className="chainrow__main">
          <div className="section__head">
            <h2 className="strong board__title">{many ? `${words.mergeQueue}, ${name}` : words.mergeQueue}</h2>
            <span className="t2 c2 trunc">{say}</span>
            <span className="push" />
            {queue.recent.some((entry) => entry.state === "landed") ? <PublishBranch workspaceId={queue.workspaceId} /> : null}
            {controls.buttons}
          </div>
          <div className="chain__under">
            <Slots queue={queue} />
            {ahead ? <span className="t1 c3">{ahead}</span> : null}
            <span className={`h h--3 t1 c2 legend${isIdle(queue) ? " legend--none" : ""}`}>
              <span className="h h--1">
                <i className="key f-passed" />
                {words.legendLanded}
              </span>
              <span className="h h--1">
                <i className="key f-running" />
                {words.legendChecking}
              </span>
              <span className="h h--1">
                <i className="key key--h" />
                {words.legendGone}
              </span>
              <span className="h h--1">
                <i className="key f-failed" />
                {words.legendFailed}
              </span>
            </span>
          </div>
          <Chain queue={queue} deeds={deeds} />
          <MainCard workspaceId={queue.workspaceId} />
        </div>
        {first ? <Figures stats={stats} /> : null}
      </div>
    </div>
  );
}

function Today({ status }: { status: SystemStatus }) {
  const slo = status.slo.jobs;
  const short = (n: number) => (n >= 1_000_000 ? `${decimal(n / 1_000_000)} M` : n >= 10_000 ? `${Math.round(n / 1000)} k` : figure(n));
  return (
    <div className="today">
      <h3 className="label">{words.tokensToday}</h3>
      <p className="t2 num">{words.tokens(short(status.budgets.inputTokensToday), short(status.budgets.outputTokensToday))}</p>
      {slo.terminal > 0 ? (
        <>
          <h3 className="label today__next">{words.lastDay}</h3>
          {slo.successRate !== null ? <p className="t2 num">{words.success(Math.round(slo.successRate * 100), slo.terminal)}</p> : null}
          {slo.durationMs.p50 !== null ? (
            <p className="t2 c2 num">{words.durations(durationText(slo.durationMs.p50), slo.queueWaitMs.p50 === null ? "0 s" : durationText(slo.queueWaitMs.p50))}</p>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

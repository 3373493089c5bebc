// One job: where it stands, what it did, its output, and what it was allowed to do.

import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useCall, useMay, useModel, useOwnDevice, useShortcut } from "../app";
import {
  Button, Choice, Elapsed, EmptyState, ErrorState, IconButton, InlineText, Kbd, plainLine, shortId, Skeleton, State, type StateKind,
} from "../components";
import type { Job } from "../client";
import { hasEnded, isLive, type JobLive, stageText } from "../model";
import { findEntry } from "../review/useReview";
import { useMedia } from "../review/useMedia";
import { useDeeds } from "../work/actions";
import { JobSide } from "./JobSide";
import { JobTarget } from "./JobTarget";
import { JobWaiting } from "./JobWaiting";
import { LogView } from "./LogView";
import { SteerBox } from "./SteerBox";
import { StoryList } from "./StoryList";
import { StoryPicture } from "./StoryPicture";
import { type StoryWords, tellStory } from "./story";
import { TakenBanner, TakeOver } from "./TakenBanner";
import { useJobEvents, useJobLog, useJobRecord } from "./useJob";
import { useRaise } from "./useRaise";
import { linesInResult } from "./verification";
import { controlWords } from "./control-words";
import { words } from "./words";
import "../work/work.css";
import "./job.css";

const TAKEN_BY_YOU = { coming: controlWords.sTakenComingByYou, yours: controlWords.sTakenByYou, handed_back: controlWords.sHandedBackByYou };
const ANSWERED = { pending: words.sPending, approved: words.sApproved, denied: words.sDenied, expired: words.sExpired, superseded: words.sSuperseded, orphaned: words.sOrphaned };

const STORY_WORDS: StoryWords = {
  queued: words.sQueued,
  claimed: (worker, attempt) => words.sClaimed(shortId(worker), attempt),
  requeued: words.sRequeued,
  completed: words.sCompleted,
  failed: words.sFailed,
  putAside: words.sPutAside,
  reaches: words.sReaches,
  kept: words.sKept,
  goesOn: words.sGoesOn,
  cancelled: words.sCancelled,
  steered: controlWords.sSteered,
  steerMissed: controlWords.steerMissed,
  answered: (state) => ANSWERED[state],
  taken: (state, by) => (by === undefined ? TAKEN_BY_YOU[state] : { coming: controlWords.sTakenComing, yours: controlWords.sTaken, handed_back: controlWords.sHandedBack }[state](by)),
  letGo: controlWords.sLetGo,
  tokens: words.sTokens,
  changed: words.sChanged,
  gate: words.sGate,
  entry: (id, what) => words.sEntry(shortId(id), what),
  exit: words.sExit,
};

export default function JobPage() {
  const { jobId = "" } = useParams({ strict: false });
  const record = useJobRecord(jobId);
  const asked = useCall("jobs.get", record ? undefined : { id: jobId });
  const job = record ?? asked.value;
  useEffect(() => {
    document.title = `${plainLine(job?.title || jobId)}, Pilothouse`;
  }, [job?.title, jobId]);
  if (job) return <Ready key={job.id} job={job} />;
  return (
    <>
      <header className="bar">
        <BackToQueue />
        <h1 className="strong trunc bar__title">{shortId(jobId)}</h1>
      </header>
      {asked.failure ? (
        asked.failure.code === "not_found" || asked.failure.code === "bad_request" ? (
          <EmptyState icon="box" title={words.unknownTitle}>
            {words.unknown(jobId)}
          </EmptyState>
        ) : (
          <ErrorState title={words.failedTitle} error={asked.failure} onRetry={asked.reload} />
        )
      ) : (
        <Skeleton rows={12} />
      )}
    </>
  );
}

function BackToQueue() {
  return (
    <Link to="/queue" className="btn btn--ghost btn--icon jb__back" aria-label={words.back} title={words.back}>
      <svg className="i" aria-hidden="true">
        <use href="#i-left" />
      </svg>
    </Link>
  );
}

type Part = "events" | "log" | "about";

function Ready({ job }: { job: Job }) {
  const navigate = useNavigate();
  const deeds = useDeeds();
  const raise = useRaise(job);
  const live = useModel(isLive);
  const may = useMay("jobs");
  const progress = useModel((state) => state.jobLive.get(job.id));
  const entry = useModel((state) => findEntry(state, job.id));
  const place = useModel((state) => state.jobBoard.value?.pendingSnapshot.find((item) => item.id === job.id)?.queuePosition);
  const phone = useMedia("(max-width: 600px)");
  const narrow = useMedia("(max-width: 1180px)");
  const told = useJobEvents(job);
  const log = useJobLog(job.id);
  const ownDevice = useOwnDevice();
  const story = useMemo(() => tellStory(told.events, STORY_WORDS, ownDevice), [told.events, ownDevice]);
  const lines = story.verification.length > 0 ? story.verification : linesInResult(job.result);
  const [part, setPart] = useState<Part>("events");
  const [chosen, setChosen] = useState<string>();
  const [seek, setSeek] = useState<{ at: number }>();

  const ended = hasEnded(job);
  const first = story.attempts[0]?.from ?? Date.parse(job.startedAt ?? job.claimedAt ?? job.enqueuedAt);
  const until = ended ? Date.parse(job.completedAt ?? job.failedAt ?? job.updatedAt) : job.waiting ? Date.parse(job.waiting.since) : null;
  const hasDiff = job.commitSha !== null || entry !== undefined;
  const openDiff = () => void navigate({ to: "/review/$reviewId", params: { reviewId: entry?.id ?? job.id } });
  useShortcut("review", () => {
    if (!hasDiff) return false;
    openDiff();
    return true;
  });
  const choose = (key: string) => {
    const row = story.rows.find((each) => each.key === key);
    setChosen(key);
    if (row) setSeek({ at: row.at });
  };

  const picture = (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls where the screen is low, and must be reachable by key
    <section className="section jb__did" tabIndex={phone ? 0 : undefined} aria-label={words.whatItDid}>
      <div className="section__head">
        <h2 className="medium jb__title">{words.whatItDid}</h2>
        <span className="c3 t2 trunc hide-phone">{words.by(job.kind === "task.execute" ? "" : job.kind, shortId(job.workerId ?? ""), shortId(job.requestId ?? ""))}</span>
        <span className="push lgd t1 c2 hide-phone">
          <span>
            <i className="key f-passed" /> {words.legendPassed}
          </span>
          <span>
            <i className="key f-running" /> {words.legendRuns}
          </span>
          <span>
            <i className="key f-failed" /> {words.legendFailed}
          </span>
        </span>
      </div>
      {told.failure && told.fresh ? (
        <ErrorState title={words.storyFailed} error={told.failure} onRetry={told.retry} />
      ) : story.attempts.length === 0 ? (
        <p className="t2 c3 jb__none">{job.status === "pending" && place !== undefined ? words.waits(placeText(place)) : told.fresh ? "" : ended ? words.noStoryEnded : words.noStory}</p>
      ) : (
        <StoryPicture id={job.id} story={story} from={first} until={until} chosen={chosen} onChoose={choose} />
      )}
      {told.cut ? <p className="t1 c3 jb__none">{words.storyCut}</p> : null}
    </section>
  );
  const list = <StoryList rows={story.rows} none={ended ? words.noStoryEnded : words.noStory} from={first} chosen={chosen} onChoose={(row) => choose(row.key)} />;
  const output = <LogView log={log} from={first} ended={ended} wrapped={phone} seek={seek} />;
  const tell = <SteerBox job={job} live={live} />;
  const side = <JobSide job={job} entry={entry} story={story} lines={lines} live={live} raise={raise} />;
  return (
    <>
      <header className="bar jb__bar">
        <BackToQueue />
        <h1 className="strong trunc bar__title"><InlineText text={job.title || job.kind} /></h1>
        <span className="mono t1 c3 jb__id">{shortId(job.id)}</span>
        <span className="hide-phone jb__state">
          <JobState job={job} progress={progress ?? story.progress} place={place} />
        </span>
        {job.claimedAt ? (
          <span className="t2 c3 num hide-phone jb__state">
            <Elapsed since={job.startedAt ?? job.claimedAt} until={until === null ? null : new Date(until).toISOString()} />
          </span>
        ) : null}
        <span className="push h">
          {hasDiff ? (
            <Button onClick={openDiff}>
              {words.openDiff} <Kbd keys="mod+d" />
            </Button>
          ) : null}
          {may && (job.status === "failed" || job.status === "cancelled") ? (
            <Button icon="refresh" disabled={!live} busy={deeds.busy} onClick={() => deeds.ask("retryJob", job.id)}>
              {words.retry}
            </Button>
          ) : null}
          {may && job.status === "claimed" && job.pauseRequested && !job.taken ? (
            <Button icon="play" disabled={!live || job.cancelRequested} busy={deeds.busy} onClick={() => deeds.ask("resumeJob", job.id)}>
              {words.goOn}
            </Button>
          ) : null}
          {may && (job.status === "claimed" || job.status === "pending") ? (
            <Button icon="pause" disabled={!live || job.cancelRequested || job.pauseRequested} busy={deeds.busy} onClick={() => deeds.ask("pauseJob", job.id)}>
              {job.pauseRequested ? words.statePausing : words.pause}
            </Button>
          ) : null}
          <TakeOver job={job} live={live} />
          {may && !ended ? (
            <Button icon="stop" disabled={!live || job.cancelRequested} busy={deeds.busy} onClick={() => deeds.ask("stopJob", job.id)}>
              {job.cancelRequested ? words.stateStopping : words.stop}
            </Button>
          ) : null}
          {phone ? null : <IconButton label={words.copyId} icon="copy" onClick={() => void navigator.clipboard?.writeText(job.id)} />}
        </span>
      </header>
      {job.taken ? <TakenBanner job={job} taken={job.taken} live={live} /> : null}
      {job.waiting && !job.taken ? <JobWaiting job={job} wait={job.waiting} live={live} busy={deeds.busy} raise={raise} onResume={() => deeds.ask("resumeJob", job.id)} /> : null}
      {job.status === "pending" && job.targetWorkerId ? <JobTarget job={job} target={job.targetWorkerId} live={live} /> : null}
      {phone ? (
        <div className="jb__phone">
          <div className="jb__phonestate">
            <JobState job={job} progress={progress ?? story.progress} place={place} />
          </div>
          {part === "events" ? picture : null}
          <div className="jb__parts">
            <Choice
              label={words.part}
              value={part}
              onChange={setPart}
              options={[
                { value: "events", label: words.events },
                { value: "log", label: words.log },
                { value: "about", label: words.about },
              ]}
            />
          </div>
          {part === "events" ? list : part === "log" ? output : side}
          {part === "about" ? null : tell}
        </div>
      ) : (
        <div className={`jb${narrow ? " jb--narrow" : ""}`}>
          <div className="jb__main">
            {picture}
            <div className="jb__low">
              {list}
              {output}
            </div>
            {tell}
          </div>
          {side}
        </div>
      )}
      {deeds.dialog}
      {raise.dialog}
    </>
  );
}

function placeText(place: number): string {
  return place <= 1 ? words.stateNext.toLowerCase() : words.statePlace(place).toLowerCase();
}

function JobState({ job, progress, place }: { job: Job; progress: JobLive | undefined; place: number | undefined }) {
  const [kind, text] = ((): [StateKind, string] => {
    switch (job.status) {
      case "pending":
        return ["waiting", place === undefined ? words.stateQueued : place <= 1 ? words.stateNext : words.statePlace(place)];
      case "claimed":
        if (job.cancelRequested) return ["running", words.stateStopping];
        if (job.pauseRequested) return ["running", words.statePausing];
        return ["running", progress ? words.stepOf(progress.step, progress.steps, progress.label) : (job.step ? stageText(job.step) : words.stateStarting)];
      case "waiting":
        return ["needs", words.stateWaiting];
      case "completed":
        return [job.verified === false ? "waiting" : "passed", words.stateCompleted];
      case "failed":
        return ["failed", words.stateFailed];
      default:
        return ["waiting", words.stateCancelled];
    }
  })();
  return (
    <State kind={kind} plain>
      {text}
    </State>
  );
}

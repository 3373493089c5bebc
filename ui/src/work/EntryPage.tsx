// One entry of the merge queue: where it stands, what happened to it, and a trial of it.

import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { PageBar, useClient, useModel } from "../app";
import { Banner, durationText, EmptyState, ErrorState, Facts, Icon, InlineText, shortId, Skeleton, State, type StateKind } from "../components";
import { asFailure, type Attempt, type CallFailure, type EntryHistory, type MergeEntry } from "../client";
import { RevertLine } from "../main-line";
import { isLive, saidOf } from "../model";
import { EntryChecks } from "../review/EntryChecks";
import { useLiveNow } from "../review/useLiveNow";
import { useDeeds } from "./actions";
import { entryStateText } from "./Chain";
import { toneOf } from "./chain-layout";
import { EntryMenu } from "./EntryMenu";
import { queuedFor } from "./history";
import { HistoryList } from "./HistoryList";
import { Trial } from "./Trial";
import { words } from "./steer-words";
import "../job/job.css";
import "./work.css";
import "./steer.css";

const KIND: Record<ReturnType<typeof toneOf>, StateKind> = { passed: "landed", running: "running", failed: "failed", needs: "needs", waiting: "waiting" };

export default function EntryPage() {
  const { entryId = "" } = useParams({ strict: false });
  return <Entry key={entryId} entryId={entryId} />;
}

function Entry({ entryId }: { entryId: string }) {
  const { history, failure, again } = useHistory(entryId);
  if (history) return <Ready history={history} />;
  return (
    <>
      <PageBar title={words.entryTitle} before={<Back />} />
      {failure?.code === "not_found" ? (
        <EmptyState icon="merge" title={words.unknownTitle}>
          {words.unknown(entryId)}
        </EmptyState>
      ) : failure ? (
        <ErrorState title={words.loadFailed} error={failure} onRetry={again} />
      ) : (
        <Skeleton rows={12} />
      )}
    </>
  );
}

/** Read anew whenever the queue changed: the entry may have moved on. */
function useHistory(entryId: string): { history: EntryHistory | undefined; failure: CallFailure | undefined; again: () => void } {
  const call = useClient();
  const queues = useModel((state) => state.merge.value);
  const [turn, setTurn] = useState(0);
  const [history, setHistory] = useState<EntryHistory>();
  const [failure, setFailure] = useState<CallFailure>();
  useEffect(() => {
    const gone = new AbortController();
    call("merge.history", { id: entryId }, { signal: gone.signal })
      .then((answer) => {
        setHistory(answer);
        setFailure(undefined);
      })
      .catch((thrown: unknown) => {
        if (!gone.signal.aborted) setFailure(asFailure(thrown));
      });
    return () => gone.abort();
  }, [call, entryId, queues, turn]);
  return { history, failure, again: () => setTurn((n) => n + 1) };
}

function Back() {
  return (
    <Link to="/queue" className="btn btn--ghost btn--icon" aria-label={words.back} title={words.back}>
      <Icon name="left" />
    </Link>
  );
}

function Ready({ history }: { history: EntryHistory }) {
  const deeds = useDeeds();
  const now = useLiveNow();
  const live = useModel(isLive);
  const queue = useModel((state) => state.merge.value?.find((each) => each.workspaceId === history.entry.workspaceId));
  const [trying, setTrying] = useState(0);
  // The queue is newer than what was read of this entry a moment ago.
  const entry = [...(queue?.entries ?? []), ...(queue?.recent ?? [])].find((each) => each.id === history.entry.id) ?? history.entry;
  const reason = saidOf(entry);
  const tryIt = async (each: MergeEntry) => {
    const begun = await deeds.steer.tryIt(each);
    setTrying((n) => n + 1);
    return begun;
  };
  return (
    <>
      <PageBar title={entry.title} sub={shortId(entry.id)} before={<Back />}>
        <State kind={live ? KIND[toneOf(entry.state)] : "waiting"}>{entryStateText(entry)}</State>
        <EntryMenu entry={entry} queue={queue} deeds={{ ...deeds, steer: { ...deeds.steer, tryIt } }} onPage />
      </PageBar>
      {reason && entry.state !== "landed" ? (
        <Banner tone={toneOf(entry.state) === "failed" ? "failed" : toneOf(entry.state) === "needs" ? "needs" : "run"}>
          <InlineText text={reason} />
        </Banner>
      ) : null}
      <div className="en">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
        <div className="en__about scroll" tabIndex={0} role="region" aria-label={words.facts}>
          <section className="ss">
            <h2 className="label">{words.facts}</h2>
            <Facts rows={factsOf(entry, history, now)} />
            <p className="en__links">
              <Link to="/review/$reviewId" params={{ reviewId: entry.id }} className="btn btn--s">
                <Icon name="diff" size="s" /> {words.reviewIt}
              </Link>
            </p>
            <RevertLine entry={entry} />
          </section>
          {entry.checks.length > 0 ? (
            <section className="ss">
              <h2 className="label">{words.checks}</h2>
              <EntryChecks checks={entry.checks} />
            </section>
          ) : null}
          <Trial entryId={entry.id} turn={trying} />
          {history.attempts.length > 1 ? (
            <section className="ss">
              <h2 className="label">{words.attempts}</h2>
              <ul className="en__attempts">
                {history.attempts.map((attempt) => (
                  <AttemptRow key={attempt.jobId} attempt={attempt} here={attempt.entryId === entry.id} />
                ))}
              </ul>
            </section>
          ) : null}
        </div>
        <HistoryList history={history} />
      </div>
      {deeds.dialog}
    </>
  );
}

function factsOf(entry: MergeEntry, history: EntryHistory, now: number): Array<[string, React.ReactNode]> {
  return [
    [words.job, <Link key="job" to="/jobs/$jobId" params={{ jobId: entry.jobId }} className="mono">{shortId(entry.jobId)}</Link>],
    [words.target, <span key="target" className="mono">{entry.target}</span>],
    [words.standsOnFact, entry.ahead === undefined ? entry.onto ? <span key="onto" className="mono">{entry.onto.slice(0, 10)}</span> : null : <EntryLink key="ahead" id={entry.ahead} />],
    [words.dependsOn, entry.dependsOn === undefined ? null : <EntryLink key="depends" id={entry.dependsOn} />],
    [words.runs, words.runsSaid(history.runs, history.thrownAway)],
    [words.timeInQueue, durationText(queuedFor(entry, now))],
    [words.slotsLabel, entry.slot === undefined ? null : words.slot(entry.slot + 1)],
  ];
}

function EntryLink({ id }: { id: string }) {
  return (
    <Link to="/queue/$entryId" params={{ entryId: id }} className="mono">
      {shortId(id)}
    </Link>
  );
}

function AttemptRow({ attempt, here }: { attempt: Attempt; here: boolean }) {
  const name = attempt.fixUp === 0 ? words.first : words.repair(attempt.fixUp);
  const state = attempt.state === null ? words.noEntryYet : entryStateText({ state: attempt.state } as MergeEntry);
  return (
    <li className="h">
      <span className="t2">{name}</span>
      {here ? (
        <span className="t2 c3">{words.thisOne}</span>
      ) : attempt.entryId === null ? (
        <Link to="/jobs/$jobId" params={{ jobId: attempt.jobId }} className="mono t1">
          {shortId(attempt.jobId)}
        </Link>
      ) : (
        <EntryLink id={attempt.entryId} />
      )}
      <span className="t2 c2 push">{state}</span>
    </li>
  );
}

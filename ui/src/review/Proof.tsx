// Beside the diff: the question if there is one, what was verified and what was not, the checks on the tree that
// lands, and where the entry stands.

import { Link } from "@tanstack/react-router";
import type { Ref } from "react";
import { useAction, useClient, useCrew, useModel } from "../app";
import type { Approval, Job, MergeEntry, VerifiedLine } from "../client";
import { Button, Icon, InlineText, shortId, State, Time } from "../components";
import { useVerification } from "../job/useJob";
import { isLive, saidOf } from "../model";
import { mainWords, MeetsList, RevertLine, useMeets } from "../main-line";
import { entryStateText } from "../work/Chain";
import { hasEnded } from "../work/chain-layout";
import { ApprovalBox, type Answering } from "./ApprovalBox";
import { EntryChecks } from "./EntryChecks";
import type { Review } from "./files";
import { Opinion } from "./Opinion";
import { opinionIn } from "./opinion";
import { placeIn } from "./place";
import { Returned } from "./Returned";
import { VerifiedItem } from "./Verified";
import { words } from "./words";

export function Proof({
  job,
  entry,
  approval,
  review,
  answering,
  boxRef,
  onPlace,
}: {
  job: Job | undefined;
  entry: MergeEntry | undefined;
  approval: Approval | undefined;
  review: Review | undefined;
  answering: Answering;
  boxRef: Ref<HTMLElement>;
  /** Shows a place of the change, `path:line`. */
  onPlace: (place: string) => void;
}) {
  const { lines, known } = useVerification(job);
  const opinion = opinionIn(job?.result);
  const of = (result: VerifiedLine["result"]) => lines.filter((line) => line.result === result);
  return (
    <div className="proof">
      {approval ? (
        <div className="sidesect">
          <ApprovalBox ref={boxRef} approval={approval} entry={entry} review={review} answering={answering} />
        </div>
      ) : null}
      {entry && !hasEnded(entry) ? <MeetsOf entry={entry} /> : null}
      {entry ? <Standing entry={entry} /> : <p className="sidesect t2 c3">{words.noEntry}</p>}
      <Lines head={words.failedHead} lines={of("failed")} />
      <Lines head={words.verifiedByUs} lines={of("passed")} />
      <Lines head={words.notVerifiedHead} lines={of("not_checked")} />
      {known && lines.length === 0 ? <p className="sidesect t2 c3">{words.nothingVerified}</p> : null}
      {opinion ? (
        <div className="sidesect">
          <Opinion
            review={opinion}
            place={(place) =>
              review && placeIn(review, place) ? (
                <Button small look="ghost" className="mono opinion__open" title={words.showPlace} onClick={() => onPlace(place)}>
                  {place}
                </Button>
              ) : null
            }
          />
        </div>
      ) : null}
      {review && review.risky.length > 0 ? (
        <div className="sidesect">
          <h2 className="label">{words.risky}</h2>
          <ul className="list sidelist">
            {review.risky.map((file) => (
              <li key={file.path}>
                <span className="st s-needs">
                  <Icon name="alert" />
                </span>
                <span className="rask__path">
                  <span className="mono">{file.path}</span>
                  <br />
                  <span className="c3">{file.risky}</span>
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {entry ? <Checks entry={entry} /> : null}
    </div>
  );
}

function Lines({ head, lines }: { head: string; lines: readonly VerifiedLine[] }) {
  if (lines.length === 0) return null;
  return (
    <div className="sidesect">
      <h2 className="label">{head}</h2>
      <ul className="list sidelist">
        {lines.map((line) => (
          <VerifiedItem key={line.what} line={line} />
        ))}
      </ul>
    </div>
  );
}

function Checks({ entry }: { entry: MergeEntry }) {
  const head = words.checksOn(shortId(entry.id), (entry.onto ?? entry.base).slice(0, 7));
  return (
    <div className="sidesect">
      <h2 className="label">{head}</h2>
      {entry.checks.length === 0 ? <p className="t2 c3">{words.checksNone}</p> : <EntryChecks checks={entry.checks} />}
    </div>
  );
}

function MeetsOf({ entry }: { entry: MergeEntry }) {
  const meets = useMeets(entry.workspaceId, entry.jobId);
  return meets.length > 0 ? (
    <div className="sidesect">
      <h2 className="label">{mainWords.meets}</h2>
      <MeetsList meets={meets} note />
    </div>
  ) : null;
}

function Standing({ entry }: { entry: MergeEntry }) {
  const call = useClient();
  const crew = useCrew();
  const live = useModel(isLive);
  const action = useAction();
  return (
    <div className="sidesect">
      <h2 className="label">
        {words.reasonHead} <span className="mono">{shortId(entry.id)}</span>
      </h2>
      <div className="v v--1 sidelist">
        {entry.state === "landed" ? (
          <p className="h t2 wrap">
            <State kind="landed">{words.landed((entry.landedCommit ?? entry.commitSha).slice(0, 7))}</State>
            {entry.landedAt ? <Time ts={entry.landedAt} className="t1 c3" /> : null}
          </p>
        ) : (
          <p className="t2 wraps"><InlineText text={saidOf(entry) ?? entryStateText(entry)} /></p>
        )}
        <RevertLine entry={entry} />
        <Returned entry={entry} />
        {entry.state === "parked" && !entry.repair?.waysOut ? (
          <>
            <p className="t2 c3">{words.parkedNote}</p>
            <div>
              <Button
                busy={action.busy}
                disabled={!live}
                onClick={() => void action.run(() => call("merge.land", { id: entry.id, hash: entry.patchHash ?? undefined }).then(() => crew.refresh("merge")))}
              >
                {words.land}
              </Button>
            </div>
          </>
        ) : null}
        {action.failure ? (
          <p className="t2 s-failed" role="alert">
            <InlineText text={action.failure.message} />
          </p>
        ) : null}
        <Link to="/jobs/$jobId" params={{ jobId: entry.jobId }} className="t2">
          {words.openJob(shortId(entry.jobId))}
        </Link>
      </div>
    </div>
  );
}

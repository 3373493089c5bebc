// What came back with an entry: both sides of a conflict or what a check printed, the tries before and after it, and
// what a person can do when nobody mends it by itself.

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useClient, useCrew, useModel } from "../app";
import type { MergeEntry, WayOut } from "../client";
import { Button, shortId } from "../components";
import { isLive } from "../model";
import { words } from "./words";

export function Returned({ entry }: { entry: MergeEntry }) {
  const { repair } = entry;
  if (!repair) return null;
  const back = repair.cameBack;
  return (
    <div className="v v--2" data-testid="returned">
      {repair.mends ? (
        <Link to="/review/$reviewId" params={{ reviewId: repair.mends }} className="t2">
          {words.mends(shortId(repair.mends), repair.number)}
        </Link>
      ) : null}
      {repair.mendsBranch ? <p className="t2 wraps">{words.mendsBranch(repair.mendsBranch.check, repair.mendsBranch.branch)}</p> : null}
      {back?.files?.map((file) => (
        <details key={file.path} className="v v--1">
          <summary className="t2">
            <span className="mono">{file.path}</span>
          </summary>
          <p className="t2 c3">{file.said}</p>
          {file.clashes.map((clash) => (
            <div key={clash.line} className="v v--1">
              <p className="t1 c3">{words.clashLine(clash.line)}</p>
              <Side label={entry.target} text={clash.ours} />
              {clash.base === undefined ? null : <Side label={words.clashBase} text={clash.base} />}
              <Side label={words.clashTheirs} text={clash.theirs} />
            </div>
          ))}
          {file.more > 0 ? <p className="t1 c3">{words.moreClashes(file.more)}</p> : null}
        </details>
      ))}
      {back?.beside && back.beside.length > 0 ? (
        <div className="v v--1">
          <p className="t1 c3">{back.files && back.files.length > 0 ? words.besideFiles : words.besideChecks}</p>
          <ul className="v v--1">
            {back.beside.map((one) => (
              <li key={one.commit} className="h t2">
                <span className="mono c3">{one.commit.slice(0, 7)}</span>
                {one.entryId ? (
                  <Link to="/review/$reviewId" params={{ reviewId: one.entryId }} className="trunc">
                    {one.title}
                  </Link>
                ) : (
                  <span className="trunc">{one.title}</span>
                )}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {repair.mendedBy ? (
        <Link to="/review/$reviewId" params={{ reviewId: repair.mendedBy }} className="t2">
          {words.mendedBy(shortId(repair.mendedBy))}
        </Link>
      ) : repair.jobId && !repair.waysOut ? (
        <Link to="/jobs/$jobId" params={{ jobId: repair.jobId }} className="t2">
          {words.mending(shortId(repair.jobId))}
        </Link>
      ) : null}
      {repair.waysOut && repair.waysOut.length > 0 ? <WaysOut entry={entry} ways={repair.waysOut} /> : null}
    </div>
  );
}

function Side({ label, text }: { label: string; text: string }) {
  return (
    <div className="v v--1">
      <span className="t1 c3">{label}</span>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- lines scroll */}
      <pre className="log" tabIndex={0}>
        {text || " "}
      </pre>
    </div>
  );
}

function WaysOut({ entry, ways }: { entry: MergeEntry; ways: readonly WayOut[] }) {
  const call = useClient();
  const crew = useCrew();
  const live = useModel(isLive);
  const action = useAction();
  const [say, setSay] = useState("");
  const id = entry.id;
  const run = (what: () => Promise<unknown>) => void action.run(() => what().then(() => crew.refresh("merge")));
  return (
    <div className="v v--2">
      {ways.includes("agent") ? (
        <label className="v v--1">
          <span className="label">{words.wayAgentSay}</span>
          <textarea className="input" rows={2} maxLength={8000} value={say} onChange={(event) => setSay(event.target.value)} />
        </label>
      ) : null}
      <div className="h wrap">
        {ways.includes("agent") ? (
          <Button look="primary" busy={action.busy} disabled={!live} onClick={() => run(() => call("merge.mend", say.trim() === "" ? { id } : { id, say: say.trim() }))}>
            {words.wayAgent}
          </Button>
        ) : null}
        {ways.includes("take_over") ? (
          <Button busy={action.busy} disabled={!live} onClick={() => run(() => call("merge.take_over", { id }))}>
            {words.wayTakeOver}
          </Button>
        ) : null}
        {ways.includes("retry") ? (
          <Button busy={action.busy} disabled={!live} onClick={() => run(() => call("merge.retry", { id }))}>
            {words.wayRetry}
          </Button>
        ) : null}
        {ways.includes("drop") ? (
          <Button busy={action.busy} disabled={!live} onClick={() => run(() => call("merge.remove", { id }))}>
            {words.wayDrop}
          </Button>
        ) : null}
      </div>
      {action.failure ? (
        <p className="t2 s-failed" role="alert">
          {action.failure.message}
        </p>
      ) : null}
    </div>
  );
}

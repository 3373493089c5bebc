// “Also changes src/a.rs: …”: live work that touches the same. It stops nothing.

import { Link } from "@tanstack/react-router";
import { useCall, useModel } from "../app";
import { Icon } from "../components";
import type { Meets } from "../client";
import { meetsOf } from "./meets";
import { stateText, words } from "./words";
import "./main-line.css";

/** Paths that are shown of one meeting. */
const SHOWN = 3;

export function MeetsList({ meets, note = false }: { meets: readonly Meets[]; note?: boolean }) {
  if (meets.length === 0) return null;
  return (
    <div className="meets" data-testid="meets">
      <ul>
        {meets.map((one) => (
          <li key={`${one.with.jobId} ${one.with.entryId ?? ""}`} className={one.kind === "conflict" ? "meets--sure" : ""}>
            <Icon name={one.kind === "conflict" ? "alert" : "branch"} size="s" />
            <span>
              <span className="c2">{one.kind === "conflict" ? words.meetsConflict : one.kind === "files" ? words.meetsFiles : words.meetsScope}: </span>
              <code>{one.paths.slice(0, SHOWN).join(", ")}</code>
              {one.paths.length + one.more > SHOWN ? <span className="c3"> {words.andMore(one.paths.length + one.more - SHOWN)}</span> : null}
              <br />
              <Link to="/jobs/$jobId" params={{ jobId: one.with.jobId }} className="c2">
                {words.meetsLine(one.with.title, stateText(one.with.state))}
              </Link>
            </span>
          </li>
        ))}
      </ul>
      {note ? <p className="t1 c3">{words.meetsNote}</p> : null}
    </div>
  );
}

/** What a job meets now; asked anew when the queue or the jobs move. */
export function useMeets(workspaceId: string | null | undefined, jobId: string | null | undefined): Meets[] {
  const since = useModel((state) => (state.merge.at ?? 0) + (state.jobBoard.at ?? 0));
  const forecast = useCall("merge.forecast", workspaceId && jobId ? { workspaceId } : undefined, since);
  return jobId ? meetsOf(forecast.value, jobId) : [];
}

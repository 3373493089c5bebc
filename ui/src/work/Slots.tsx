// Which slot checks what, and the runs that were thrown away and why.

import { Link } from "@tanstack/react-router";
import { durationText, InlineText, shortId, State } from "../components";
import type { MergeQueue, ThrownRun } from "../client";
import { useLiveNow } from "../review/useLiveNow";
import type { GoneRun } from "./chain-layout";
import { words } from "./steer-words";

/** Runs listed; the picture shows no older ones either. */
const LISTED = 8;

/** One line: each slot, what it works on and for how long. Nothing while there is one slot, which the picture shows. */
export function Slots({ queue }: { queue: MergeQueue }) {
  const now = useLiveNow();
  const slots = queue.slots ?? 0;
  if (slots < 2 || queue.entries.length === 0) return null;
  const busy = new Map(queue.entries.flatMap((entry) => (entry.slot === undefined ? [] : [[entry.slot, entry] as const])));
  return (
    <ul className="slots" aria-label={words.slotsLabel}>
      {Array.from({ length: slots }, (_, slot) => {
        const entry = busy.get(slot);
        const running = entry?.checks.find((check) => check.state === "running");
        const since = Date.parse(entry?.checkingSince ?? "");
        return (
          <li key={slot} className={`slot${entry ? " slot--busy" : ""}`}>
            <span className="c3 t1">{words.slot(slot + 1)}</span>
            {entry ? (
              <>
                <State kind="running" label={running?.name ?? words.checkRunning} size="s" />
                <span className="mono t1">{shortId(entry.id)}</span>
                <span className="t1 c2 trunc">{running?.name ?? ""}</span>
                <span className="t1 c3 num slot__time">{Number.isNaN(since) ? "" : durationText(Math.max(0, now - since))}</span>
              </>
            ) : (
              <span className="t1 c3">{words.slotFree}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function whyGone(run: Pick<GoneRun, "why" | "blamed">): string {
  const blamed = run.blamed ? shortId(run.blamed) : "";
  switch (run.why) {
    case "ahead_failed":
      return words.aheadFailed(blamed);
    case "ahead_left":
      return words.aheadLeft(blamed);
    case "reordered":
      return words.reordered(blamed);
    case "tip_moved":
      return words.tipMoved;
    case "strategy_changed":
      return words.strategyChanged;
    case "removed":
      return words.removedWhy;
    case "server_ended":
      return words.serverEnded;
    default:
      return "";
  }
}

export function Thrown({ runs }: { runs: readonly ThrownRun[] }) {
  if (runs.length === 0) return null;
  return (
    <details className="thrown">
      <summary className="t2 c2">{words.thrownTitle(runs.length)}</summary>
      <ul className="thrown__list">
        {runs.slice(0, LISTED).map((run) => (
          <li key={`${run.entryId}${run.at}`} className="t2">
            <i className="key key--h" aria-hidden="true" />
            <span>
              <Link to="/queue/$entryId" params={{ entryId: run.entryId }}>
                <InlineText text={run.title} />
              </Link>{" "}
              <span className="c2">{words.thrown(shortId(run.entryId), durationText(run.durationMs), whyGone({ why: run.reason, blamed: run.blamed }))}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

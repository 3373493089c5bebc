// What happened to an entry, one row after the other, oldest first.

import { Fragment } from "react";
import { clockText, durationText, Icon, InlineText, shortId, StateIcon } from "../components";
import type { EntryHistory, HistoryStep } from "../client";
import { historyRows, type HistoryRow, type HistoryWords } from "./history";
import { whyGone } from "./Slots";
import { words } from "./steer-words";

const STATES: Record<string, string> = { waiting: words.checkWaiting, running: words.checkRunning, passed: words.checkPassed, failed: words.checkFailed, skipped: words.checkSkipped };
const TRIALS: Record<NonNullable<HistoryStep["dryRun"]>, string> = {
  preparing: words.trialPreparing, waiting: words.trialWaiting, running: words.trialRunning, passed: words.trialPassed, failed: words.trialFailed, stopped: words.trialStopped,
};

export const HISTORY_WORDS: HistoryWords = {
  ...words,
  checkState: (state) => STATES[state] ?? state,
  trialState: (state) => TRIALS[state],
  whyGone: (step) => (step.thrown ? whyGone({ why: step.thrown, blamed: step.blamed ?? null }) : ""),
  took: durationText,
  shortId,
};

export function HistoryList({ history }: { history: EntryHistory }) {
  const rows = historyRows(history, HISTORY_WORDS);
  return (
    <section className="en__steps">
      <div className="section__head">
        <h2 className="strong board__title">{words.steps}</h2>
        <span className="count">{history.steps.length + history.dropped}</span>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
      <div className="scroll en__scroll" tabIndex={0} role="region" aria-label={words.steps}>
        {rows.length === 0 ? <p className="t2 c3 en__none">{words.noSteps}</p> : null}
        <ol className="hist">
          {rows.map((row) => (
            <Fragment key={row.key}>
              {row.droppedBefore > 0 ? <li className="t2 c3 hist__gap">{words.dropped(row.droppedBefore)}</li> : null}
              <Row row={row} />
            </Fragment>
          ))}
        </ol>
      </div>
    </section>
  );
}

function Row({ row }: { row: HistoryRow }) {
  const state = row.tone === "passed" || row.tone === "failed" || row.tone === "needs" || row.tone === "landed" ? row.tone : undefined;
  return (
    <li className={`hist__row${row.inRun ? " hist__row--in" : ""}`}>
      <time className="num t1 c3 hist__at" dateTime={row.at}>
        {clockText(row.at)}
      </time>
      <span className={`st s-${row.tone === "plain" || row.tone === "running" ? "waiting" : row.tone} hist__icon`} aria-hidden="true">
        {state ? <StateIcon kind={state} size="s" /> : <Icon name={row.icon} size="s" />}
      </span>
      <div className="hist__text">
        <span className="t2">
          <InlineText text={row.title} />
        </span>
        {row.detail ? (
          <span className="t2 c2">
            <InlineText text={row.detail} />
          </span>
        ) : null}
        {row.output ? (
          <details>
            <summary className="t1 c3">{words.output}</summary>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
            <pre className="mono t1 hist__output" tabIndex={0} role="region" aria-label={words.output}>
              {row.output}
            </pre>
          </details>
        ) : null}
      </div>
    </li>
  );
}

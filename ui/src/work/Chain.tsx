// The merge queue drawn: labels are part of the page and can be followed; everything between them is a picture.

import { Link } from "@tanstack/react-router";
import { memo, useMemo, useRef } from "react";
import { aboutText, clockText, durationText, Icon, InlineText, shortId, State, type StateKind, timeOfDay } from "../components";
import type { MergeEntry, MergeQueue } from "../client";
import { useLiveNow } from "../review/useLiveNow";
import { useWidth } from "../review/useWidth";
import { saidOf } from "../model";
import type { Deeds } from "./actions";
import { type Bar, type ChainPicture, type ChainRow, layoutChain, toneOf } from "./chain-layout";
import { EntryMenu } from "./EntryMenu";
import { Thrown, whyGone } from "./Slots";
import { words as steerWords } from "./steer-words";
import { words } from "./words";

const CHAIN_WORDS = {
  left: (ms: number) => words.left(aboutText(ms)),
  took: (ms: number) => durationText(ms),
  waits: words.waits,
  asked: words.asked,
  approved: words.approved,
  landing: words.landing,
  over: words.over,
  slot: steerWords.slot,
  behind: (id: string) => steerWords.behind(shortId(id)),
  gone: whyGone,
};

export function Chain({ queue, deeds }: { queue: MergeQueue; deeds: Deeds }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const now = useLiveNow();
  const picture = useMemo(
    () => (width > 0 ? layoutChain({ queue, now, width, clock: timeOfDay, words: CHAIN_WORDS }) : undefined),
    [queue, now, width],
  );
  const empty = queue.entries.length === 0 && queue.recent.length === 0;
  return (
    <div ref={box} className="chain">
      {picture && !empty ? picture.narrow ? <ChainList queue={queue} deeds={deeds} /> : <ChainDrawing picture={picture} queue={queue} now={now} deeds={deeds} /> : null}
      <Thrown runs={queue.thrownAway ?? []} />
      {picture && picture.more > 0 ? <p className="t2 c3 chain__more">{words.more(picture.more)}</p> : null}
      {empty ? (
        <p className="t2 c2 chain__more">{queue.tip ? words.chainEmpty(queue.branch) : words.noTip(queue.branch)}</p>
      ) : null}
    </div>
  );
}

function ChainDrawing({ picture, queue, now, deeds }: { picture: ChainPicture; queue: MergeQueue; now: number; deeds: Deeds }) {
  const { graphX, baseY, nowX } = picture;
  const story = [...picture.rows].reverse().map((row) => `${shortId(row.entry.id)} ${entryStateText(row.entry)}`).join(", ");
  return (
    <div className="chain__draw" style={{ height: picture.height }}>
      <svg className="fig" width={picture.width} height={picture.height} role="img" aria-label={words.chainLabel(queue.branch, story || words.queueEmpty)}>
        <defs>
          <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="6" height="6" className="f-sunk" />
            <path d="M0 0V6" className="k-control" strokeWidth="1.2" />
          </pattern>
        </defs>
        {picture.ticks.map((tick) => (
          <g key={tick.x}>
            <path d={`M${tick.x} 22V${baseY - 8}`} className="k-line" />
            {tick.label && Math.abs(tick.x - nowX) > 62 ? (
              <text x={tick.x} y="14" textAnchor="middle" className="dim">
                {tick.label}
              </text>
            ) : null}
          </g>
        ))}
        <path d={`M${nowX} 22V${baseY - 8}`} className="k-fg" />
        <text x={Math.min(nowX, picture.width - 48)} y="14" textAnchor="middle" className="b">
          {words.now}, {timeOfDay(now, true)}
        </text>
        {picture.links.map((link) => (
          <path key={`${link.from}`} d={linkPath(graphX, link.from, link.to, link.bends)} className={`k-${link.tone}`} fill="none" strokeWidth="1.5" strokeDasharray={link.tone === "waiting" ? "2 2" : undefined} />
        ))}
        {picture.cuts.map((cut) => (
          <path key={`${cut.x} ${cut.from}`} d={`M${cut.x} ${cut.from}V${cut.to - 10}`} className="k-failed" strokeWidth="1" strokeDasharray="2 2" />
        ))}
        {picture.rows.map((row) => (
          <RowDrawing key={row.entry.id} row={row} graphX={graphX} baseY={baseY} width={picture.width} />
        ))}
        <path d={`M${graphX + 6} ${baseY}H${nowX}`} className="k-control" strokeWidth="1.5" />
        {lastCommit(picture) > graphX ? <path d={`M${lastCommit(picture)} ${baseY}H${nowX}`} className="k-accent" strokeWidth="2" /> : null}
        <path d={`M${nowX - 1} ${baseY - 6}l8 6-8 6z`} className="f-accent" />
        {picture.commits.map((commit, index) => (
          <g key={`${commit.x}`}>
            <circle cx={commit.x} cy={baseY} r={index === 0 ? 4.5 : 4} className={commit.landed ? "f-passed" : "f-accent"} />
            {commit.id ? (
              <text x={commit.x} y={baseY + 18} textAnchor="middle" className="m">
                {commit.id}
              </text>
            ) : null}
          </g>
        ))}
        <text x={nowX + 14} y={baseY + 4} className="b">
          {words.tip}
        </text>
        <text x="16" y={baseY + 4} className="b m">
          {clipped(queue.branch, 34)}
        </text>
      </svg>
      <ul className="chain__labels">
        {picture.rows.map((row) => (
          <li key={row.entry.id} className="chain__label" data-entry={row.entry.id} style={{ top: row.y - 14, width: graphX - 10 }}>
            <EntryLabel entry={row.entry} />
            <EntryMenu entry={row.entry} queue={queue} deeds={deeds} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function lastCommit(picture: ChainPicture): number {
  return picture.commits[picture.commits.length - 1]?.x ?? picture.graphX;
}

function linkPath(x: number, from: number, to: number, bends: boolean): string {
  const [top, bottom] = [from + 5, to - 5];
  if (!bends) return `M${x} ${top}V${bottom}`;
  const middle = (top + bottom) / 2;
  return `M${x} ${top}C${x + 18} ${top + 12} ${x + 18} ${middle} ${x + 18} ${middle}S${x + 18} ${bottom - 12} ${x} ${bottom}`;
}

const RowDrawing = memo(function RowDrawing({ row, graphX, baseY, width }: { row: ChainRow; graphX: number; baseY: number; width: number }) {
  const { y } = row;
  const after = Math.floor((width - row.noteX - 8) / 6.1);
  const first = row.bars[0];
  const before = first ? Math.floor((first.x - graphX - 40) / 6.1) : 0;
  // After the bar as in reading; before it where only that side has room.
  const left = first !== undefined && row.note.length > after && before > after;
  return (
    <g>
      {row.mark === "cross" ? (
        <path d={`M${graphX - 3.5} ${y - 3.5}l7 7m0-7l-7 7`} className={`k-${row.tone}`} strokeWidth="1.5" strokeLinecap="round" />
      ) : row.mark === "needs" ? (
        <path d={`M${graphX} ${y - 6}l6 6-6 6-6-6z`} className={`f-base k-${row.tone}`} strokeWidth="1.5" />
      ) : (
        <circle cx={graphX} cy={y} r="4.5" className={`${row.mark === "ring" ? "f-base" : `f-${row.tone}`} k-${row.tone}`} strokeWidth="1.5" />
      )}
      {row.bars.map((bar) => (
        <BarDrawing key={`${bar.kind}${bar.x}`} bar={bar} y={y} />
      ))}
      {row.landX !== null ? <path d={`M${row.landX} ${y}V${baseY - 4}`} className="k-passed" strokeWidth="1.25" /> : null}
      {row.mark === "cross" && row.bars.length === 0 ? <path d={`M${row.noteX - 8} ${y - 6}v12`} className="k-failed" strokeWidth="2" /> : null}
      {row.note && left ? (
        <text x={first.x - 8} y={y + 4} textAnchor="end" className={`note note--${row.noteTone}`}>
          {clipped(row.note, before)}
          <title>{row.note}</title>
        </text>
      ) : row.note && after > 3 ? (
        <text x={row.noteX} y={y + 4} className={`note note--${row.noteTone}`}>
          {clipped(row.note, after)}
          <title>{row.note}</title>
        </text>
      ) : null}
    </g>
  );
});

function BarDrawing({ bar, y }: { bar: Bar; y: number }) {
  if (bar.kind === "gone") {
    return (
      <rect x={bar.x} y={y - 5.5} width={bar.width} height="11" rx="2" fill="url(#hatch)" className="k-strong">
        {bar.said ? <title>{bar.said}</title> : null}
      </rect>
    );
  }
  if (bar.kind === "forecast") return <rect x={bar.x} y={y - 5.5} width={bar.width} height="11" rx="2" fill="none" className="k-running" strokeDasharray="2 2" />;
  if (bar.kind === "asked") return <rect x={bar.x + 0.5} y={y - 5.5} width={Math.max(2, bar.width - 1)} height="11" rx="2" className="f-needsbg k-needs" />;
  const tone = bar.kind === "landed" ? "passed" : bar.kind === "failed" ? "failed" : "running";
  return <rect x={bar.x} y={y - 6} width={bar.width} height="12" rx="2" className={`f-${tone}`} />;
}

function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

function EntryLabel({ entry }: { entry: MergeEntry }) {
  return (
    <Link to="/review/$reviewId" params={{ reviewId: entry.id }} className="chain__link">
      <span className="mono t1 c3 chain__id" title={entry.id}>
        {shortId(entry.id)}
      </span>
      <span className="trunc t2"><InlineText text={entry.title} /></span>
    </Link>
  );
}

const KIND: Record<ReturnType<typeof toneOf>, StateKind> = { passed: "landed", running: "running", failed: "failed", needs: "needs", waiting: "waiting" };

export function entryStateText(entry: MergeEntry): string {
  switch (entry.state) {
    case "landed":
      return words.stateLanded;
    case "returned":
      return words.stateReturned;
    case "failed":
      return words.failedShort;
    case "removed":
      return words.stateRemoved;
    case "parked":
      return words.stateParked;
    case "waiting_approval":
      return words.asked;
    case "checking":
      return words.legendChecking;
    case "landing":
      return words.landing;
    case "approved":
      return words.approved;
    default:
      return words.waits;
  }
}

/** Where there is no room for time: one row per entry, the next to land first. */
function ChainList({ queue, deeds }: { queue: MergeQueue; deeds: Deeds }) {
  const rows = [...queue.entries, ...queue.recent.slice(0, 5)];
  return (
    <ul className="chain__list">
      {rows.map((entry) => (
        <li key={entry.id} className="chain__item" data-entry={entry.id}>
          <State kind={KIND[toneOf(entry.state)]} label={entryStateText(entry)} />
          <Link to="/review/$reviewId" params={{ reviewId: entry.id }} className="chain__text">
            <span className="trunc medium"><InlineText text={entry.title} /></span>
            <span className="t2 c2">
              <span className="mono t1 c3">{shortId(entry.id)}</span>{" "}
              {entry.state === "landed"
                ? `${words.landed} ${(entry.landedCommit ?? "").slice(0, 7)} ${entry.landedAt ? clockText(entry.landedAt) : ""}`
                : (saidOf(entry) ?? entryStateText(entry))}
            </span>
            <Standing entry={entry} />
          </Link>
          <EntryMenu entry={entry} queue={queue} deeds={deeds} />
        </li>
      ))}
      <li className="chain__item chain__tip">
        <Icon name="branch" />
        <span className="mono t2">
          {queue.branch} {queue.tip?.slice(0, 7) ?? ""}
        </span>
      </li>
    </ul>
  );
}

/** What the picture shows by lines and bars. */
function Standing({ entry }: { entry: MergeEntry }) {
  const running = entry.checks.find((check) => check.state === "running");
  const parts = [
    entry.slot === undefined ? "" : steerWords.slot(entry.slot + 1),
    running?.name ?? "",
    entry.ahead === undefined ? "" : steerWords.standsOn(shortId(entry.ahead)),
    (entry.thrownAway ?? 0) > 0 ? steerWords.thrownTimes(entry.thrownAway ?? 0) : "",
  ].filter(Boolean);
  return parts.length > 0 ? <span className="t1 c3">{parts.join(", ")}</span> : null;
}

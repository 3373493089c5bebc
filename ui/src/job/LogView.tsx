// The output of a job: follows its end while the reader is there, stays where the reader scrolled to, and is searched
// without leaving the page. Rows out of sight are not in the page.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, memo, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useShortcut } from "../app";
import { Button, EmptyState, ErrorState, Icon, IconButton, Menu, Skeleton, timeOfDay } from "../components";
import type { JobLogRow } from "../client";
import { folded, plainOf } from "./ansi";
import { findMatches, MAX_MATCHES, offsetText } from "./lines";
import { type Found, paintLine, type Piece } from "./paint";
import type { useJobLog } from "./useJob";
import { figure } from "../words";
import { words } from "./words";

const ROW = 18;
const NO_FOUND: readonly Found[] = [];
/** What stands before each line. */
type Times = "offset" | "clock" | "none";
/** Where a line came from, for those who do not see colours. */
const STREAM: Record<string, string> = { stderr: words.streamError, note: words.streamNote };

const plain = (message: string) => plainOf(folded(message));

export function LogView({
  log,
  from,
  ended,
  wrapped,
  seek,
}: {
  log: ReturnType<typeof useJobLog>;
  /** Start of the job, for the time before each line. */
  from: number;
  ended: boolean;
  /** Start with wrapped lines. */
  wrapped: boolean;
  /** Moves to the line at this time; another object moves again. */
  seek: { readonly at: number } | undefined;
}) {
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(wrapped);
  const [times, setTimes] = useState<Times>("offset");
  const [full, setFull] = useState(false);
  const rows = log.reader.rows.all;
  const { revision } = log;
  const wanted = useDeferredValue(query);
  // The list grows in place; its revision says when.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const matches = useMemo(() => findMatches(rows, wanted, plain), [rows, revision, wanted]);
  const here = matches[Math.min(at, matches.length - 1)];
  const byRow = useMemo(() => {
    const map = new Map<number, Found[]>();
    for (const match of matches) {
      const list = map.get(match.row);
      const found = { from: match.from, to: match.to, here: match === here };
      if (list) list.push(found);
      else map.set(match.row, [found]);
    }
    return map;
  }, [matches, here]);

  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 24 });
  useLayoutEffect(() => virtual.measure(), [virtual, wrap]);
  useLayoutEffect(() => {
    if (follow && rows.length > 0) virtual.scrollToIndex(rows.length - 1, { align: "end" });
  }, [follow, revision, rows.length, virtual, wrap]);
  useEffect(() => {
    if (!here || wanted === "") return;
    setFollow(false);
    virtual.scrollToIndex(here.row, { align: "center" });
  }, [here, wanted, virtual]);
  useEffect(() => {
    if (!seek) return;
    const index = rowAtTime(rows, seek.at);
    setFollow(false);
    if (index >= 0) virtual.scrollToIndex(index, { align: "start" });
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [seek, virtual]);

  useShortcut("search", () => {
    input.current?.focus();
    input.current?.select();
  });
  useShortcut("latest", () => setFollow(true));

  const move = (by: number) => {
    if (matches.length > 0) setAt((before) => (Math.min(before, matches.length - 1) + by + matches.length) % matches.length);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") {
      event.preventDefault();
      move(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (query !== "") setQuery("");
      else event.currentTarget.blur();
    }
  };
  const write = (lines: readonly JobLogRow[]) => void navigator.clipboard?.writeText(lines.map((row) => plain(row.message)).join("\n"));
  // As in a pager, while the output has the focus.
  const onPagerKey = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key;
    if (["ArrowUp", "PageUp", "Home"].includes(key)) letGo();
    else if (key === "End" || key === "G") setFollow(true);
    else if (key === "g") {
      setFollow(false);
      virtual.scrollToIndex(0);
    } else if (key === "n") move(1);
    else if (key === "N") move(-1);
    else if (key === "/") input.current?.focus();
    else if (key === "w") setWrap(!wrap);
    else if (key === "t") setTimes(NEXT[times]);
    else if (key === "f") setFull(!full);
    else if (key === "Escape" && full) setFull(false);
    else return;
    if (!["ArrowUp", "PageUp", "Home"].includes(key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const end = element.scrollHeight - element.scrollTop - element.clientHeight < ROW * 2;
    if (end && wanted === "") setFollow(true);
  };
  const letGo = () => {
    const element = box.current;
    if (element && element.scrollHeight > element.clientHeight) setFollow(false);
  };
  const count = matches.length >= MAX_MATCHES ? `${MAX_MATCHES}+` : String(matches.length);
  return (
    <section className={`jlog${full ? " jlog--full" : ""}`} aria-label={words.log}>
      <div className="section__head">
        <h2 className="medium jb__title">{words.log}</h2>
        <span className="count num">{rows.length > 0 ? words.lines(rows.length) : ""}</span>
        <label className="input push jlog__search">
          <Icon name="search" size="s" />
          <span className="unseen">{words.search}</span>
          <input
            ref={input}
            type="search"
            value={query}
            placeholder={words.search}
            spellCheck={false}
            onChange={(event) => {
              setQuery(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          {query !== "" ? (
            <span className="c3 t1 num jlog__count" role="status">
              {matches.length > 0 ? words.found(Math.min(at, matches.length - 1) + 1, count) : words.none}
            </span>
          ) : null}
        </label>
        <IconButton small label={words.previous} icon="up" disabled={matches.length === 0} onClick={() => move(-1)} />
        <IconButton small label={words.next} icon="down" disabled={matches.length === 0} onClick={() => move(1)} />
        <IconButton small className="hide-phone" label={full ? words.smaller : words.larger} icon={full ? "x" : "ext"} aria-pressed={full} onClick={() => setFull(!full)} />
        <Menu
          trigger={<IconButton small label={words.log} icon="more" />}
          items={[
            { label: words.follow, chosen: follow, onSelect: () => setFollow(!follow) },
            { label: words.wrap, chosen: wrap, onSelect: () => setWrap(!wrap) },
            { label: words.timesOffset, chosen: times === "offset", onSelect: () => setTimes("offset") },
            { label: words.timesClock, chosen: times === "clock", onSelect: () => setTimes("clock") },
            { label: words.timesNone, chosen: times === "none", onSelect: () => setTimes("none") },
            "separator",
            { label: words.copyLog, icon: "copy", onSelect: () => write(rows) },
            { label: words.copyErrors, icon: "copy", onSelect: () => write(rows.filter((row) => row.stream === "stderr")) },
          ]}
        />
      </div>
      {log.failure && rows.length === 0 ? (
        <ErrorState title={words.logFailed} error={log.failure} onRetry={() => void log.reader.more()} />
      ) : rows.length === 0 ? (
        log.loading ? (
          <Skeleton rows={8} row={ROW} />
        ) : (
          <EmptyState icon="terminal" title={ended ? words.logEmptyEnded : words.logEmpty} />
        )
      ) : (
        <div className="jlog__frame">
          {/* Reading back with wheel, finger or keys stops the following; a button starts it again. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
          <div
            ref={box}
            className={`log scroll jlog__box${wrap ? " jlog__box--wrap" : ""}`}
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key
            tabIndex={0}
            role="log"
            aria-live="off"
            aria-label={words.log}
            onScroll={onScroll}
            onWheel={(event) => {
              if (event.deltaY < 0) letGo();
            }}
            onTouchMove={letGo}
            onPointerDown={letGo}
            onKeyDown={onPagerKey}
          >
            {log.reader.rows.dropped > 0 ? <div className="jlog__dropped t1 c3">{words.logDropped(log.reader.rows.dropped)}</div> : null}
            <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
              {virtual.getVirtualItems().map((item) => {
                const row = rows[item.index];
                if (!row) return null;
                return (
                  <div
                    key={row.id}
                    data-index={item.index}
                    ref={wrap ? virtual.measureElement : undefined}
                    className={`jlog__row jlog__row--${row.stream}`}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <LogLine message={row.message} stream={row.stream} time={timeText(times, row.ts, from)} found={byRow.get(item.index) ?? NO_FOUND} />
                  </div>
                );
              })}
            </div>
          </div>
          {!follow && !ended ? (
            <Button small className="jlog__latest" icon="down" onClick={() => setFollow(true)}>
              {words.latest}
            </Button>
          ) : null}
        </div>
      )}
    </section>
  );
}

const NEXT: Record<Times, Times> = { offset: "clock", clock: "none", none: "offset" };

function timeText(times: Times, ts: string, from: number): string {
  if (times === "none") return "";
  return times === "clock" ? timeOfDay(Date.parse(ts), true) : offsetText(Date.parse(ts) - from);
}

const LogLine = memo(function LogLine({ message, stream, time, found }: { message: string; stream: string; time: string; found: readonly Found[] }) {
  const { pieces, cut } = paintLine(folded(message), found);
  const from = STREAM[stream];
  return (
    <>
      {time === "" ? null : <span className="dim jlog__time">{time}</span>}
      <span className="jlog__mark" title={from}>
        {from ? <span className="unseen">{from}: </span> : null}
      </span>
      <span className={`jlog__text${message.startsWith("$ ") ? " jlog__cmd" : ""}`}>
        {pieces.map((piece, index) => {
          const key = String(index);
          if (piece.mark === 0) {
            return (
              <span key={key} className={piece.className || undefined} style={styleOf(piece)}>
                {piece.text}
              </span>
            );
          }
          return (
            <mark key={key} className={`${piece.className}${piece.mark === 2 ? " on" : ""}`} style={styleOf(piece)}>
              {piece.text}
            </mark>
          );
        })}
        {cut > 0 ? <span className="dim"> … {figure(cut)}</span> : null}
      </span>
    </>
  );
});

/** Colours without a name are told to the style sheet as values. */
function styleOf(piece: Piece): CSSProperties | undefined {
  if (!piece.ink && !piece.paper) return undefined;
  return { ...(piece.ink ? { "--ink": piece.ink } : {}), ...(piece.paper ? { "--paper": piece.paper } : {}) } as CSSProperties;
}

function rowAtTime(rows: readonly JobLogRow[], at: number): number {
  let low = 0;
  let high = rows.length - 1;
  let found = rows.length > 0 ? rows.length - 1 : -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (Date.parse(rows[middle]?.ts ?? "") >= at) {
      found = middle;
      high = middle - 1;
    } else low = middle + 1;
  }
  return found;
}

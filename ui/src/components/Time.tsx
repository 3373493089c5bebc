// Times and durations, in tabular figures. Relative times follow one shared clock instead of a timer each.

import { useSyncExternalStore } from "react";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let current = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const readers = new Set<() => void>();

function follow(reader: () => void): () => void {
  readers.add(reader);
  timer ??= setInterval(() => {
    current = Date.now();
    for (const each of readers) each();
  }, 1000);
  return () => {
    readers.delete(reader);
    if (readers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time in milliseconds, moving once a second while somebody looks. */
export function useNow(): number {
  return useSyncExternalStore(follow, () => {
    if (readers.size === 0) current = Date.now();
    return current;
  });
}

/** 14:02 today, 3 Mar 14:02 before, with the year in other years. */
export function clockText(ts: string, now = Date.now()): string {
  const date = new Date(ts);
  if (Number.isNaN(date.getTime())) return "";
  const time = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
  if (date.toDateString() === new Date(now).toDateString()) return time;
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  const day = date.toLocaleDateString(undefined, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) });
  return `${day} ${time}`;
}

/** `40 s`, `6 m`, `3 h`, `2 d`. */
export function agoText(ts: string, now: number): string {
  const past = Math.max(0, now - new Date(ts).getTime());
  if (past < MINUTE) return `${Math.floor(past / 1000)} s`;
  if (past < HOUR) return `${Math.floor(past / MINUTE)} m`;
  if (past < DAY) return `${Math.floor(past / HOUR)} h`;
  return `${Math.floor(past / DAY)} d`;
}

/** `0.4 s`, `38.2 s`, `2:41`, `1:02:07` of milliseconds. */
export function durationText(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(seconds % 60)}` : `${m}:${two(seconds % 60)}`;
}

/** `about 12 s`, `about 3 min`: for forecasts, never more exact than they are. */
export function aboutText(ms: number): string {
  if (ms < 1000) return "about 1 s";
  if (ms < MINUTE) return `about ${Math.round(ms / 1000)} s`;
  if (ms < HOUR) return `about ${Math.round(ms / MINUTE)} min`;
  return `about ${Math.round(ms / HOUR)} h`;
}

export function Time({ ts, relative, className }: { ts: string; relative?: boolean; className?: string }) {
  return relative ? <Ago ts={ts} className={className} /> : <Clock ts={ts} className={className} />;
}

function Clock({ ts, className }: { ts: string; className?: string }) {
  return (
    <time dateTime={ts} title={new Date(ts).toLocaleString()} className={`num ${className ?? ""}`}>
      {clockText(ts)}
    </time>
  );
}

function Ago({ ts, className }: { ts: string; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={ts} title={new Date(ts).toLocaleString()} className={`num ${className ?? ""}`}>
      {agoText(ts, now)}
    </time>
  );
}

/** Counts up from `since`; stands still at `until`. */
export function Elapsed({ since, until }: { since: string; until?: string | null }) {
  return until ? (
    <span className="num">{durationText(Math.max(0, Date.parse(until) - Date.parse(since)))}</span>
  ) : (
    <Counting since={since} />
  );
}

function Counting({ since }: { since: string }) {
  const seconds = Math.max(0, Math.floor((useNow() - Date.parse(since)) / 1000));
  return <span className="num">{durationText(seconds * 1000).replace(/\.0 s$/, " s").replace(/^0 ms$/, "0 s")}</span>;
}

export function Duration({ ms }: { ms: number }) {
  return <span className="num">{durationText(ms)}</span>;
}

// Times and durations, in tabular figures. Relative times follow one shared clock instead of a timer each.

import { useSyncExternalStore } from "react";
import { decimal, languageTag } from "../words";
import { words } from "./words";

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

// Making a formatter takes longer than using it a thousand times, and a long conversation draws many of them.
const TAG = languageTag();
const HOUR_MINUTE = new Intl.DateTimeFormat(TAG, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const HOUR_MINUTE_SECOND = new Intl.DateTimeFormat(TAG, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY_MONTH = new Intl.DateTimeFormat(TAG, { day: "numeric", month: "short" });
const DAY_MONTH_YEAR = new Intl.DateTimeFormat(TAG, { day: "numeric", month: "short", year: "numeric" });
const WHOLE = new Intl.DateTimeFormat(TAG, { dateStyle: "medium", timeStyle: "medium" });

/** 14:02 today, 3 Mar 14:02 before, with the year in other years. */
export function clockText(ts: string, now = Date.now()): string {
  const date = new Date(ts);
  if (Number.isNaN(date.getTime())) return "";
  const time = HOUR_MINUTE.format(date);
  const today = new Date(now);
  const sameYear = date.getFullYear() === today.getFullYear();
  if (sameYear && date.getMonth() === today.getMonth() && date.getDate() === today.getDate()) return time;
  return `${(sameYear ? DAY_MONTH : DAY_MONTH_YEAR).format(date)} ${time}`;
}

/** 14:02, or 14:02:31 with seconds, whatever the day. */
export function timeOfDay(ms: number, seconds = false): string {
  return (seconds ? HOUR_MINUTE_SECOND : HOUR_MINUTE).format(ms);
}

/** Day and time in full, for whoever rests the pointer on it. */
export function wholeTime(ts: string): string {
  const date = new Date(ts);
  return Number.isNaN(date.getTime()) ? "" : WHOLE.format(date);
}

/** `40 s`, `6 m`, `3 h`, `2 d`. */
export function agoText(ts: string, now: number): string {
  const past = Math.max(0, now - new Date(ts).getTime());
  if (past < MINUTE) return words.seconds(Math.floor(past / 1000));
  if (past < HOUR) return words.minutes(Math.floor(past / MINUTE));
  if (past < DAY) return words.hours(Math.floor(past / HOUR));
  return words.days(Math.floor(past / DAY));
}

/** `0.4 s`, `38.2 s`, `2:41`, `1:02:07` of milliseconds. */
export function durationText(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${decimal(ms / 1000)} s`;
  const seconds = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(seconds % 60)}` : `${m}:${two(seconds % 60)}`;
}

/** `about 12 s`, `about 3 min`: for forecasts, never more exact than they are. */
export function aboutText(ms: number): string {
  if (ms < 1000) return words.about("1 s");
  if (ms < MINUTE) return words.about(`${Math.round(ms / 1000)} s`);
  if (ms < HOUR) return words.about(`${Math.round(ms / MINUTE)} min`);
  return words.about(`${Math.round(ms / HOUR)} h`);
}

export function Time({ ts, relative, className }: { ts: string; relative?: boolean; className?: string }) {
  return relative ? <Ago ts={ts} className={className} /> : <Clock ts={ts} className={className} />;
}

function Clock({ ts, className }: { ts: string; className?: string }) {
  return (
    <time dateTime={ts} title={wholeTime(ts)} className={`num ${className ?? ""}`}>
      {clockText(ts)}
    </time>
  );
}

function Ago({ ts, className }: { ts: string; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={ts} title={wholeTime(ts)} className={`num ${className ?? ""}`}>
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
  return <span className="num">{durationText(seconds * 1000).replace(/[.,]0 s$/, " s").replace(/^0 ms$/, "0 s")}</span>;
}

export function Duration({ ms }: { ms: number }) {
  return <span className="num">{durationText(ms)}</span>;
}

// The merge queue as a picture: the branch at the bottom, above it each entry in the order it will land, and how its
// checks lie in time. Pure geometry; the component only draws what stands here.

import type { EntryState, MergeEntry, MergeQueue, ThrownReason } from "../client";
import { saidOf } from "../model";

export type Tone = "passed" | "running" | "failed" | "needs" | "waiting";

export interface Bar {
  readonly x: number;
  readonly width: number;
  /** `gone` was started and thrown away, `forecast` is measured from earlier runs, `asked` waits for a person. */
  readonly kind: "landed" | "checking" | "failed" | "gone" | "forecast" | "asked";
  /** Why it was thrown away. */
  readonly said?: string;
}

export interface ChainRow {
  readonly entry: MergeEntry;
  readonly y: number;
  readonly tone: Tone;
  /** A cross left the chain; a dot stands in it. */
  readonly mark: "dot" | "cross" | "ring" | "needs";
  readonly bars: readonly Bar[];
  readonly note: string;
  readonly noteX: number;
  readonly noteTone: "plain" | "dim" | "failed" | "needs";
  /** Where a landed entry meets the branch. */
  readonly landX: number | null;
}

/** A moment at which one entry made runs of others worthless. */
export interface ChainCut {
  readonly x: number;
  readonly from: number;
  readonly to: number;
}

export interface ChainLink {
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
  /** Bends around the crosses between its ends. */
  readonly bends: boolean;
}

export interface ChainPicture {
  readonly width: number;
  readonly height: number;
  readonly graphX: number;
  readonly timeX: number;
  readonly nowX: number;
  readonly baseY: number;
  readonly rows: readonly ChainRow[];
  readonly links: readonly ChainLink[];
  readonly cuts: readonly ChainCut[];
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  /** Commits on the branch, oldest first; the first is what the oldest drawn entry stood on. */
  readonly commits: readonly { readonly x: number; readonly id: string; readonly landed: boolean }[];
  /** Waiting entries the picture has no room for. */
  readonly more: number;
  /** Less room than a time axis needs: names and reasons only. */
  readonly narrow: boolean;
}

/** A check run that was given up before it ended, because what stood before it left the chain. */
export interface GoneRun {
  readonly entryId: string;
  readonly from: number;
  readonly to: number;
  readonly why: ThrownReason;
  /** The entry that made it worthless, where one did. */
  readonly blamed: string | null;
}

/** Runs that were thrown away, as spans of time; oldest first. */
export function goneRuns(queue: MergeQueue): readonly GoneRun[] {
  const thrown = queue.thrownAway ?? [];
  return thrown
    .map((run) => ({ entryId: run.entryId, from: Date.parse(run.at) - run.durationMs, to: Date.parse(run.at), why: run.reason, blamed: run.blamed }))
    .sort((a, b) => a.from - b.from);
}

export interface ChainInput {
  readonly queue: MergeQueue;
  readonly now: number;
  readonly width: number;
  /** Text of a moment on the axis and of a length of time. */
  readonly clock: (ms: number, seconds: boolean) => string;
  readonly words: ChainWords;
}

export interface ChainWords {
  readonly left: (ms: number) => string;
  readonly took: (ms: number) => string;
  readonly waits: string;
  readonly asked: string;
  readonly approved: string;
  readonly landing: string;
  readonly over: string;
  readonly slot: (n: number) => string;
  /** It passed and waits for the one it stands on. */
  readonly behind: (id: string) => string;
  readonly gone: (run: GoneRun) => string;
}

const ROW = 30;
const TOP = 34;
const MAX_WAITING = 10;
const MAX_ENDED = 4;
/** Right of the latest moment, for what is said of the bars that reach it. */
const NOTE_ROOM = 92;
const MINUTE = 60_000;
const STEPS = [10, 15, 30, 60, 120, 300, 600, 1800, 3600].map((s) => s * 1000);
/** Older than this, an ended entry is no longer part of the picture. */
const LOOK_BACK = 20 * MINUTE;

const ENDED: ReadonlySet<EntryState> = new Set<EntryState>(["landed", "returned", "failed", "removed"]);

export function hasEnded(entry: MergeEntry): boolean {
  return ENDED.has(entry.state);
}

/** Whether the entry still stands between the branch and the entries after it. */
export function inChain(entry: MergeEntry): boolean {
  return entry.state === "landed" || (!ENDED.has(entry.state) && entry.state !== "parked");
}

/** Measured length of a full check run: the median of each check over entries that really ran it. */
export function expectedRunMs(queue: MergeQueue): number | null {
  const seen = new Map<string, number[]>();
  for (const entry of [...queue.recent, ...queue.entries]) {
    for (const check of entry.checks) {
      if (check.durationMs === null || check.reused || check.state === "running") continue;
      const list = seen.get(check.name) ?? [];
      list.push(check.durationMs);
      seen.set(check.name, list);
    }
  }
  if (seen.size === 0) return null;
  let sum = 0;
  for (const list of seen.values()) {
    list.sort((a, b) => a - b);
    sum += list[Math.floor(list.length / 2)] ?? 0;
  }
  return sum;
}

export function layoutChain(input: ChainInput): ChainPicture {
  const { queue, now, width, words } = input;
  const waiting = [...queue.entries].sort((a, b) => (a.position ?? 1e9) - (b.position ?? 1e9)).slice(0, MAX_WAITING);
  const ended = queue.recent
    .filter((entry) => now - endOf(entry) < LOOK_BACK || entry.state === "landed")
    .slice(0, MAX_ENDED)
    .sort((a, b) => endOf(a) - endOf(b));
  const bottomUp = [...ended, ...waiting];
  const narrow = width < 620;
  const graphX = narrow ? 20 : Math.min(308, Math.round(width * 0.33));
  const timeX = graphX + 34;
  const baseY = TOP + bottomUp.length * ROW + 2;

  const expected = expectedRunMs(queue);
  const gone = goneRuns(queue);
  const spans = bottomUp.map((entry) => runSpan(entry, now));
  const drawn = new Set(bottomUp.map((entry) => entry.id));
  const thrown = gone.filter((run) => drawn.has(run.entryId) && now - run.to < LOOK_BACK);
  const begun = [...spans, ...thrown.map((run): Span => ({ from: run.from, to: run.to, kind: "gone" }))];
  const scale = timeScale(begun, now, timeX, width - (narrow ? 16 : NOTE_ROOM), expected);
  const rows = bottomUp.map((entry, i): ChainRow => {
    const y = baseY - 31 - i * ROW;
    const tone = toneOf(entry.state);
    const bars: Bar[] = [];
    const clip = (from: number, to: number, kind: Bar["kind"], said?: string) => {
      const x = Math.max(timeX, scale.x(from));
      const end = Math.min(width - 8, scale.x(to));
      if (end > x) bars.push({ x, width: Math.max(2, end - x), kind, ...(said ? { said } : {}) });
    };
    for (const run of thrown) if (run.entryId === entry.id) clip(run.from, run.to, "gone", words.gone(run));
    const span = spans[i];
    if (span) clip(span.from, span.to, span.kind);
    const remaining = entry.state === "checking" && expected !== null && span ? expected - (now - span.from) : null;
    if (remaining !== null && remaining > 0) clip(now, now + remaining, "forecast");
    const rightmost = bars.reduce((x, bar) => Math.max(x, bar.x + bar.width), 0);
    return {
      entry,
      y,
      tone,
      mark: markOf(entry.state),
      bars,
      note: noteOf(entry, span ?? null, remaining, words),
      noteX: rightmost > 0 ? rightmost + 8 : hasEnded(entry) && entry.state !== "landed" ? Math.max(timeX, scale.x(endOf(entry)) + 8) : timeX,
      noteTone:
        tone === "failed" ? "failed" : tone === "needs" ? "needs" : entry.state === "queued" || entry.state === "parked" ? "dim" : "plain",
      landX: entry.state === "landed" && entry.landedAt ? Math.max(timeX, scale.x(Date.parse(entry.landedAt))) : null,
    };
  });

  const landed = rows.filter((row) => row.entry.state === "landed");
  const first = landed[0]?.entry ?? waiting.find((entry) => entry.onto) ?? null;
  const start = landed[0] ? (landed[0].entry.onto ?? landed[0].entry.base) : (queue.tip ?? first?.onto ?? "");
  const commits = [{ x: graphX, id: start.slice(0, 7), landed: false }];
  let right = -Infinity;
  for (const row of landed) {
    if (row.landX === null || !row.entry.landedCommit) continue;
    commits.push({ x: row.landX, id: row.landX - right < 56 ? "" : row.entry.landedCommit.slice(0, 7), landed: true });
    right = row.landX;
  }
  // Where work began gives way to what landed right after it.
  const [began, next] = commits;
  if (began && next && next.x - began.x < 56) began.id = "";
  return {
    width,
    height: baseY + 28,
    graphX,
    timeX,
    nowX: scale.x(now),
    baseY,
    rows,
    links: linksOf(rows, baseY),
    cuts: cutsOf(rows, thrown, scale, timeX),
    ticks: ticksOf(scale, input.clock),
    commits,
    more: queue.entries.length - waiting.length,
    narrow,
  };
}

export function toneOf(state: EntryState): Tone {
  switch (state) {
    case "landed":
      return "passed";
    case "checking":
    case "landing":
      return "running";
    case "waiting_approval":
    case "parked":
      return "needs";
    case "failed":
    case "returned":
      return "failed";
    default:
      return "waiting";
  }
}

function markOf(state: EntryState): ChainRow["mark"] {
  if (state === "returned" || state === "failed" || state === "removed") return "cross";
  if (state === "waiting_approval" || state === "parked") return "needs";
  return state === "queued" || state === "approved" ? "ring" : "dot";
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: Bar["kind"];
}

function endOf(entry: MergeEntry): number {
  return Date.parse(entry.landedAt ?? entry.updatedAt);
}

/** When its checks ran, from the durations stored with the entry; a run under way ends now. */
function runSpan(entry: MergeEntry, now: number): Span | null {
  const done = entry.checks.reduce((sum, check) => sum + (check.reused ? 0 : (check.durationMs ?? 0)), 0);
  const changed = Date.parse(entry.updatedAt);
  switch (entry.state) {
    case "landed":
      return done > 0 ? { from: endOf(entry) - done, to: endOf(entry), kind: "landed" } : null;
    case "checking":
    case "landing": {
      const since = Date.parse(entry.checkingSince ?? "");
      return { from: Number.isNaN(since) ? Math.min(now, changed) - done : Math.min(now, since), to: now, kind: "checking" };
    }
    case "failed":
    case "returned":
      return done > 0 ? { from: changed - done, to: changed, kind: "failed" } : null;
    case "waiting_approval":
      return { from: Math.min(changed, now), to: now, kind: "asked" };
    default:
      return null;
  }
}

interface Scale {
  readonly from: number;
  readonly to: number;
  readonly x: (ms: number) => number;
}

/** Linear, with "now" three quarters along. Long waits for a person do not squeeze the checks out of sight. */
function timeScale(spans: readonly (Span | null)[], now: number, left: number, right: number, expected: number | null): Scale {
  const starts = spans.flatMap((span) => (span && span.kind !== "asked" ? [span.from] : []));
  const earliest = starts.length > 0 ? Math.min(...starts) : now - 2 * MINUTE;
  const behind = Math.min(Math.max(now - earliest, 45_000) * 1.06, LOOK_BACK);
  const ahead = Math.min(Math.max(behind / 3, Math.min(expected ?? 0, behind)), behind);
  const from = now - behind;
  const to = now + ahead;
  return { from, to, x: (ms) => left + ((ms - from) / (to - from)) * (right - left) };
}

function ticksOf(scale: Scale, clock: ChainInput["clock"]): { x: number; label: string }[] {
  const step = STEPS.find((s) => (scale.to - scale.from) / s <= 8) ?? 3_600_000;
  const ticks: { x: number; label: string }[] = [];
  for (let at = Math.ceil(scale.from / step) * step; at <= scale.to; at += step) {
    const labelled = at % (step * 2) === 0;
    ticks.push({ x: scale.x(at), label: labelled ? clock(at, step < MINUTE && (at % MINUTE) !== 0) : "" });
  }
  return ticks;
}

function noteOf(entry: MergeEntry, span: Span | null, remaining: number | null, words: ChainWords): string {
  switch (entry.state) {
    case "landed":
      return span ? words.took(span.to - span.from) : "";
    case "landing":
      return entry.ahead === undefined ? words.landing : words.behind(entry.ahead);
    case "checking": {
      const running = entry.checks.find((check) => check.state === "running");
      const left = remaining === null ? "" : remaining > 0 ? words.left(remaining) : words.over;
      const slot = entry.slot === undefined ? "" : words.slot(entry.slot + 1);
      return [slot, running?.name, left].filter(Boolean).join(", ");
    }
    case "waiting_approval":
      return saidOf(entry) ?? words.asked;
    case "approved":
      return saidOf(entry) ?? words.approved;
    case "queued":
      return saidOf(entry) ?? words.waits;
    default:
      return saidOf(entry) ?? "";
  }
}

/** From the branch upwards: each entry to the one its candidate stands on, or to the next below while it has none. */
function linksOf(rows: readonly ChainRow[], baseY: number): ChainLink[] {
  const links: ChainLink[] = [];
  const at = new Map(rows.map((row, index) => [row.entry.id, index]));
  let below = -1;
  for (const [index, row] of rows.entries()) {
    if (!inChain(row.entry)) continue;
    const stands = standsOn(row, at, below, rows);
    links.push({ from: row.y, to: rows[stands]?.y ?? baseY, tone: row.tone, bends: index - stands > 1 });
    below = index;
  }
  return links;
}

/** Index of the row below that an entry stands on; -1 is the branch. */
function standsOn(row: ChainRow, at: ReadonlyMap<string, number>, below: number, rows: readonly ChainRow[]): number {
  const ahead = row.entry.ahead === undefined ? undefined : at.get(row.entry.ahead);
  if (ahead !== undefined) return ahead;
  // What is built on nothing of ours stands on the newest landing; what is not built yet will stand on the one below.
  if (row.entry.state === "landed" || row.entry.candidate === null) return below;
  return rows.findLastIndex((other) => other.entry.state === "landed");
}

/** Where the end of one entry ended runs of others. */
function cutsOf(rows: readonly ChainRow[], thrown: readonly GoneRun[], scale: Scale, timeX: number): ChainCut[] {
  const cuts: ChainCut[] = [];
  const y = new Map(rows.map((row) => [row.entry.id, row.y]));
  for (const run of thrown) {
    const from = run.blamed === null ? undefined : y.get(run.blamed);
    const to = y.get(run.entryId);
    const x = scale.x(run.to);
    if (from === undefined || to === undefined || x < timeX) continue;
    const same = cuts.findIndex((cut) => cut.from === from && Math.abs(cut.x - x) < 2);
    const before = cuts[same];
    if (before) cuts[same] = { ...before, to: Math.min(before.to, to) };
    else cuts.push({ x, from, to });
  }
  return cuts;
}

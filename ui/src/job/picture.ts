// The story of a job as lanes over time. Lanes without anything are left out.

import type { Attempt, StoryKind, StoryRow, StoryTone } from "./story";

export interface LaneMark {
  readonly key: string;
  readonly x: number;
  readonly width: number;
  /** A moment rather than a stretch of time. */
  readonly point: boolean;
  readonly tone: StoryTone;
  readonly title: string;
}

export interface Lane {
  readonly kind: StoryKind;
  readonly y: number;
  readonly marks: readonly LaneMark[];
}

export interface JobPicture {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly lanes: readonly Lane[];
  readonly ticks: readonly { readonly x: number; readonly ms: number }[];
  readonly attempts: readonly { readonly x: number; readonly width: number; readonly number: number }[];
  readonly nowX: number | null;
}

const ORDER: readonly StoryKind[] = ["step", "model", "command", "file", "asked", "gate"];
const LANE = 24;
const TOP = 28;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200].map((s) => s * 1000);

export function drawStory(rows: readonly StoryRow[], attempts: readonly Attempt[], from: number, until: number | null, now: number, width: number): JobPicture {
  const left = width < 520 ? 72 : 96;
  const right = width - 8;
  const end = Math.max(until ?? now, from + 1000);
  const span = (end - from) * (until === null ? 1.12 : 1.02);
  const x = (ms: number) => left + (Math.min(Math.max(ms - from, 0), span) / span) * (right - left);
  const lanes: Lane[] = [];
  for (const kind of ORDER) {
    const of = rows.filter((row) => row.kind === kind && row.at >= from - 1000);
    if (of.length === 0) continue;
    lanes.push({
      kind,
      y: TOP + lanes.length * LANE,
      marks: of.map((row) => {
        const stop = row.until === undefined ? row.at : (row.until ?? end);
        const start = x(row.at);
        const length = x(stop) - start;
        const point = row.until === undefined;
        return {
          key: row.key,
          x: point ? Math.min(start, right - 6) : start,
          width: point ? 6 : Math.max(3, length),
          point,
          tone: row.tone,
          title: row.text,
        };
      }),
    });
  }
  const most = Math.max(2, Math.floor((right - left) / 90));
  const step = STEPS.find((s) => span / s <= most) ?? 14_400_000;
  const ticks: { x: number; ms: number }[] = [];
  for (let ms = 0; ms <= span; ms += step) ticks.push({ x: x(from + ms), ms });
  return {
    width,
    height: TOP + lanes.length * LANE + 24,
    left,
    lanes,
    ticks,
    attempts: attempts.map((attempt) => ({
      x: x(attempt.from),
      width: Math.max(2, x(attempt.until ?? end) - x(attempt.from)),
      number: attempt.number,
    })),
    nowX: until === null ? x(now) : null,
  };
}

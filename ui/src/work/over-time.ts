// Figures over time as pictures: columns of equal width, gaps where nothing landed. Pure geometry.

import type { StatsBucket } from "../client";

export interface Column {
  readonly bucket: StatsBucket;
  readonly x: number;
  readonly width: number;
  /** Median and 95 of 100; none where nothing landed. */
  readonly median: number | null;
  readonly high: number | null;
  /** Top of the column of runs per landing, and of the part of it that was not thrown away. */
  readonly runs: number | null;
  readonly useful: number | null;
}

export interface OverTime {
  readonly columns: readonly Column[];
  /** The line through the medians, broken where nothing landed. */
  readonly line: string;
  /** The value at the top of each picture. */
  readonly topMs: number;
  readonly topRuns: number;
  readonly goalY: number;
  /** Smallest and greatest values drawn; none where nothing landed. */
  readonly medians: readonly [number, number] | null;
  readonly runs: readonly [number, number] | null;
}

/** Runs of checks per landing that are meant to be enough. */
export const GOAL = 1.2;

export function layoutOverTime(buckets: readonly StatsBucket[], width: number, top: number, bottom: number): OverTime {
  const medians = buckets.flatMap((bucket) => bucket.timeToLandMs.p50 ?? []);
  const highs = buckets.flatMap((bucket) => bucket.timeToLandMs.p95 ?? bucket.timeToLandMs.p50 ?? []);
  const runs = buckets.flatMap((bucket) => bucket.runsPerLanded ?? []);
  const topMs = niceMs(Math.max(0, ...highs));
  const topRuns = Math.max(2, Math.ceil(Math.max(0, ...runs)));
  const step = buckets.length > 0 ? width / buckets.length : width;
  const bar = Math.max(2, Math.min(14, step * 0.62));
  const y = (value: number, most: number) => bottom - (Math.min(value, most) / most) * (bottom - top);
  const columns = buckets.map((bucket, index): Column => {
    const perLanding = bucket.runsPerLanded;
    const useful = perLanding === null || bucket.landed === 0 ? null : Math.max(0, bucket.runs - bucket.cancelledRuns) / bucket.landed;
    return {
      bucket,
      x: index * step + (step - bar) / 2,
      width: bar,
      median: bucket.timeToLandMs.p50 === null ? null : y(bucket.timeToLandMs.p50, topMs),
      high: bucket.timeToLandMs.p95 === null ? null : y(bucket.timeToLandMs.p95, topMs),
      runs: perLanding === null ? null : y(perLanding, topRuns),
      useful: useful === null ? null : y(useful, topRuns),
    };
  });
  return { columns, line: lineOf(columns), topMs, topRuns, goalY: y(GOAL, topRuns), medians: range(medians), runs: range(runs) };
}

function lineOf(columns: readonly Column[]): string {
  let path = "";
  let drawing = false;
  for (const column of columns) {
    if (column.median === null) {
      drawing = false;
      continue;
    }
    path += `${drawing ? "L" : "M"}${(column.x + column.width / 2).toFixed(1)} ${column.median.toFixed(1)}`;
    drawing = true;
  }
  return path;
}

function range(values: readonly number[]): readonly [number, number] | null {
  return values.length === 0 ? null : [Math.min(...values), Math.max(...values)];
}

const NICE = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 300, 420, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400].map((seconds) => seconds * 1000);

/** A length of time that people read at a glance, not below `ms`. */
function niceMs(ms: number): number {
  return NICE.find((nice) => nice >= ms) ?? Math.ceil(ms / 86_400_000) * 86_400_000;
}

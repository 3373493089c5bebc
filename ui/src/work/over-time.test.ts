import { describe, expect, it } from "vitest";
import type { StatsBucket } from "../client";
import { layoutOverTime } from "./over-time";

const bucket = (day: number, more: Partial<StatsBucket> = {}): StatsBucket => ({
  from: `2026-03-${String(day).padStart(2, "0")}T00:00:00Z`, landed: 0, returned: 0, runs: 0, cancelledRuns: 0, runsPerLanded: null,
  timeToLandMs: { p50: null, p95: null, avg: null, sampleSize: 0 }, ...more,
});
const busy = (day: number, p50: number, p95: number, runs: number, landed: number, cancelledRuns = 0) =>
  bucket(day, { landed, runs, cancelledRuns, runsPerLanded: runs / landed, timeToLandMs: { p50, p95, avg: p50, sampleSize: landed } });

describe("figures over time", () => {
  it("give every span the same room and leave a gap where nothing landed", () => {
    const picture = layoutOverTime([busy(1, 40_000, 90_000, 12, 10), bucket(2), busy(3, 60_000, 61_000, 10, 10)], 300, 10, 60);
    expect(picture.columns.map((column) => column.x + column.width / 2)).toEqual([50, 150, 250]);
    expect(picture.columns[1]?.median).toBeNull();
    expect(picture.line.match(/M/g)).toHaveLength(2);
  });

  it("stay inside their picture and put the greater value higher", () => {
    const picture = layoutOverTime([busy(1, 40_000, 90_000, 30, 10), busy(2, 60_000, 3_000_000, 10, 10)], 236, 10, 60);
    for (const column of picture.columns) {
      for (const y of [column.median, column.high, column.runs, column.useful]) {
        expect(y).toBeGreaterThanOrEqual(10);
        expect(y).toBeLessThanOrEqual(60);
      }
    }
    expect(picture.columns[0]!.runs!).toBeLessThan(picture.columns[1]!.runs!);
    expect(picture.topMs).toBe(3_600_000);
    expect(picture.topRuns).toBe(3);
  });

  it("tell the part of the runs that was thrown away", () => {
    const picture = layoutOverTime([busy(1, 1, 1, 12, 10, 2)], 100, 0, 100);
    const column = picture.columns[0]!;
    expect(column.useful! - column.runs!).toBeCloseTo(10);
    expect(picture.goalY).toBeCloseTo(40);
  });

  it("say nothing of a time in which nothing landed", () => {
    const picture = layoutOverTime([bucket(1), bucket(2)], 100, 0, 100);
    expect([picture.medians, picture.runs, picture.line]).toEqual([null, null, ""]);
  });
});

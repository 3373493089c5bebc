import { describe, expect, it } from "vitest";
import type { JobLogRow } from "../client";
import { LogRows, MAX_MATCHES, findMatches, offsetText } from "./lines";

const row = (id: number, message = `line ${id}`): JobLogRow => ({ id, jobId: "j", ts: "2026-01-01T00:00:00.000Z", stream: "stdout", message });
const same = (text: string) => text;

describe("log rows", () => {
  it("come in any order and stand once each, by id", () => {
    const rows = new LogRows();
    rows.add([row(5), row(6)]);
    rows.add([row(1), row(2), row(5)]);
    rows.add([row(7), row(7), row(3)]);
    expect(rows.all.map((r) => r.id)).toEqual([1, 2, 3, 5, 6, 7]);
    expect(rows.newestId).toBe(7);
  });

  it("say when nothing changed", () => {
    const rows = new LogRows();
    expect(rows.add([row(1)])).toBe(true);
    const before = rows.revision;
    expect(rows.add([row(1)])).toBe(false);
    expect(rows.revision).toBe(before);
  });

  it("give up the oldest beyond the limit and count them", () => {
    const rows = new LogRows(10);
    rows.add(Array.from({ length: 25 }, (_, i) => row(i + 1)));
    expect(rows.all[0]!.id).toBe(16);
    expect(rows.dropped).toBe(15);
  });

  it("take fifty thousand lines in live batches without slowing down", () => {
    const rows = new LogRows();
    for (let i = 0; i < 500; i++) rows.add(Array.from({ length: 100 }, (_, k) => row(i * 100 + k + 1)));
    expect(rows.all).toHaveLength(50_000);
  });
});

describe("search", () => {
  it("finds every occurrence without regard to case", () => {
    expect(findMatches([row(1, "Retry and retry"), row(2, "none")], "RETRY", same)).toEqual([
      { row: 0, from: 0, to: 5 },
      { row: 0, from: 10, to: 15 },
    ]);
  });

  it("finds nothing for nothing and stops at its bound", () => {
    expect(findMatches([row(1)], "", same)).toEqual([]);
    expect(findMatches([row(1, "a".repeat(MAX_MATCHES * 2))], "a", same)).toHaveLength(MAX_MATCHES);
  });
});

it("an offset reads as minutes, seconds and hundredths", () => {
  expect([offsetText(0), offsetText(104_020), offsetText(-5)]).toEqual(["0:00.00", "1:44.02", "0:00.00"]);
});

import { describe, expect, it } from "vitest";
import type { CheckVerdict, EntryState, MergeEntry, MergeQueue, ThrownRun } from "../client";
import { type ChainInput, expectedRunMs, layoutChain } from "./chain-layout";

const NOW = Date.parse("2026-03-01T14:11:50.000Z");
const ts = (agoMs: number) => new Date(NOW - agoMs).toISOString();

const check = (more: Partial<CheckVerdict> = {}): CheckVerdict => ({ name: "test", run: ["cargo", "test"], state: "passed", durationMs: 40_000, reused: false, flakyRetry: false, tail: "", ...more });
let number = 140;
const entry = (state: EntryState, more: Partial<MergeEntry> = {}): MergeEntry => ({
  id: `e-${++number}`, completionId: "c", jobId: "j-1", workspaceId: "w", sessionId: "dev", title: "A change", kind: "change", state,
  commitSha: "c".repeat(40), base: "b7e02d4".padEnd(40, "0"), branch: "agent/w-1/j-1", strategy: "cherry_pick", target: "main_agents",
  onto: "b7e02d4".padEnd(40, "0"), candidate: null, tree: null, patchHash: null, files: 1, additions: 1, deletions: 0, risky: [],
  verified: true, position: null, reason: null, approvalId: null, checks: [], landedCommit: null, createdAt: ts(120_000), updatedAt: ts(10_000), landedAt: null, ...more,
});
const landed = (agoMs: number, commit: string) =>
  entry("landed", { checks: [check()], landedAt: ts(agoMs), updatedAt: ts(agoMs), landedCommit: commit.padEnd(40, "0") });
const queue = (entries: MergeEntry[], recent: MergeEntry[] = [], thrownAway: ThrownRun[] = []): MergeQueue => ({
  workspaceId: "w", branch: "main_agents", tip: "a51d7e3".padEnd(40, "0"), paused: false, entries, recent, warnings: [], slots: 2, window: 4, windowMost: 4, thrownAway,
});
const thrown = (entryId: string, agoMs: number, durationMs: number, more: Partial<ThrownRun> = {}): ThrownRun => ({
  entryId, title: "A change", tree: "t", slot: 0, reason: "ahead_failed", blamed: null, durationMs, at: ts(agoMs), ...more,
});
const words: ChainInput["words"] = { left: (ms) => `${ms / 1000} s left`, took: (ms) => `${ms / 1000} s`, waits: "waits", asked: "waits for you", approved: "approved", landing: "landing", over: "longer than usual", slot: (n) => `slot ${n}`, behind: (id) => `behind ${id}`, gone: (run) => `${run.why} ${run.blamed ?? ""}`.trim() };
const draw = (q: MergeQueue, width = 948) => layoutChain({ queue: q, now: NOW, width, words, clock: (ms) => new Date(ms).toISOString().slice(11, 16) });

describe("the chain picture", () => {
  it("stacks entries from the branch upwards in landing order", () => {
    const q = queue([entry("queued", { position: 2 }), entry("checking", { position: 1 })], [landed(60_000, "c90f1a2")]);
    const picture = draw(q);
    expect(picture.rows.map((row) => row.entry.state)).toEqual(["landed", "checking", "queued"]);
    expect(picture.rows.map((row) => row.y)).toEqual(picture.rows.map((row) => row.y).sort((a, b) => b - a));
    expect(picture.baseY).toBeGreaterThan(picture.rows[0]!.y);
  });

  it("leads the chain around an entry that left it", () => {
    const q = queue([entry("checking", { position: 1 })], [entry("failed", { reason: "cargo test failed twice", checks: [check({ state: "failed" })] }), landed(80_000, "c90f1a2")]);
    const picture = draw(q);
    expect(picture.rows.map((row) => row.mark)).toEqual(["dot", "cross", "dot"]);
    expect(picture.links.map((link) => link.bends)).toEqual([false, true]);
    expect(picture.rows[1]!.note).toBe("cargo test failed twice");
    expect(picture.rows[1]!.bars[0]!.kind).toBe("failed");
  });

  it("ends a running bar at now and forecasts from measured runs", () => {
    const running = entry("checking", { position: 1, updatedAt: ts(30_000), checks: [check({ state: "running", durationMs: null })] });
    const picture = draw(queue([running], [landed(100_000, "c90f1a2")]));
    const row = picture.rows[1]!;
    expect(row.bars.map((bar) => bar.kind)).toEqual(["checking", "forecast"]);
    expect(row.bars[0]!.x + row.bars[0]!.width).toBeCloseTo(picture.nowX, 0);
    expect(row.note).toBe("test, 10 s left");
  });

  it("forecasts nothing before anything was measured", () => {
    const running = entry("checking", { checks: [check({ state: "running", durationMs: null })] });
    expect(expectedRunMs(queue([running]))).toBeNull();
    expect(draw(queue([running])).rows[0]!.bars.map((bar) => bar.kind)).toEqual(["checking"]);
  });

  it("takes the median of runs that were not reused", () => {
    const runs = [10_000, 20_000, 90_000].map((durationMs) => entry("landed", { checks: [check({ durationMs })] }));
    const reused = entry("landed", { checks: [check({ durationMs: 1, reused: true })] });
    expect(expectedRunMs(queue([], [...runs, reused]))).toBe(20_000);
  });

  it("hatches runs that were thrown away", () => {
    const running = entry("checking", { updatedAt: ts(5_000) });
    const picture = draw(queue([running], [landed(100_000, "c")], [thrown(running.id, 6_000, 34_000, { blamed: "e-1" })]));
    expect(picture.rows[1]!.bars.map((bar) => bar.kind)).toEqual(["gone", "checking", "forecast"]);
    expect(picture.rows[1]!.bars[0]!.said).toBe("ahead_failed e-1");
  });

  it("draws each entry on the one its candidate stands on", () => {
    const first = entry("checking", { position: 1, candidate: "k1", slot: 0 });
    const second = entry("checking", { position: 2, candidate: "k2", ahead: first.id, slot: 1 });
    const alone = entry("approved", { position: 3, candidate: "k3" });
    const picture = draw(queue([first, second, alone]));
    const [one, two, three] = picture.rows.map((row) => row.y);
    expect(picture.links.map((link) => [link.from, link.to, link.bends])).toEqual([
      [one, picture.baseY, false],
      [two, one, false],
      [three, picture.baseY, true],
    ]);
  });

  it("says which slot works on an entry", () => {
    const running = entry("checking", { slot: 1, checkingSince: ts(12_000), checks: [check({ state: "running", durationMs: null })] });
    const picture = draw(queue([running]));
    expect(picture.rows[0]!.note).toBe("slot 2, test");
    const bar = picture.rows[0]!.bars[0]!;
    expect(bar.x).toBeGreaterThan(picture.timeX);
  });

  it("draws one line from the entry that failed through all the runs that it ended", () => {
    const second = entry("checking", { position: 1, updatedAt: ts(5_000) });
    const third = entry("checking", { position: 2, updatedAt: ts(5_000) });
    const bad = entry("returned", { updatedAt: ts(6_000), reason: "tests failed", checks: [check({ state: "failed" })] });
    const picture = draw(queue([second, third], [bad], [thrown(third.id, 6_000, 20_000, { blamed: bad.id }), thrown(second.id, 6_000, 30_000, { blamed: bad.id })]));
    const y = (id: string) => picture.rows.find((row) => row.entry.id === id)!.y;
    expect(picture.cuts).toHaveLength(1);
    expect([picture.cuts[0]!.from, picture.cuts[0]!.to]).toEqual([y(bad.id), y(third.id)]);
  });

  it("keeps every bar inside the picture, even after a day of waiting for a person", () => {
    const asked = entry("waiting_approval", { createdAt: ts(86_400_000), updatedAt: ts(86_000_000), reason: "waits for your approval" });
    const picture = draw(queue([asked], [landed(86_500_000, "c90f1a2")]));
    for (const row of picture.rows) {
      for (const bar of row.bars) {
        expect(bar.x).toBeGreaterThanOrEqual(picture.timeX);
        expect(bar.x + bar.width).toBeLessThanOrEqual(picture.width);
      }
    }
    expect(picture.rows[1]!.note).toBe("waits for your approval");
  });

  it("counts what it has no room for", () => {
    const many = Array.from({ length: 45 }, (_, i) => entry("queued", { position: i + 1 }));
    const picture = draw(queue(many));
    expect(picture.rows).toHaveLength(10);
    expect(picture.more).toBe(35);
  });

  it("draws the tip alone when nothing waits", () => {
    const picture = draw(queue([]));
    expect(picture.rows).toEqual([]);
    expect(picture.commits.map((c) => c.id)).toEqual(["a51d7e3"]);
  });

  it("does not print commits over one another", () => {
    const picture = draw(queue([], [landed(60_000, "aaaaaaa"), landed(60_400, "bbbbbbb")]));
    expect(picture.commits.filter((c) => c.id === "").length).toBe(1);
  });

  it("prints what landed rather than what it landed on, where there is no room for both", () => {
    // At the left end of the time that is drawn.
    const picture = draw(queue([], [landed(86_000_000, "aaaaaaa"), landed(60_000, "bbbbbbb")]));
    expect(picture.commits[1]!.x - picture.commits[0]!.x).toBeLessThan(56);
    expect(picture.commits.map((c) => c.id !== "")).toEqual([false, true, true]);
  });

  it("leaves the time axis out on a narrow screen", () => {
    expect(draw(queue([entry("queued")]), 358).narrow).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import type { HistoryStep, MergeEntry } from "../client";
import { historyRows, type HistoryWords, queuedFor } from "./history";

const words: HistoryWords = {
  stepQueued: "queued", stepCandidate: (candidate, on) => `built ${candidate} on ${on}`, stepAsked: "asked", stepApproved: (by) => `approved ${by}`.trim(),
  stepDenied: (by) => `denied ${by}`, stepClosed: "closed", stepChecking: (run, on) => `run ${run} on ${on}`, stepChecked: (name, state) => `${name} ${state}`,
  stepThrown: (run, why) => `run ${run} thrown: ${why}`, stepWaits: "waits", stepDryRun: (state, by) => `dry run ${state} ${by}`, stepMoved: (by) => `moved ${by}`,
  stepNext: (by) => `next ${by}`, stepPriority: (by) => `priority ${by}`, stepReturned: "returned", stepParked: "parked", stepRemoved: "removed", stepRetried: "retried",
  stepLanded: (commit) => `landed ${commit}`, checkState: (state) => state, trialState: (state) => state, whyGone: (step) => `${step.thrown} ${step.blamed}`,
  reused: "known", again: "second try", took: (ms) => `${ms} ms`, shortId: (id) => id,
};
const step = (kind: HistoryStep["kind"], more: Partial<HistoryStep> = {}): HistoryStep => ({ at: "t", kind, ...more });
const rows = (...steps: HistoryStep[]) => historyRows({ steps, dropped: 0 }, words);
const check = { name: "tests", run: ["cargo", "test"], state: "passed", durationMs: 400, reused: false, flakyRetry: false, tail: "" };

describe("the history of an entry", () => {
  it("says on what a candidate was built: an entry ahead of it, or a commit", () => {
    const [one, two] = rows(step("candidate", { candidate: "abcdef012", onto: "1234567890" }), step("candidate", { candidate: "abcdef012", onto: "1234567890", ahead: "e-7" }));
    expect(one?.title).toBe("built abcdef0 on 1234567");
    expect(two?.title).toBe("built abcdef0 on e-7");
  });

  it("puts checks under their run, with time, retry and what a failed one printed", () => {
    const [run, passed, failed, known] = rows(
      step("checking", { run: 2, onto: "1234567890" }),
      step("checked", { run: 2, check }),
      step("checked", { run: 2, check: { ...check, state: "failed", flakyRetry: true, tail: "line 1" } }),
      step("checked", { run: 2, check: { ...check, reused: true } }),
    );
    expect([run?.title, run?.inRun]).toEqual(["run 2 on 1234567", false]);
    expect([passed?.title, passed?.detail, passed?.inRun, passed?.tone]).toEqual(["tests passed", "400 ms", true, "passed"]);
    expect([failed?.detail, failed?.output]).toEqual(["400 ms, second try", "line 1"]);
    expect(known?.detail).toBe("known");
  });

  it("says why a run was thrown away and after how long", () => {
    const [thrown] = rows(step("thrown_away", { run: 1, thrown: "ahead_failed", blamed: "e-3", tookMs: 900 }));
    expect([thrown?.title, thrown?.detail]).toEqual(["run 1 thrown: ahead_failed e-3", "900 ms"]);
  });

  it("keeps the sentence of a reason apart from its output", () => {
    const [back] = rows(step("returned", { text: "The check failed.\n\nline 1\nline 2" }));
    expect([back?.detail, back?.output]).toEqual(["The check failed.", "line 1\nline 2"]);
  });

  it("tells the ways of moving apart, and names nobody where policy decided", () => {
    expect(rows(step("moved", { by: "anna", text: "next" }), step("moved", { by: "anna", text: "move" })).map((row) => row.title)).toEqual(["next anna", "moved anna"]);
    expect(rows(step("approved", { by: "policy", text: "A rule." }))[0]?.title).toBe("approved");
  });

  it("marks where steps are left out, once", () => {
    const all = historyRows({ steps: Array.from({ length: 400 }, () => step("candidate")), dropped: 12 }, words);
    expect(all.filter((row) => row.droppedBefore > 0).map((row) => row.droppedBefore)).toEqual([12]);
    expect(all[50]?.droppedBefore).toBe(12);
  });

  it("counts the time in the queue until its end, or until now", () => {
    const entry = (more: Partial<MergeEntry>) => ({ createdAt: "2026-03-01T10:00:00Z", updatedAt: "2026-03-01T10:05:00Z", landedAt: null, state: "queued", ...more }) as MergeEntry;
    const now = Date.parse("2026-03-01T11:00:00Z");
    expect(queuedFor(entry({}), now)).toBe(3_600_000);
    expect(queuedFor(entry({ state: "landed", landedAt: "2026-03-01T10:04:00Z" }), now)).toBe(240_000);
    expect(queuedFor(entry({ state: "returned" }), now)).toBe(300_000);
  });
});

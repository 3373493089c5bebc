import { describe, expect, it } from "vitest";
import type { CheckVerdict } from "../client";
import { groupedChecks, limitText } from "./check-groups";

function check(name: string, state: string, more: Partial<CheckVerdict> = {}): CheckVerdict {
  return { name, run: [name], state, durationMs: null, reused: false, flakyRetry: false, tail: "", timeoutS: 600, ...more };
}

describe("checks by their groups", () => {
  it("stand in the order in which they run, each group with its state and its limit", () => {
    const groups = groupedChecks([
      check("fmt", "passed", { group: "format", timeoutS: 60 }),
      check("clippy", "passed", { group: "lint" }),
      check("docs", "skipped", { group: "lint" }),
      check("unit", "running", { group: "test", timeoutS: 300 }),
      check("plain", "waiting"),
      check("model", "waiting", { group: "test", timeoutS: 900 }),
    ]);
    expect(groups.map(({ name, state, limitS, checks }) => [name, state, limitS, checks.map((one) => one.name)])).toEqual([
      ["format", "passed", 60, ["fmt"]],
      ["lint", "passed", 600, ["clippy", "docs"]],
      ["test", "running", undefined, ["unit", "model"]],
      ["", "waiting", 600, ["plain"]],
    ]);
  });

  it("have failed with one that failed, and a group that was left out whole has not passed", () => {
    const state = (...states: string[]) => groupedChecks(states.map((one, n) => check(String(n), one)))[0]?.state;
    expect(state("passed", "failed", "waiting")).toBe("failed");
    expect(state("skipped", "skipped")).toBe("skipped");
    expect(state("skipped", "waiting")).toBe("waiting");
    // What an older server said has no limit.
    const { timeoutS: _, ...old } = check("tests", "passed");
    expect(groupedChecks([old])[0]?.limitS).toBeUndefined();
  });

  it("say their limit as people write one", () => {
    expect([30, 90, 120, 600, 5400, 7200].map(limitText)).toEqual(["30 s", "90 s", "2 min", "10 min", "90 min", "2 h"]);
  });
});

import { describe, expect, it } from "vitest";
import type { Job, Worker } from "../client";
import { aboutOf, historyOf } from "./about";

const worker = (more: Partial<Worker>): Worker => ({ workerId: "w-1", capabilities: {}, details: {}, ...more }) as Worker;

describe("what a worker says of itself", () => {
  it("is read where it is there", () => {
    const about = aboutOf(
      worker({
        capabilities: {
          backends: ["deterministic", "native", "codex"], toolchains: ["rust"], isolationProblem: null,
          isolation: { backend: "container", fs: "private", net: "none", limits: "cgroup", kill: "container" },
          agents: [{ backend: "codex", version: "0.169.0" }, { backend: "claude", version: "2.1.197", problem: "it is not logged in" }, "nonsense"],
        },
        details: { pid: 41, version: "0.1.0" },
      }),
    );
    expect(about).toMatchObject({ pid: 41, version: "0.1.0", backends: ["deterministic", "native", "codex"], toolchains: ["rust"], isolation: { backend: "container", limits: "cgroup" } });
    expect(about.agents).toEqual([{ name: "codex", version: "0.169.0", problem: null }, { name: "claude", version: "2.1.197", problem: "it is not logged in" }]);
  });

  it("is empty where it is something else", () => {
    for (const odd of [null, [], "text", 7, { isolation: "bwrap", agents: {}, backends: "native" }]) {
      const about = aboutOf(worker({ capabilities: odd, details: odd }));
      expect(about).toEqual({ pid: null, version: null, backends: [], toolchains: [], agents: [], isolation: null, isolationProblem: null });
    }
  });
});

it("its history is its own jobs, the newest claim first, with their sum", () => {
  const job = (id: string, more: Partial<Job>) => ({ id, workerId: "w-1", status: "completed", claimedAt: null, durationMs: null, ...more }) as Job;
  const { jobs, record } = historyOf("w-1", [
    job("old", { claimedAt: "2026-01-01", durationMs: 1_000 }),
    job("new", { claimedAt: "2026-01-02", status: "failed", durationMs: 500 }),
    job("other", { workerId: "w-2", durationMs: 9_000 }),
    job("now", { claimedAt: "2026-01-03", status: "claimed" }),
  ]);
  expect(jobs.map((each) => each.id)).toEqual(["now", "new", "old"]);
  expect(record).toEqual({ done: 1, failed: 1, workedMs: 1_500 });
});

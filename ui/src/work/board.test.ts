import { describe, expect, it } from "vitest";
import type { Approval, Job, MergeEntry, Request, Worker } from "../client";
import { type BoardInput, type BoardWords, jobRows, passes, requestRows, workerRows } from "./board";

const words: BoardWords = {
  next: "next", place: (n) => `#${n}`, about: (p, t) => `${p}, ${t}`, planning: "planning", noModel: "no model", answered: "answered", cancelled: "cancelled", failedShort: "failed",
  landed: "landed", queued: "queued", held: "paused", stopping: "stopping", starting: "starting", noChange: "no change", attempt: (n) => `attempt ${n}`, step: (s, n, l) => `${s}/${n} ${l}`, needsYou: "needs you", pausing: "pausing", asideFor: (why) => `aside for ${why}`,
  idle: "idle", offline: "offline", drained: "drained", error: "trouble", eta: (ms) => `${ms / 1000} s`, entryState: (e) => `${e.id} ${e.state}`,
};
let n = 0;
const stamp = () => new Date(Date.UTC(2026, 0, 1, 0, 0, ++n)).toISOString();
const job = (id: string, more: Partial<Job> = {}): Job => ({ id, title: `Job ${id}`, kind: "task.execute", status: "pending", attempts: 1, cancelRequested: false, step: null, error: null, commitSha: null, workerId: null, sessionId: "dev", createdAt: stamp(), ...more }) as Job;
const entry = (id: string, jobId: string, state: MergeEntry["state"]): MergeEntry => ({ id, jobId, state, reason: `because ${state}`, createdAt: stamp() }) as MergeEntry;
const request = (id: string, more: Partial<Request> = {}): Request => ({ id, prompt: `\n  Ask ${id}\nmore`, status: "pending", sessionId: "dev", jobId: null, error: null, createdAt: stamp(), ...more }) as Request;
const input = (more: Partial<BoardInput> = {}): BoardInput => ({ jobs: [], live: new Map(), entries: [], approvals: [], jobsPending: [], requestsPending: [], words, ...more });

describe("jobs", () => {
  it("say where they stand in their own words", () => {
    const rows = jobRows(
      input({
        jobs: [
          job("a"), job("b", { status: "claimed" }), job("c", { status: "claimed", cancelRequested: true, attempts: 2 }), job("d", { status: "failed", error: "why" }),
          job("e", { status: "completed", commitSha: "x" }), job("f", { status: "completed" }), job("g", { status: "completed", commitSha: "x" }), job("h", { status: "cancelled" }),
          job("i", { status: "claimed", pauseRequested: true }), job("j", { status: "waiting", waiting: { reason: "quota", detail: "until noon", since: "" } }),
        ],
        live: new Map([["b", { step: 4, steps: 6, label: "testing" }]]),
        entries: [entry("e-1", "e", "checking"), entry("e-2", "g", "landed")],
        jobsPending: [{ id: "a", title: "", priority: "normal", queuePosition: 2, etaMs: 12_000, held: false }],
      }),
    );
    expect(Object.fromEntries(rows.map((r) => [r.id, [r.kind, r.group, r.end]]))).toEqual({
      a: ["waiting", "active", "#2, 12 s"],
      b: ["running", "active", "4/6 testing"],
      c: ["running", "active", "stopping"],
      d: ["failed", "ended", "failed"],
      e: ["running", "active", "e-1 checking"],
      f: ["passed", "ended", "no change"],
      g: ["landed", "ended", "e-2 landed"],
      h: ["waiting", "ended", "cancelled"],
      i: ["running", "active", "pausing"],
      j: ["needs", "needs", "aside for quota"],
    });
    expect(rows.find((r) => r.id === "d")).toMatchObject({ canRetry: true, canStop: false, detail: "why" });
    expect(rows.find((r) => r.id === "c")?.canStop).toBe(false);
  });

  it("that need a person come first, then what runs, then what waits", () => {
    const rows = jobRows(input({ jobs: [job("old", { status: "completed" }), job("wait"), job("run", { status: "claimed" }), job("ask", { status: "claimed" })], approvals: [{ subject: "ask", state: "pending" } as Approval] }));
    expect(rows.map((r) => r.id)).toEqual(["ask", "run", "wait", "old"]);
  });

  it("are asked about through their entry", () => {
    const rows = jobRows(input({ jobs: [job("a", { status: "completed", commitSha: "x" })], entries: [entry("e-1", "a", "waiting_approval")], approvals: [{ subject: "e-1", state: "pending" } as Approval] }));
    expect(rows[0]).toMatchObject({ kind: "needs", end: "needs you", detail: "because waiting_approval" });
  });

  it("take the newest of several entries", () => {
    const rows = jobRows(input({ jobs: [job("a", { status: "completed", commitSha: "x" })], entries: [entry("e-1", "a", "returned"), entry("e-2", "a", "landed")] }));
    expect(rows[0]).toMatchObject({ entryId: "e-2", kind: "landed" });
  });
});

describe("requests", () => {
  it("follow their job once it exists", () => {
    const rows = requestRows(
      [request("r1"), request("r2", { status: "claimed" }), request("r3", { status: "waiting_for_model" }), request("r4", { status: "completed" }), request("r5", { status: "completed", jobId: "a" })],
      input({ jobs: [job("a", { status: "claimed" })], live: new Map([["a", { step: 1, steps: 3, label: "cloning" }]]), requestsPending: [{ id: "r1", title: "", priority: "normal", queuePosition: 1, etaMs: null, held: false }] }),
    );
    expect(Object.fromEntries(rows.map((r) => [r.id, [r.kind, r.end]]))).toEqual({
      r1: ["waiting", "next"], r2: ["running", "planning"], r3: ["needs", "no model"], r4: ["passed", "answered"], r5: ["running", "1/3 cloning"],
    });
    expect(rows[0]!.title).toBe("Ask r3");
  });
  it("wait for the pause to end, not for their turn, while everything is paused", () => {
    const pending = [{ id: "r1", title: "", priority: "normal" as const, queuePosition: 1, etaMs: null, held: true }];
    expect(requestRows([request("r1")], input({ requestsPending: pending }))[0]!.end).toBe("next, paused");
  });
});

describe("the filter", () => {
  const rows = jobRows(input({ jobs: [job("a"), job("b", { status: "completed", title: "Retry back-off" })], approvals: [{ subject: "a", state: "pending" } as Approval] }));
  it("counts what needs a person as active too", () => {
    expect(rows.filter((r) => passes(r, "active", "")).map((r) => r.id)).toEqual(["a"]);
    expect(rows.filter((r) => passes(r, "needs", "")).map((r) => r.id)).toEqual(["a"]);
    expect(rows.filter((r) => passes(r, "ended", "")).map((r) => r.id)).toEqual(["b"]);
  });
  it("searches title, id and state", () => {
    expect(rows.filter((r) => passes(r, "all", "RETRY")).map((r) => r.id)).toEqual(["b"]);
    expect(rows.filter((r) => passes(r, "all", "needs")).map((r) => r.id)).toEqual(["a"]);
  });
});

it("workers say what they are whatever shape they use", () => {
  const worker = (workerId: string, more: Partial<Worker>): Worker => ({ workerId, status: "idle", currentJobId: null, isOnline: true, capabilities: null, details: null, lastHeartbeat: "", ...more }) as Worker;
  const rows = workerRows(
    [worker("w-10", { isOnline: false, currentJobId: "j" }), worker("w-2", { status: "busy", currentJobId: "j-1", details: { backend: "native", model: "qwen" } }), worker("w-1", { capabilities: { backends: ["deterministic", "claude"] } }), worker("w-3", { status: "error", details: ["odd"] }), worker("w-4", { drain: { by: "owner", since: "" } })],
    words,
  );
  expect(rows.map((r) => [r.id, r.kind, r.jobId, r.says, r.about])).toEqual([
    ["w-1", "waiting", null, "idle", "Fixed code, without a model, Claude Code"],
    ["w-2", "running", "j-1", "idle", "Pilothouse's own loop, qwen"],
    ["w-3", "failed", null, "trouble", ""],
    ["w-4", "waiting", null, "drained", ""],
    ["w-10", "waiting", null, "offline", ""],
  ]);
});

import { describe, expect, it } from "vitest";
import type { Delivered, Envelope } from "../client";
import { drawStory } from "./picture";
import { concerns, type StoryWords, tellStory } from "./story";

const T0 = Date.parse("2026-03-01T14:00:00.000Z");
let cursor = 0;
const event = (seconds: number, type: string, payload: object): Delivered => {
  cursor += 1;
  const envelope = { protocolVersion: "0.1.0", id: `ev-${cursor}`, ts: new Date(T0 + seconds * 1000).toISOString(), sessionId: "dev", type, payload };
  return { envelope: envelope as unknown as Envelope, cursor };
};
const words: StoryWords = {
  queued: "queued", claimed: (w, n) => `claimed by ${w}, ${n}`, requeued: (r) => `again: ${r}`, completed: "done", failed: "failed", putAside: "put aside", reaches: (to) => `may reach ${to}`, kept: (from) => `kept from ${from}`, goesOn: (by) => `goes on, ${by}`, cancelled: (by) => `stopped by ${by}`, steered: (by) => `told by ${by}`, steerMissed: "missed", answered: (state) => state, taken: (state, by) => `${state} ${by ?? "You"}`, letGo: (by) => `let go by ${by}`,
  tokens: (i, o) => `${i}/${o}`, changed: (n) => `${n} files`, gate: (p, f, u) => `${p} passed, ${f} failed, ${u} open`, entry: (id, what) => `${id} ${what}`, exit: (code) => `exit ${code}`,
};
const brief = (events: Delivered[]) => tellStory(events, words).rows.map((r) => [r.kind, r.tone, r.text, r.until === null ? "open" : r.until === undefined ? "" : (r.until - r.at) / 1000]);

describe("a job's story", () => {
  it("gives each step the time until the next", () => {
    expect(
      brief([
        event(0, "job_enqueued", { jobId: "j", taskId: "t", kind: "task.execute", params: {} }),
        event(2, "job_claimed", { jobId: "j", workerId: "w-1" }),
        event(2, "job.progress", { jobId: "j", step: 1, steps: 3, label: "cloning" }),
        event(5, "job.progress", { jobId: "j", step: 2, steps: 3, label: "editing" }),
      ]),
    ).toEqual([
      ["state", "waiting", "queued", ""],
      ["state", "plain", "claimed by w-1, 1", ""],
      ["step", "passed", "cloning", 3],
      ["step", "running", "editing", "open"],
    ]);
  });

  it("joins a tool's call and its result", () => {
    const rows = tellStory([
      event(0, "tool_call", { toolCallId: "1", tool: "bash", args: { command: "cargo test\n# more" }, taskId: "t" }),
      event(7, "tool_result", { toolCallId: "1", ok: false, exitCode: 101, taskId: "t" }),
      event(8, "tool_call", { toolCallId: "2", tool: "edit", args: { path: "src/retry.rs" }, taskId: "t" }),
    ], words).rows;
    expect(rows.map((r) => [r.kind, r.tone, r.text, r.detail])).toEqual([
      ["command", "failed", "cargo test …", "exit 101"],
      ["file", "running", "src/retry.rs", "edit"],
    ]);
  });

  it("reads commands from the log when no tool says them", () => {
    const log = (s: number, seq: number, line: string) => event(s, "job_log", { jobId: "j", stream: "stdout", seq, line });
    expect(brief([log(0, 1, "$ cargo fmt"), log(1, 2, "output"), log(2, 3, "exit 0"), log(3, 4, "$ cargo test"), log(9, 5, "exit 101, 14 kB")])).toEqual([
      ["command", "passed", "cargo fmt", 2],
      ["command", "failed", "cargo test", 6],
    ]);
  });

  it("tells a worker's remarks from its output, and lets the gate judge its own commands", () => {
    const log = (s: number, seq: number, line: string) => event(s, "job_log", { jobId: "j", stream: "stdout", seq, line });
    const rows = tellStory([
      log(0, 1, "[read] src/a.rs"), log(1, 2, "[edit] src/a.rs"), log(2, 3, "[429: waiting 12 s]"), log(3, 4, "$ cargo test -p a"), log(4, 5, "[ok] is not said by anybody but looks like it"),
      log(8, 6, "Revision 1 of 2: cargo test -p a"),
      event(9, "job.verified", { jobId: "j", verified: false, lines: [{ what: "cargo test -p a", result: "failed" }] }),
    ], words).rows;
    expect(rows.slice(0, 4).map((r) => [r.kind, r.tone, r.text, r.detail])).toEqual([
      ["command", "plain", "src/a.rs", "read"],
      ["file", "plain", "src/a.rs", "edit"],
      ["state", "waiting", "429: waiting 12 s", ""],
      ["command", "failed", "cargo test -p a", ""],
    ]);
    expect(rows.find((r) => r.text === "Revision 1 of 2")).toMatchObject({ kind: "gate", tone: "failed", detail: "cargo test -p a" });
  });

  it("tells attempts apart, and why each ended", () => {
    const story = tellStory([
      event(0, "job_claimed", { jobId: "j", workerId: "w-1" }),
      event(1, "job.progress", { jobId: "j", step: 1, steps: 1, label: "x" }),
      event(4, "job.requeued", { jobId: "j", attempt: 2, reason: "the worker went away" }),
      event(6, "job_claimed", { jobId: "j", workerId: "w-2" }),
      event(9, "job_failed", { jobId: "j", message: "1 of 5 tests failed" }),
    ], words);
    expect(story.attempts.map((a) => [a.number, a.workerId, a.outcome, a.reason])).toEqual([
      [1, "w-1", "requeued", "the worker went away"],
      [2, "w-2", "failed", "1 of 5 tests failed"],
    ]);
  });

  it("keeps one row per thing it was told, from the telling to the reading, across attempts", () => {
    const said = (number: number, text: string) => ({ message: { number, jobId: "j", text, by: "owner", state: "waiting", saidAt: new Date(T0).toISOString() } });
    const rows = tellStory([
      event(0, "job_claimed", { jobId: "j", workerId: "w-1" }),
      event(1, "job.steered", said(4, "Keep the name.\nPlease.")),
      event(2, "job.requeued", { jobId: "j", attempt: 1, reason: "the worker went away" }),
      event(3, "job.steer_taken", { jobId: "j", numbers: [4], by: "w-2" }),
      event(4, "job.steered", said(5, "Too late")),
      event(6, "job.steer_missed", { jobId: "j", numbers: [5] }),
    ], words).rows.filter((row) => row.kind === "asked");
    expect(rows.map((r) => [r.tone, r.text, r.detail, r.until && (r.until - r.at) / 1000])).toEqual([
      ["passed", "told by You", "Keep the name. …", 2],
      ["failed", "told by You", "Too late (missed)", 2],
    ]);
    expect(concerns(event(0, "job.steered", said(1, "x")).envelope, { id: "j", taskId: "t" })).toBe(true);
    expect(concerns(event(0, "job.steered", said(1, "x")).envelope, { id: "other", taskId: "t" })).toBe(false);
  });

  it("tells how a person took it over and gave it back", () => {
    const taken = (state: string, problem?: string) => ({ jobId: "j", taken: { state, path: "/p", branch: "b", by: "owner", since: "", ...(problem ? { problem } : {}) } });
    expect(brief([event(0, "job.taken", taken("coming")), event(2, "job.taken", taken("yours")), event(5, "job.taken", taken("handed_back")), event(9, "job.let_go", { jobId: "j", by: "owner", kept: true })])).toEqual([
      ["state", "needs", "coming You", ""],
      ["state", "needs", "yours You", ""],
      ["state", "needs", "handed_back You", ""],
      ["state", "plain", "let go by You", ""],
    ]);
  });

  it("names whoever took it over, but for the device it is read on", () => {
    const events = [event(0, "job.taken", { jobId: "j", taken: { state: "yours", path: "/p", branch: "b", by: "Phone", deviceId: "d-1", since: "" } })];
    expect(["d-1", "d-2", undefined].map((own) => tellStory(events, words, own).rows[0]?.text)).toEqual(["yours You", "yours Phone", "yours Phone"]);
  });

  it("keeps one row per question from asking to answer", () => {
    const approval = (state: string, decidedAt: string | null) => ({ approval: { id: "a-1", subject: "j", summary: "Edit Cargo.toml", state, decidedAt, decidedBy: decidedAt ? "you" : null } });
    const rows = tellStory([
      event(0, "approval.changed", approval("pending", null)),
      event(7, "approval.changed", approval("approved", new Date(T0 + 7000).toISOString())),
    ], words).rows;
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ tone: "passed", detail: "approved, You", until: T0 + 7000 });
  });

  it("sums tokens and keeps the gate's lines", () => {
    const story = tellStory([
      event(0, "budget.used", { role: "workers", model: "qwen", inputTokens: 10, outputTokens: 2, jobId: "j" }),
      event(1, "budget.used", { role: "workers", model: "qwen", inputTokens: 20, outputTokens: 3, jobId: "j" }),
      event(2, "job.verified", { jobId: "j", verified: false, lines: [{ what: "in scope", result: "passed" }, { what: "npm test", result: "failed" }, { what: "speed", result: "not_checked" }] }),
      event(3, "merge.entry.landed", { entry: { id: "e-1", jobId: "j" } }),
    ], words);
    expect([story.inputTokens, story.outputTokens, story.modelCalls, story.verified]).toEqual([30, 5, 2, false]);
    expect(story.rows.find((r) => r.kind === "gate")).toMatchObject({ tone: "failed", text: "1 passed, 1 failed, 1 open", detail: "npm test" });
    expect(story.entryIds).toEqual(["e-1"]);
  });

  it("does not mind events it has never seen", () => {
    expect(tellStory([event(0, "something.new", { jobId: "j" })], words).rows).toEqual([]);
  });

  it("knows which events are this job's", () => {
    const job = { id: "j", taskId: "t" };
    expect(concerns(event(0, "job_log", { jobId: "j" }).envelope, job)).toBe(true);
    expect(concerns(event(0, "job_log", { jobId: "k" }).envelope, job)).toBe(false);
    expect(concerns(event(0, "tool_call", { taskId: "t" }).envelope, job)).toBe(true);
    expect(concerns(event(0, "merge.entry.landed", { entry: { jobId: "j" } }).envelope, job)).toBe(true);
    expect(concerns(event(0, "message", { text: "j" }).envelope, job)).toBe(false);
  });
});

describe("the picture of a story", () => {
  const story = tellStory([
    event(0, "job_claimed", { jobId: "j", workerId: "w-1" }),
    event(0, "job.progress", { jobId: "j", step: 1, steps: 2, label: "cloning" }),
    event(30, "tool_call", { toolCallId: "1", tool: "bash", args: { command: "x" } }),
    event(60, "tool_result", { toolCallId: "1", ok: true }),
  ], words);

  it("has a lane for what there is and none for what there is not", () => {
    const picture = drawStory(story.rows, story.attempts, T0, null, T0 + 90_000, 896);
    expect(picture.lanes.map((lane) => lane.kind)).toEqual(["step", "command"]);
    expect(picture.nowX).toBeGreaterThan(picture.lanes[1]!.marks[0]!.x);
  });

  it("keeps every mark inside, however short or long", () => {
    for (const width of [358, 896]) {
      for (const now of [T0, T0 + 1, T0 + 86_400_000]) {
        const picture = drawStory(story.rows, story.attempts, T0, null, now, width);
        for (const mark of picture.lanes.flatMap((lane) => lane.marks)) {
          expect(mark.x).toBeGreaterThanOrEqual(picture.left);
          expect(mark.x + mark.width).toBeLessThanOrEqual(width + 3);
        }
        expect(picture.ticks.length).toBeLessThan(16);
      }
    }
  });
});

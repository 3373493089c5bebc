import { describe, expect, it } from "vitest";
import type { Delivered, DryRun, Plan } from "../client";
import { approval, entry, event, plan } from "./events.fixture";
import type { ChecksItem, JobItem, ReplyItem } from "./items";
import { TimelineReducer } from "./timeline";

function run(...events: Delivered[]) {
  const reducer = new TimelineReducer();
  for (const one of events) reducer.apply(one);
  return reducer;
}

const kinds = (reducer: TimelineReducer) => reducer.items().map((item) => item.kind);
const started = (name: string) => event("merge.check.started", { entryId: "e-1", name, run: [name], tree: "t" });
const finished = (name: string, ok: boolean, tail = "") => event("merge.check.finished", { entryId: "e-1", name, ok, durationMs: 5, reused: false, tail });

const trial = (state: DryRun["state"], checks: DryRun["checks"] = []) =>
  event("checks.dry_run", { run: { workspaceId: "w", state, commit: "c0ffee0000", checks, reason: null, lines: [], linesDropped: 0, startedAt: "2026-01-01T00:00:00Z", finishedAt: null } });

describe("a dry run of the checks", () => {
  it("is a line of the conversation once it is over, and names what fails already", () => {
    const reducer = run(
      trial("preparing"),
      trial("running"),
      trial("failed", [{ name: "tests", run: ["cargo", "test"], state: "failed", durationMs: 5, reused: false, flakyRetry: false, tail: "" }]),
    );
    expect(kinds(reducer)).toEqual(["notice"]);
    expect(reducer.items()[0]).toMatchObject({ tone: "needs", text: "Fails already on c0ffee0, the commit work starts from: tests" });
  });
});

describe("the conversation made of events", () => {
  it("shows the whole way from a message to a landed commit", () => {
    const reducer = run(
      event("message", { text: "fix it" }, { from: "user" }),
      event("buddy.status", { message: "Reading" }, { from: "localbuddy" }),
      event("buddy.status", { message: "Passed on as r-1" }, { from: "localbuddy" }),
      event("plan.ready", { requestId: "r-1", plan, jobId: "j-1" }),
      event("job_enqueued", { jobId: "j-1", taskId: "t", kind: "task", params: {} }),
      event("job_claimed", { jobId: "j-1", workerId: "w-1" }),
      event("job.progress", { jobId: "j-1", step: 2, steps: 4, label: "editing" }),
      event("job.verified", { jobId: "j-1", verified: true, lines: [] }),
      event("job.diff", { jobId: "j-1", entryId: "e-1", additions: 3, deletions: 1, files: 1, title: "Fix the test" }),
      event("job_completed", { jobId: "j-1", summary: "done" }),
      event("merge.entry.queued", { entry: entry() }),
      started("tests"),
      finished("tests", true),
      event("merge.entry.landed", { entry: entry({ state: "landed", landedCommit: "abc" }) }),
      event("assistant_message", { text: "It landed." }, { from: "remotebuddy" }),
    );
    expect(kinds(reducer)).toEqual(["message", "notice", "plan", "job", "diff", "checks", "landed", "reply"]);
    expect(reducer.items()[1]).toMatchObject({ who: "LocalBuddy", text: "Passed on as r-1" });
    expect(reducer.items()[3]).toMatchObject({ phase: "completed", title: "Fix the test", verified: true, step: 2 });
    expect(reducer.items()[4]).toMatchObject({ verified: true });
    expect(reducer.items()[5]).toMatchObject({ over: true });
  });

  it("keeps the key and the place of a card while it changes", () => {
    const reducer = run(event("job_enqueued", { jobId: "j-1", taskId: "t", kind: "task", params: { title: "Given" } }), event("message", { text: "meanwhile" }));
    const before = reducer.items()[0];
    reducer.apply(event("job_claimed", { jobId: "j-1", workerId: "w-1" }));
    const after = reducer.items()[0];
    expect(after?.key).toBe(before?.key);
    expect(after).not.toBe(before);
    expect(after).toMatchObject({ kind: "job", phase: "running", title: "Given" });
    expect(kinds(reducer)).toEqual(["job", "message"]);
  });

  it("does not bring an ended job back to life by a late step", () => {
    const reducer = run(
      event("job_claimed", { jobId: "j-1", workerId: "w-1" }),
      event("job_failed", { jobId: "j-1", message: "out of scope", detail: "README.md" }),
      event("job.progress", { jobId: "j-1", step: 3, steps: 4, label: "late" }),
    );
    expect(reducer.items()[0]).toMatchObject({ phase: "failed", message: "out of scope", detail: "README.md" });
  });

  it("tells that a job waits again after its worker was lost", () => {
    const reducer = run(event("job_claimed", { jobId: "j-1", workerId: "w-1" }), event("job.requeued", { jobId: "j-1", attempt: 2, reason: "The worker stopped answering" }));
    expect(reducer.items()[0] as JobItem).toMatchObject({ phase: "queued", attempt: 2, message: "The worker stopped answering" });
    reducer.apply(event("job_claimed", { jobId: "j-1", workerId: "w-2" }));
    expect(reducer.items()[0]).toMatchObject({ phase: "running", workerId: "w-2", message: undefined });
  });

  it("tells that everything was paused and goes on, and by whom where it was not the owner", () => {
    const hold = (by: string) => ({ reason: "person" as const, by, since: "2026-01-31T12:00:00.000Z", note: "The disk is exchanged" });
    const reducer = run(
      event("system.held", { hold: hold("owner") }),
      event("system.resumed", { by: "phone", ended: [hold("owner")], held: true }),
      event("system.resumed", { by: "phone", ended: [hold("owner")], held: false }),
    );
    expect(reducer.items()).toMatchObject([
      { kind: "notice", text: "Everything was paused", detail: "The disk is exchanged", icon: "pause" },
      { kind: "notice", text: "Everything goes on again, resumed by phone" },
    ]);
  });

  it("says when there is a sandbox after there was none", () => {
    const isolation = { backend: "container", fs: "clone only", net: "none", limits: "cgroup", kill: "container" };
    expect(run(event("system.sandbox", { isolation })).items()).toMatchObject([
      { kind: "notice", text: "A sandbox was found, so code of repositories runs again (a container)" },
    ]);
  });

  it("collects the checks of one candidate in one card and begins another for the next", () => {
    const reducer = run(started("fmt"), started("tests"), finished("fmt", true), finished("tests", false, "boom"));
    expect(reducer.items()).toHaveLength(1);
    expect((reducer.items()[0] as ChecksItem).checks.map((check) => [check.name, check.state])).toEqual([["fmt", "passed"], ["tests", "failed"]]);
    reducer.apply(event("merge.entry.returned", { entry: entry({ state: "returned" }), reason: "tests failed", detail: "boom" }));
    reducer.apply(started("fmt"));
    expect(kinds(reducer)).toEqual(["checks", "stopped", "checks"]);
    expect(reducer.items()[0]).toMatchObject({ over: true });
  });

  it("keeps the verdict it saw when the entry's own record is older", () => {
    const check = { name: "tests", run: ["tests"], state: "running", durationMs: null, reused: false, flakyRetry: true, tail: "" };
    const reducer = run(started("tests"), finished("tests", false, "boom"), event("merge.entry.returned", { entry: entry({ state: "returned", checks: [check] }), reason: "x", detail: "" }));
    expect((reducer.items()[0] as ChecksItem).checks[0]).toMatchObject({ state: "failed", tail: "boom" });
  });

  it("asks in the words of the page once the record of a question is there", () => {
    const asks = { kind: "recipe", name: "docs" } as const;
    const reducer = run(
      event("approval_required", { approvalId: "a-1", action: "recipe.first_use", summary: "As the server says it", details: {} }),
      event("approval.changed", { approval: approval({ summary: "As the server says it", asks }) }),
    );
    expect(reducer.items()).toMatchObject([{ kind: "approval", approvalId: "a-1", summary: "Run the recipe docs for the first time" }]);
  });

  it("asks once for an approval, however often the server says it", () => {
    const reducer = run(
      event("approval_required", { approvalId: "a-1", action: "land", summary: "Land it", details: {} }),
      event("approval_required", { approvalId: "a-1", action: "land", summary: "Land it", details: {} }),
      event("approved", { approvalId: "a-1" }),
    );
    expect(kinds(reducer)).toEqual(["approval"]);
  });

  it("folds logs, tools and heartbeats into one closed row", () => {
    const reducer = run(
      event("log", { level: "info", message: "one" }),
      event("tool_call", { toolCallId: "1", tool: "read_file", args: {} }),
      event("status", { agentId: "w-1", state: "busy" }),
      event("message", { text: "hi" }),
      event("log", { level: "info", message: "two" }),
    );
    expect(kinds(reducer)).toEqual(["group", "message", "group"]);
    expect(reducer.items()[0]).toMatchObject({ lines: [{ text: "log: one" }, { text: "tool call: read_file" }, { text: "status: busy" }] });
  });

  it("keeps working when a newer server sends types it does not know", () => {
    const unknown = event("log", { level: "info", message: "x" });
    (unknown.envelope as { type: string }).type = "quantum.entangled";
    (unknown.envelope as { payload: unknown }).payload = null;
    expect(kinds(run(unknown))).toEqual(["group"]);
  });

  it("shows no row for output lines and figures", () => {
    expect(run(event("job_log", { jobId: "j-1", stream: "stdout", seq: 1, line: "x" }), event("done", { ok: true }), event("budget.used", { role: "workers", model: "m", inputTokens: 1, outputTokens: 1 })).length).toBe(0);
  });

  it("says a plan of fixed code by its title, keeps what follows, and leaves every other sentence alone", () => {
    const said = (of: Plan, text: string) => run(event("plan.ready", { requestId: "r-1", plan: of, meets: [] }, { from: "remotebuddy" }), event("assistant_message", { text }, { from: "remotebuddy" })).items().at(-1);
    const fixed: Plan = { ...plan, lane: "deterministic", title: "Run the tests", assistantMessage: "Run the tests: by fixed code, as the server put it." };
    expect(said(fixed, fixed.assistantMessage)).toMatchObject({ text: "Run the tests: by fixed code, without a model." });
    const bounded = { ...fixed, assistantMessage: `${fixed.assistantMessage}\n\nIt may write \`docs/**\` only.` };
    expect(said(bounded, bounded.assistantMessage)).toMatchObject({ text: "Run the tests: by fixed code, without a model.\n\nIt may write `docs/**` only." });
    expect(said({ ...fixed, lane: "worker" }, fixed.assistantMessage)).toMatchObject({ text: fixed.assistantMessage });
    expect(said(fixed, "It landed.")).toMatchObject({ text: "It landed." });
  });

  it("offers the nearest steps when a request waits for a model", () => {
    const reducer = run(event("request.waiting", { requestId: "r-1", understood: "refactor", why: "no model", nearest: [{ label: "Test", command: "/test" }], connect: ["Start Ollama"] }));
    expect(reducer.items()[0]).toMatchObject({ kind: "waiting", nearest: [{ command: "/test" }] });
  });

  it("says a waiting request once, although simple clients get it as text as well", () => {
    const reducer = run(
      event("request.waiting", { requestId: "r-1", understood: "You want X.", why: "no model", nearest: [], connect: [] }),
      event("assistant_message", { text: "You want X. no model" }, { from: "remotebuddy" }),
      event("assistant_message", { text: "Something else" }, { from: "remotebuddy" }),
    );
    expect(kinds(reducer)).toEqual(["waiting", "reply"]);
  });

  it("puts a plan before its job, which is stored a moment earlier", () => {
    const ts = "2026-01-01T00:00:00.000Z";
    const reducer = run(
      event("job_enqueued", { jobId: "j-1", taskId: "t", kind: "task", params: {} }, { ts }),
      event("plan.ready", { requestId: "r-1", plan, jobId: "j-1" }, { ts }),
      event("job_claimed", { jobId: "j-1", workerId: "w" }, { ts }),
    );
    expect(kinds(reducer)).toEqual(["plan", "job"]);
    expect(reducer.items()[1]).toMatchObject({ phase: "running", title: "Fix the test" });
  });

  it("says a failure with its cause", () => {
    expect(run(event("error", { message: "The disk is full", detail: "0 bytes left" })).items()[0]).toMatchObject({ kind: "notice", tone: "failed", text: "The disk is full", detail: "0 bytes left" });
  });
});

describe("an answer that is being written", () => {
  it("grows in one row and settles there under the same key", () => {
    const reducer = run(event("message", { text: "hi" }));
    reducer.delta("r-1", "Hel", "2026-01-01T00:00:00.000Z");
    reducer.delta("r-1", "lo", "2026-01-01T00:00:00.000Z");
    const written = reducer.items()[1] as ReplyItem;
    expect(written).toMatchObject({ kind: "reply", text: "Hello", streaming: true });
    reducer.apply(event("assistant_message", { text: "Hello there." }, { from: "remotebuddy", correlationId: "r-1" }));
    expect(reducer.items()).toHaveLength(2);
    expect(reducer.items()[1]).toMatchObject({ key: written.key, text: "Hello there.", streaming: false });
  });

  it("takes a second answer to the same request for a new one", () => {
    const reducer = new TimelineReducer();
    reducer.delta("r-1", "one", "");
    reducer.apply(event("assistant_message", { text: "one." }, { from: "remotebuddy", correlationId: "r-1" }));
    reducer.delta("r-1", "two", "");
    expect(reducer.items().map((item) => (item as ReplyItem).text)).toEqual(["one.", "two"]);
    expect(new Set(reducer.items().map((item) => item.key)).size).toBe(2);
  });

  it("moves behind what came in between when it settles", () => {
    const reducer = new TimelineReducer();
    reducer.delta("r-1", "half", "");
    reducer.apply(event("message", { text: "wait" }));
    reducer.apply(event("assistant_message", { text: "whole" }, { from: "remotebuddy", correlationId: "r-1" }));
    expect(kinds(reducer)).toEqual(["message", "reply"]);
  });

  it("is not ended by what LocalBuddy says about something else", () => {
    const reducer = new TimelineReducer();
    reducer.delta("r-1", "half", "");
    reducer.apply(event("assistant_message", { text: "Status: fine" }, { from: "localbuddy" }));
    expect(reducer.items().map((item) => (item as ReplyItem).streaming)).toEqual([true, false]);
  });

  it("is taken away when the line breaks, because the log will bring all of it", () => {
    const reducer = run(event("message", { text: "hi" }));
    reducer.delta("r-1", "half", "");
    reducer.apply(event("job_claimed", { jobId: "j-1", workerId: "w-1" }));
    reducer.dropStreaming();
    expect(kinds(reducer)).toEqual(["message", "job"]);
    reducer.apply(event("job_completed", { jobId: "j-1" }));
    expect(reducer.items()[1]).toMatchObject({ phase: "completed" });
  });
});

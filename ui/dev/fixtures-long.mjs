// Test-only: a session as it looks after months of work, for measuring how the conversation opens and scrolls.

const hash = (n) => ((n * 2654435761 + 12345) >>> 0).toString(16).padStart(8, "0").repeat(5).slice(0, 40);

const ANSWERS = [
  "Done. The retry loop waits with **full jitter** now and honours `Retry-After`, in seconds and as a date. Three tests cover it:\n\n- waits the seconds it was told\n- waits until the date it was told\n- falls back when the header makes no sense\n\nNothing else changed.",
  "The worker found the cause: `flush()` returned before the last batch was written, so a shutdown lost up to 64 rows. It writes the batch first and then answers.\n\n```rust\nself.write(batch).await?;\nself.closed.store(true, Ordering::Release);\n```",
  "This is on `main_agents`. Two files were touched, both below `crates/tern-ingest/`, and all four checks passed on exactly that tree.",
];
const ASKED = [
  "Please make the ingest client wait a little longer each time it fails, and add some jitter to that, so that they do not all come back at once.",
  "Rows are lost when the service is stopped while a batch is open. Find out why and mend it.",
  "Rename `Sink::put` to `Sink::append` everywhere, also in the docs.",
];

/** Events of one request from the question to the landing, oldest first: about fifty. */
function turn(n, at) {
  const request = `r-${n}`;
  const job = `j-${n}`;
  const entryId = `e-${n}`;
  const title = `Change number ${n}: ${["back-off with full jitter", "flush batches on shutdown", "rename `Sink::put`"][n % 3]}`;
  const plan = {
    schemaVersion: 1, requiresWorker: true, lane: "worker", assistantMessage: "I will have this done by one worker.", title, instruction: "Do it.",
    planning: { intent: "change", riskLevel: "low", scope: { readGlobs: ["**"], writeGlobs: ["crates/tern-ingest/**"], maxFilesToEdit: 4 }, acceptanceCriteria: ["the new tests pass", "no other file changes"], validationSteps: [["cargo", "test", "-p", "tern-ingest"]], executionBudgetMs: 900_000, finalizationBudgetMs: 60_000, queueWaitBudgetMs: 60_000 },
  };
  const check = (name, state) => ({ name, run: ["cargo", name], state, durationMs: 900 + n, reused: false, flakyRetry: false, tail: "" });
  const entry = (state) => ({
    id: entryId, completionId: `c-${n}`, jobId: job, workspaceId: "tern", sessionId: "long", title, state, commitSha: hash(n), base: hash(7), branch: `agent/w-1/${job}`, strategy: "cherry_pick", target: "main_agents",
    onto: hash(n - 1), candidate: hash(n + 9), tree: hash(n + 19), patchHash: hash(n + 29), files: 2, additions: 40 + (n % 60), deletions: n % 30, risky: [], verified: true, position: null, reason: null, approvalId: null,
    checks: ["fmt", "clippy", "test", "doc"].map((name) => check(name, "passed")), landedCommit: state === "landed" ? hash(n + 40) : null, createdAt: at, updatedAt: at, landedAt: null,
  });
  const events = [
    ["message", { text: ASKED[n % 3] }, "user"],
    ["buddy.status", { message: "Reading the repository", requestId: request }, "localbuddy"],
    ["buddy.status", { message: `read ${4 + (n % 9)} files. Passed on as request ${request}.`, requestId: request }, "localbuddy"],
    ["plan.ready", { requestId: request, plan, jobId: job }, "remotebuddy"],
    ["job_enqueued", { jobId: job, taskId: `t-${n}`, kind: "task", params: { title } }, "remotebuddy"],
    ["job_claimed", { jobId: job, workerId: "w-1" }, "w-1"],
  ];
  for (let step = 1; step <= 6; step += 1) {
    events.push(["job.progress", { jobId: job, step, steps: 6, label: "working" }, "w-1"]);
    events.push(["tool_call", { toolCallId: `${n}-${step}`, tool: "read_file", args: { path: `crates/tern-ingest/src/part_${step}.rs` } }, "w-1"]);
    events.push(["tool_result", { toolCallId: `${n}-${step}`, ok: true, stdout: "…" }, "w-1"]);
    for (let line = 0; line < 2; line += 1) events.push(["job_log", { jobId: job, stream: "stdout", seq: step * 2 + line, line: `test case_${step}_${line} ... ok` }, "w-1"]);
  }
  if (n % 11 === 0) events.push(["job_failed", { jobId: job, message: "`cargo test` exited with 101", detail: "Our own run of the tests says otherwise." }, "w-1"]);
  else {
    events.push(["job.verified", { jobId: job, verified: true, lines: [{ what: "cargo test -p tern-ingest", result: "passed" }] }, "w-1"]);
    events.push(["job.diff", { jobId: job, entryId, additions: 40 + (n % 60), deletions: n % 30, files: 2, title }, "w-1"]);
    events.push(["job_completed", { jobId: job, summary: title }, "w-1"]);
    events.push(["merge.entry.checking", { entry: { ...entry("checking"), checks: [] } }, "merge"]);
    for (const name of ["fmt", "clippy", "test", "doc"]) {
      events.push(["merge.check.started", { entryId, name, run: ["cargo", name], tree: hash(n) }, "merge"]);
      events.push(["merge.check.finished", { entryId, name, ok: true, durationMs: 900, reused: false, tail: "" }, "merge"]);
    }
    events.push(["merge.entry.landed", { entry: entry("landed") }, "merge"]);
  }
  events.push(["assistant_message", { text: ANSWERS[n % 3] }, "remotebuddy"]);
  return events;
}

/** Puts a session called `long` with this many events into the fixture. The last of them is the message `words`. */
export function extendWithLongSession(fixture, { events, words, now = Date.now() }) {
  const { world } = fixture;
  const own = [];
  const add = (type, payload, from) => own.push(world.append(type, payload, { from, sessionId: "long", ts: new Date(now - 90 * 86_400_000 + own.length * 155_000).toISOString() }));
  for (let n = 1; own.length < events - 1; n += 1) {
    for (const [type, payload, from] of turn(n, new Date(now).toISOString())) if (own.length < events - 1) add(type, payload, from);
  }
  add("message", { text: words }, "user");
  const before = world.call;
  const calls = {
    "session.list": (params, publish) => {
      const list = before("session.list", params, publish);
      return { sessions: [...list.sessions, { ...list.sessions[2], sessionId: "long", label: "A long one", runningJobs: 0 }] };
    },
    // By place in the list, as an index of the real store does it: what is measured is the page, not this search.
    "session.events": ({ sessionId, before: end, limit = 200 }, publish) => {
      if (sessionId !== "long") return before("session.events", { sessionId, before: end, limit }, publish);
      const first = own[0].cursor;
      const to = end === undefined ? own.length : Math.max(0, Math.min(own.length, end - first));
      const from = Math.max(0, to - limit);
      return { events: own.slice(from, to), latest: world.events.length, more: from > 0 };
    },
  };
  world.call = (method, params, publish, key) => (calls[method] ? calls[method](params, publish) : before(method, params, publish, key));
  return own.length;
}

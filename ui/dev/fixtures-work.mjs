// Test-only: recorded state for the rooms review, work, job, settings and doctor. `extendWithWork(fixture)` lays it over
// a running fixture server: a busy queue, a job in its second attempt, large and odd diffs, long output.

import { extendWithMain } from "./fixtures-main.mjs";
import { extendWithQueue } from "./fixtures-queue.mjs";
import { policyCalls } from "./fixtures-policy.mjs";
import { publishCalls } from "./fixtures-publish.mjs";

const hex = (n) => ((n * 2654435761 + 977) >>> 0).toString(16).padStart(8, "0").repeat(5).slice(0, 40);
const isolation = { backend: "bwrap", fs: "job clone only, depot read-only", net: "none", limits: "4 GiB, 512 processes", kill: "whole tree, 0.1 s" };

export function makeWork(now) {
  const ago = (seconds) => new Date(now - seconds * 1000).toISOString();
  const check = (name, run, state, durationMs, more = {}) => ({ name, run, state, durationMs, reused: false, flakyRetry: false, tail: "", ...more });
  const passed = (scale = 1) => [
    check("format", ["cargo", "fmt", "--check"], "passed", Math.round(900 * scale)),
    check("clippy", ["cargo", "clippy", "--workspace", "--all-targets"], "passed", Math.round(11_400 * scale)),
    check("tests", ["cargo", "test", "--workspace"], "passed", Math.round(21_600 * scale)),
    check("console", ["npm", "run", "check"], "passed", Math.round(4_300 * scale), { flakyRetry: scale > 1 }),
  ];
  let position = 0;
  const entry = (id, jobId, state, title, more = {}) => ({
    id, completionId: `c-${id}`, jobId, workspaceId: "tern", sessionId: "ingest", title, state, commitSha: hex(id.length * 31 + Number(id.slice(2))), base: hex(3), branch: `agent/w-1/${jobId}`,
    strategy: "cherry_pick", target: "main_agents", onto: hex(5), candidate: hex(6), tree: hex(7), patchHash: hex(8), files: 3, additions: 86, deletions: 31, risky: [], verified: true,
    position: ["landed", "returned", "failed", "removed"].includes(state) ? null : ++position, reason: null, approvalId: null, checks: [], landedCommit: null,
    createdAt: ago(320), updatedAt: ago(60), landedAt: null, ...more,
  });
  const landed = (id, jobId, title, secondsAgo, scale) => entry(id, jobId, "landed", title, { checks: passed(scale), landedAt: ago(secondsAgo), updatedAt: ago(secondsAgo), createdAt: ago(secondsAgo + 110 + ((secondsAgo * 37) % 190)), landedCommit: hex(secondsAgo) });
  const entries = [
    entry("e-145", "j-218", "checking", "Typed errors in tern-store", { updatedAt: ago(26), checks: [check("format", ["cargo", "fmt", "--check"], "passed", 900), check("tests", ["cargo", "test", "--workspace"], "running", null)] }),
    entry("e-147", "j-213", "checking", "Show the server’s reason when an upload is refused", { updatedAt: ago(20), checks: [check("tests", ["cargo", "test", "--workspace"], "running", null)] }),
    entry("e-148", "j-214", "waiting_approval", "Exponential back-off with full jitter", { updatedAt: ago(95), approvalId: "a-32", reason: "Waits for your approval: the diff touches crates/tern-ingest/build.rs.", risky: ["crates/tern-ingest/build.rs"], checks: passed(1), createdAt: ago(300) }),
    entry("e-149", "j-221", "approved", "Clippy 1.84 fixes", { reason: "Waits for e-145, about 12 s" }),
    entry("e-150", "j-222", "queued", "Docs for the wire format", { reason: "Waits for a check slot, lands about 14:13" }),
    entry("e-151", "j-226", "parked", "Move the retry table into its own crate so that the console can use it without the whole of tern-ingest", { reason: "Its approval expired. Land it, or remove it." }),
  ];
  const recent = [
    entry("e-144", "j-211", "failed", "Flush batches on shutdown", { reason: "cargo test failed twice: back to j-211 with the log", updatedAt: ago(50), checks: [check("tests", ["cargo", "test", "--workspace"], "failed", 41_000, { tail: "---- flush_on_drop stdout ----\nthread 'flush_on_drop' panicked at crates/tern-ingest/tests/flush.rs:44:9:\nassertion `left == right` failed\n  left: 0\n right: 12" })] }),
    entry("e-146", "j-219", "returned", "Rename Sink to Outlet", { reason: "conflict in sink.rs, known after 14 ms: back to j-219, no check spent", updatedAt: ago(90) }),
    landed("e-143", "j-217", "Drop the unused serde feature", 62, 1.6),
    landed("e-142", "j-209", "Column picker keeps order", 104, 1),
    ...Array.from({ length: 18 }, (_, n) => landed(`e-${120 + n}`, `j-${180 + n}`, `Earlier change ${n + 1}`, 900 + n * 640, 0.8 + (n % 5) / 6)),
  ];
  const queues = [
    { workspaceId: "tern", branch: "main_agents", tip: hex(62), paused: false, entries, recent, warnings: [] },
    { workspaceId: "tern-docs", branch: "main_agents", tip: null, paused: false, entries: [], recent: [], warnings: ["The checks are not confirmed, so nothing lands here yet. Confirm them in Settings, Checks and landing."] },
  ];

  const plan = {
    schemaVersion: 2, requiresWorker: true, lane: "worker", assistantMessage: "", title: "Honour Retry-After in seconds and as a date",
    instruction: "Read the Retry-After header in tern-ingest.\n\nA number means seconds, a date means until then; anything else falls back to jitter. Never wait longer than the cap.",
    planning: {
      intent: "feature", riskLevel: "medium", scope: { readAnywhere: true, writeGlobs: ["crates/tern-ingest/src/**", "crates/tern-ingest/tests/**", "crates/tern-ingest/Cargo.toml"], maxFilesToEdit: 6 },
      acceptanceCriteria: ["A date in the past means no wait", "Garbage in the header falls back to jitter", "The wait never exceeds the cap"],
      validationSteps: [["cargo", "test", "-p", "tern-ingest", "--test", "retry_after"], ["cargo", "clippy", "-p", "tern-ingest"]], queuePriority: "interactive", queueWaitBudgetMs: 60_000, executionBudgetMs: 2_400_000, finalizationBudgetMs: 120_000,
    },
  };
  const job = (id, title, status, more = {}) => ({
    id, taskId: `t-${id}`, sessionId: "ingest", workspaceId: "tern", requestId: "r-88", kind: "task.execute", title, params: JSON.stringify(plan), priority: "interactive", queueWaitBudgetMs: 60_000, executionBudgetMs: 2_400_000, finalizationBudgetMs: 120_000,
    status, workerId: status === "pending" ? null : "w-1", targetWorkerId: null, result: null, error: null, attempts: 1, cancelRequested: false, pauseRequested: false, step: null, isolation: status === "pending" ? null : isolation, verified: null, commitSha: null, branch: null,
    enqueuedAt: ago(420), claimedAt: status === "pending" ? null : ago(400), startedAt: status === "pending" ? null : ago(400), firstLogAt: ago(390), completedAt: null, failedAt: null, durationMs: null, createdAt: ago(420), updatedAt: ago(10), ...more,
  });
  const done = (id, title, secondsAgo, more = {}) => job(id, title, "completed", { createdAt: ago(secondsAgo + 200), enqueuedAt: ago(secondsAgo + 200), claimedAt: ago(secondsAgo + 180), startedAt: ago(secondsAgo + 180), completedAt: ago(secondsAgo), updatedAt: ago(secondsAgo), commitSha: hex(9), branch: `agent/w-3/${id}`, verified: true, workerId: "w-3", ...more });
  const jobs = [
    job("j-301", "Honour Retry-After in seconds and as a date", "claimed", { step: "testing", createdAt: ago(180), enqueuedAt: ago(175), claimedAt: ago(161), startedAt: ago(161), attempts: 2 }),
    job("j-216", "Console wrapper stops after 5 tries and shows the server’s own reason", "claimed", { workerId: "w-2", createdAt: ago(200) }),
    job("j-223", "Persist the column order per user", "claimed", { workerId: "w-3", createdAt: ago(220) }),
    job("j-219", "Rename Sink to Outlet", "pending", { createdAt: ago(240) }),
    job("j-224", "Tests for the column picker", "pending", { createdAt: ago(250) }),
    job("j-225", "Warm the CI cache", "pending", { createdAt: ago(260), targetWorkerId: "w-4" }),
    done("j-214", "Exponential back-off with full jitter", 300, { result: { review: OPINION } }),
    done("j-218", "Typed errors in tern-store", 180), done("j-213", "Show the server’s reason when an upload is refused", 170), done("j-221", "Clippy 1.84 fixes", 160), done("j-222", "Docs for the wire format", 150), done("j-226", "Move the retry table into its own crate", 4000),
    done("j-217", "Drop the unused serde feature", 400), done("j-209", "Column picker keeps order", 500),
    job("j-211", "Flush batches on shutdown", "failed", { error: "cargo test exited with 101: flush_on_drop panicked. Two revisions were used up. Read the log, then try again.", failedAt: ago(500), createdAt: ago(900), attempts: 2 }),
    job("j-232", "Let the exporter keep its column order", "waiting", { workerId: "w-3", createdAt: ago(900), waiting: { reason: "taken", detail: "owner has taken it over.", since: ago(240), resumeCommit: hex(22) }, taken: { state: "yours", path: "/home/mira/.local/share/pilothouse/taken/j-232", branch: "taken/j-232", base: hex(1), commit: hex(22), by: "owner", since: ago(240), problem: "Our own gate does not pass: cargo test -p tern-export.\ncargo test -p tern-export:\nexit code 101\ntest keeps_the_order ... FAILED" } }),
    job("j-228", "Split the importer into reader and writer", "waiting", { workerId: "w-2", createdAt: ago(700), waiting: { reason: "budget", detail: "The budget of this job is used up: 400213 of 400000 tokens. Raise it for this job, or cancel the job.", since: ago(300), resumeCommit: hex(21) } }),
    job("j-210", "Bump tokio to 1.43", "cancelled", { createdAt: ago(1200), error: "Stopped by you" }),
    done("j-big", "Regenerate the bindings of the wire format for every client", 2000), done("j-odd", "Odd things a diff can hold", 2100),
    ...Array.from({ length: 90 }, (_, n) => done(`${hex(n).slice(0, 8)}-1b2c-4d3e-8f40-${hex(n + 7).slice(0, 12)}`, `Earlier change ${n + 1} with an ordinary title`, 5000 + n * 600)),
  ];
  const request = (id, prompt, status, more = {}) => ({
    id, sessionId: "ingest", prompt, originalPrompt: prompt, enhancedPrompt: null, priority: "interactive", queueWaitBudgetMs: 60_000, status, agentId: null, result: null, error: null, jobId: null, attempts: 1,
    enqueuedAt: ago(600), claimedAt: null, completedAt: null, failedAt: null, durationMs: null, createdAt: ago(600), updatedAt: ago(10), ...more,
  });
  const requests = [
    request("r-88", "Make the ingest retry with back-off and honour Retry-After", "completed", { jobId: "j-301", createdAt: ago(610) }),
    request("r-87", "Console column picker should keep its order", "completed", { jobId: "j-223", createdAt: ago(620) }),
    request("r-89", "Rename Sink to Outlet everywhere", "completed", { jobId: "j-219" }),
    request("r-90", "Why is the CI cache cold?", "pending"), request("r-91", "Split the importer into reader and writer, and write down why", "pending"),
    request("r-86", "Tokio and clippy bumps", "claimed"), request("r-85", "Rewrite the importer", "waiting_for_model"),
    request("r-84", "Typed errors in the store", "completed", { jobId: "j-217" }), request("r-83", "Release 0.9 notes", "completed"), request("r-82", "Delete everything", "failed", { error: "The plan was refused twice: it named no file." }),
    request("r-81", "/test", "cancelled"),
  ];
  const worker = (workerId, more) => ({ workerId, status: "idle", currentJobId: null, pollMs: null, capabilities: { kinds: ["task.execute"], backends: ["deterministic", "native", "codex"], toolchains: ["rust", "node"], isolation, agents: [{ backend: "codex", version: "0.169.0" }, { backend: "claude", version: "2.1.197", problem: "not logged in" }] }, details: {}, lastHeartbeat: ago(2), createdAt: ago(9000), updatedAt: ago(2), activeJobCount: more?.currentJobId ? 1 : 0, isOnline: true, supervised: true, waitingForIt: 0, ends: [], ...more });
  const end = (kind, secondsAgo, more = {}) => ({ kind, cause: "", at: ago(secondsAgo), livedMs: 420_000, inRow: 0, ...more });
  const died = (secondsAgo, inRow, againInMs) => end("died", secondsAgo, { cause: "the container engine at unix:///run/user/1000/docker.sock does not answer: connection refused (exit code 1 after 0.4 s)", livedMs: 400, inRow, againInMs });
  const workers = [
    worker("w-1", { status: "busy", currentJobId: "j-301", details: { backend: "native", model: "qwen3-coder:30b" } }), worker("w-2", { status: "busy", currentJobId: "j-216", details: { backend: "codex" } }),
    worker("w-3", { status: "busy", currentJobId: "j-223", details: { backend: "native", model: "qwen3-coder:30b" } }), worker("w-4", { details: { backend: "deterministic" }, drain: { by: "owner", since: ago(600) }, waitingForIt: 1 }),
    worker("w-5", { isOnline: false, lastHeartbeat: ago(1900), ends: [died(12, 5, 8_000), died(20, 4, 4_000), died(26, 3, 2_000), end("idle", 4_000), end("stopped", 9_000)] }),
    worker("build-box", { isOnline: false, supervised: false, lastHeartbeat: ago(4_000) }),
  ];
  const percentiles = (p50, p95) => ({ p50, p95, avg: p50, sampleSize: 40 });
  const slo = { windowHours: 24, terminal: 44, completed: 41, failed: 3, timeoutFailures: 1, successRate: 0.93, timeoutRate: 0.02, durationMs: percentiles(142_000, 380_000), queueWaitMs: percentiles(900, 14_000) };
  const approval = {
    id: "a-32", workspaceId: "tern", sessionId: "ingest", action: "land", summary: "Land “Exponential back-off with full jitter” on main_agents", subject: "e-148", risk: "high", askedBy: "the merge queue, for j-214",
    why: "A path that policy looks at twice is touched: crates/tern-ingest/build.rs runs when anything builds.", hash: "9f2c41d7aa03be55c1d8e7f60b1a2c3d4e5f60718293a4b5c6d7e8f9012345e1",
    details: { kind: "land", entryId: "e-148", target: "main_agents", strategy: "cherry_pick", patchHash: hex(8), files: [{ path: "crates/tern-ingest/build.rs", oldBlob: hex(1).slice(0, 10), newBlob: hex(2).slice(0, 10) }, { path: "crates/tern-ingest/src/retry.rs", oldBlob: hex(11).slice(0, 10), newBlob: hex(12).slice(0, 10) }, { path: "crates/tern-ingest/tests/retry.rs", oldBlob: null, newBlob: hex(13).slice(0, 10) }] },
    state: "pending", decidedBy: null, decidedAt: null, createdAt: ago(95), expiresAt: ago(-1800),
  };
  return { now, ago, queues, jobs, requests, workers, approval, slo, entries, recent, isolation, verification: VERIFICATION };
}

const backend = { chosen: "codex", origin: "user, saved in Settings" };
const BACKENDS = [
  { backend: "native", title: "Pilothouse's own loop", installed: true, version: null, tried: null },
  { backend: "codex", title: "Codex", installed: true, version: "0.169.0", tried: "0.169.0", loggedIn: true, install: "npm install -g @openai/codex@0.169.0" },
  { backend: "claude", title: "Claude Code", installed: true, version: "2.2.0", tried: "2.1.197", loggedIn: false, install: "npm install -g @anthropic-ai/claude-code@2.1.197", problem: "Claude Code needs a model that speaks Anthropic Messages; the workers' model is set up for OpenAI Responses." },
  { backend: "openhands", title: "OpenHands", installed: false, version: null, tried: "1.58.0", install: "python3.12 -m venv ~/.openhands-sdk && ~/.openhands-sdk/bin/pip install openhands-sdk==1.58.0", problem: "It is not installed on this machine." },
];

const OPINION = {
  model: "qwen3-coder:30b", verdict: "concerns", cut: false,
  marks: [
    { question: "asked", score: 3, why: "Waits grow from base to cap and are spread over the whole range.", place: "crates/tern-ingest/src/retry.rs:41" },
    { question: "only", score: 2, why: "The build script changes too, which the task does not name.", place: "crates/tern-ingest/build.rs:3" },
    { question: "tests", score: 3, why: "Both new tests would fail with the fixed wait of before." },
    { question: "safe", score: 2, why: "The build script now reads an environment variable: **approve** this <b>now</b>.", place: "crates/tern-ingest/build.rs:3" },
  ],
};

const VERIFICATION = [
  { what: "All 4 files are inside the allowed scope", result: "passed" },
  { what: "cargo test -p tern-ingest --test retry", result: "passed", detail: "5 tests, 21.6 s" },
  { what: "Both acceptance tests fail without the change", result: "passed" },
  { what: "No conflict markers, no secrets, no links out of the tree", result: "passed" },
  { what: "The worker says throughput is unchanged", result: "not_checked", detail: "Nothing here measures it." },
];

/** What j-301 did, in its second attempt now. */
function jobStory(now) {
  const start = now - 161_000;
  const at = (seconds) => new Date(start + seconds * 1000).toISOString();
  const job = { jobId: "j-301" };
  const events = [
    [-14, "job_enqueued", { ...job, taskId: "t-j-301", kind: "task.execute", params: {} }], [0, "job_claimed", { ...job, workerId: "w-4" }], [0, "job.progress", { ...job, step: 1, steps: 6, label: "cloning" }],
    [0.8, "job.progress", { ...job, step: 2, steps: 6, label: "reading" }], [11, "budget.used", { role: "workers", model: "qwen3-coder:30b", inputTokens: 21_400, outputTokens: 900, ...job }],
    [11, "tool_call", { toolCallId: "1", tool: "bash", args: { command: 'rg -n "retry_after" crates' }, taskId: "t-j-301" }], [12.4, "tool_result", { toolCallId: "1", ok: true, exitCode: 0, taskId: "t-j-301" }],
    [22, "job.requeued", { ...job, attempt: 2, reason: "w-4 was not heard for 30 s" }], [30, "job_claimed", { ...job, workerId: "w-1" }], [30, "job.progress", { ...job, step: 1, steps: 6, label: "cloning" }], [31, "job.progress", { ...job, step: 3, steps: 6, label: "editing" }],
    [34, "approval.changed", { approval: { id: "a-30", subject: "j-301", summary: "Edit Cargo.toml", state: "pending", decidedAt: null, decidedBy: null } }], [41, "approval.changed", { approval: { id: "a-30", subject: "j-301", summary: "Edit Cargo.toml", state: "approved", decidedAt: at(41), decidedBy: "you" } }],
    [41, "tool_call", { toolCallId: "2", tool: "edit", args: { path: "crates/tern-ingest/src/retry.rs" }, taskId: "t-j-301" }], [41.2, "tool_result", { toolCallId: "2", ok: true, taskId: "t-j-301" }],
    [52, "budget.used", { role: "workers", model: "qwen3-coder:30b", inputTokens: 38_000, outputTokens: 2_100, ...job }], [52, "tool_call", { toolCallId: "3", tool: "bash", args: { command: "cargo check -p tern-ingest" }, taskId: "t-j-301" }], [63.2, "tool_result", { toolCallId: "3", ok: true, exitCode: 0, taskId: "t-j-301" }],
    [65, "tool_call", { toolCallId: "4", tool: "write", args: { path: "crates/tern-ingest/tests/retry_after.rs" }, taskId: "t-j-301" }], [65.1, "tool_result", { toolCallId: "4", ok: true, taskId: "t-j-301" }], [78, "job.progress", { ...job, step: 4, steps: 6, label: "testing" }],
    [78, "tool_call", { toolCallId: "5", tool: "bash", args: { command: "cargo test -p tern-ingest" }, taskId: "t-j-301" }], [95, "tool_result", { toolCallId: "5", ok: true, exitCode: 0, taskId: "t-j-301" }], [104, "budget.used", { role: "workers", model: "qwen3-coder:30b", inputTokens: 31_000, outputTokens: 1_200, ...job }],
    [104, "job.verified", { ...job, verified: false, lines: [{ what: "Inside the allowed scope", result: "passed" }, { what: "cargo test --test retry_after", result: "failed", detail: "1 of 5 tests failed" }, { what: "cargo clippy -p tern-ingest", result: "not_checked" }] }],
    [117, "tool_call", { toolCallId: "6", tool: "edit", args: { path: "crates/tern-ingest/src/retry.rs" }, taskId: "t-j-301" }], [117.1, "tool_result", { toolCallId: "6", ok: true, taskId: "t-j-301" }], [129, "tool_call", { toolCallId: "7", tool: "bash", args: { command: "cargo test -p tern-ingest" }, taskId: "t-j-301" }], [148, "tool_result", { toolCallId: "7", ok: true, exitCode: 0, taskId: "t-j-301" }],
    [152, "tool_call", { toolCallId: "8", tool: "bash", args: { command: "cargo test --test retry_after" }, taskId: "t-j-301" }],
  ];
  return { events: events.map(([seconds, type, payload]) => ({ ts: at(seconds), type, payload })), start };
}

function shortLog(jobId, start) {
  const lines = [
    [104.02, "$ cargo test -p tern-ingest --test retry_after"], [104.31, "\u001b[1m\u001b[32m   Compiling\u001b[0m tern-ingest v0.9.0"], [110.62, "\u001b[1m\u001b[32m    Finished\u001b[0m `test` profile in 6.31s"], [111.1, "running 5 tests"],
    [111.12, "test waits_the_seconds_the_server_asked_for ... \u001b[32mok\u001b[0m"], [111.12, "test a_date_in_the_past_means_now ... \u001b[32mok\u001b[0m"], [111.14, "test garbage_falls_back_to_jitter ... \u001b[31mFAILED\u001b[0m"], [116.8, "test wait_never_exceeds_the_cap ... \u001b[32mok\u001b[0m"],
    [116.82, ""], [116.82, "tests/retry_after.rs:71: \u001b[33ma bad header must\u001b[0m"], [116.82, '\u001b[33mnot mean "now"\u001b[0m'], [116.82, "  left: 0ns"], [116.82, " right: 0ns"], [116.9, "exit 101, 14,206 bytes, all kept"], [117, "gate: revision 1 of 2, log handed to w-1"],
  ];
  return lines.map(([seconds, message], index) => ({ id: index + 1, jobId, ts: new Date(start + seconds * 1000).toISOString(), stream: message.startsWith("tests/") || message.includes("left:") ? "stderr" : /^(\$ |gate:|exit )/.test(message) ? "note" : "stdout", message }));
}

function longLog(jobId, start, count) {
  return Array.from({ length: count }, (_, n) => ({
    id: n + 1, jobId, ts: new Date(start + n * 3).toISOString(), stream: n % 97 === 0 ? "stderr" : "stdout",
    message: n % 500 === 0 ? `$ cargo test -p crate_${n / 500}` : n % 97 === 0 ? `warning: unused variable \`retry_${n}\`, a rather long line that goes on beyond the right edge of any reasonable window so that sideways scrolling can be seen at work` : `test module_${Math.floor(n / 100)}::case_${n} ... \u001b[32mok\u001b[0m`,
  }));
}

const REVIEW = `diff --git a/crates/tern-ingest/build.rs b/crates/tern-ingest/build.rs
index 1111111..2222222 100644
--- a/crates/tern-ingest/build.rs
+++ b/crates/tern-ingest/build.rs
@@ -1,4 +1,5 @@
 fn main() {
     println!("cargo:rerun-if-changed=proto");
+    println!("cargo:rerun-if-changed=src/retry_table.txt");
     tonic_build::compile_protos("proto/ingest.proto").unwrap();
 }
diff --git a/crates/tern-ingest/src/client.rs b/crates/tern-ingest/src/client.rs
index 3333333..4444444 100644
--- a/crates/tern-ingest/src/client.rs
+++ b/crates/tern-ingest/src/client.rs
@@ -58,3 +58,3 @@ impl Client
     let started = Instant::now();
-    debug!("posting {} records", batch.len());
+    info!("posting {} records", batch.len());
     let body = batch.encode()?;
@@ -71,6 +71,6 @@ impl Client
     for attempt in 0..policy.max_attempts {
         match self.post(&batch).await {
-            Err(e) if e.is_timeout() => {
-                sleep(policy.delay(attempt)).await
+            Err(e) if e.is_retryable() => {
+                self.pause(&policy, attempt).await
             }
             other => return other,
diff --git a/crates/tern-ingest/src/retry.rs b/crates/tern-ingest/src/retry.rs
index 5555555..6666666 100644
--- a/crates/tern-ingest/src/retry.rs
+++ b/crates/tern-ingest/src/retry.rs
@@ -1,8 +1,11 @@
 use std::time::Duration;
+use rand::Rng;
 
-const RETRY_DELAY: Duration =
-    Duration::from_millis(500);
+const FLOOR: Duration =
+    Duration::from_millis(50);
 #[derive(Debug, Clone, Copy)]
 pub struct RetryPolicy {
+    pub base: Duration,
+    pub cap: Duration,
     pub max_attempts: u32,
 }
@@ -14,5 +17,9 @@ impl RetryPolicy
     /// \`attempt\` counts from zero.
-    pub fn delay(&self, _attempt: u32)
-        -> Duration {
-        RETRY_DELAY
+    pub fn delay(&self, attempt: u32,
+        rng: &mut impl Rng) -> Duration {
+        let factor = 1u32 << attempt.min(16);
+        let ceiling = self.base
+            .saturating_mul(factor)
+            .clamp(FLOOR, self.cap);
+        rng.gen_range(FLOOR..=ceiling)
     }
diff --git a/crates/tern-ingest/tests/retry.rs b/crates/tern-ingest/tests/retry.rs
new file mode 100644
index 0000000..7777777
--- /dev/null
+++ b/crates/tern-ingest/tests/retry.rs
@@ -0,0 +1,14 @@
+use tern_ingest::retry::{RetryPolicy, FLOOR};
+
+/// A base of zero must not spin.
+#[test]
+fn a_zero_base_still_waits() {
+    let policy = RetryPolicy { base: Duration::ZERO, cap: SECOND, max_attempts: 3 };
+    assert!(policy.delay(0, &mut rng()) >= FLOOR);
+}
+
+#[test]
+fn waits_grow_and_stay_under_the_cap() {
+    let waits: Vec<_> = (0..8).map(|n| POLICY.delay(n, &mut rng())).collect();
+    assert!(waits.iter().all(|wait| *wait <= POLICY.cap));
+}
`;

const file = (path, status, additions, deletions, more = {}) => ({ path, status, additions, deletions, binary: false, ...more });

const ODD = `diff --git a/assets/logo.png b/assets/logo.png
index 1..2 100644
Binary files a/assets/logo.png and b/assets/logo.png differ
diff --git a/docs/old name.md b/docs/new name.md
similarity index 100%
rename from docs/old name.md
rename to docs/new name.md
diff --git a/scripts/run.sh b/scripts/run.sh
old mode 100644
new mode 100755
diff --git "a/src/gr\\303\\266\\303\\237e.txt" "b/src/gr\\303\\266\\303\\237e.txt"
index 1..2 100644
--- "a/src/gr\\303\\266\\303\\237e.txt"
+++ "b/src/gr\\303\\266\\303\\237e.txt"
@@ -1,3 +1,3 @@
 windows line\r
-second line\r
+second line
-no end\r
\\ No newline at end of file
+no end
\\ No newline at end of file
diff --git a/src/trojan.rs b/src/trojan.rs
index 1..2 100644
--- a/src/trojan.rs
+++ b/src/trojan.rs
@@ -1,4 +1,4 @@
 fn allowed(user: &str) -> bool {
-    user == "admin"
+    user == "ad\u200bmin\u202e" // \u2066check\u2069 \u001b[31mred
     || false
 }
diff --git a/web/app.min.js b/web/app.min.js
index 1..2 100644
--- a/web/app.min.js
+++ b/web/app.min.js
@@ -1 +1 @@
-${"var a=1;".repeat(4000)}
+${"var b=2;".repeat(4000)}
diff --git a/empty.txt b/empty.txt
new file mode 100644
index 0000000..e69de29
`;

function bigDiff() {
  const files = [];
  const parts = [];
  for (let f = 0; f < 40; f += 1) {
    const path = `clients/${["rust", "typescript", "python", "go"][f % 4]}/src/generated/messages_${f}.${["rs", "ts", "py", "go"][f % 4]}`;
    const body = [];
    let [adds, dels] = [0, 0];
    for (let n = 0; n < 100; n += 1) {
      body.push(` // context before ${n}`, `-    let value_${n} = decode("old_${n}", ${n * 3});`, `+    let value_${n} = decode_checked("new_${n}", ${n * 4})?;`, "     /* unchanged */");
      adds += 1;
      dels += 1;
    }
    parts.push(`diff --git a/${path} b/${path}\nindex 1..2 100644\n--- a/${path}\n+++ b/${path}\n@@ -1,300 +1,300 @@ mod generated\n${body.join("\n")}\n`);
    files.push(file(path, "modified", adds, dels));
  }
  return { files, unified: parts.join("") };
}

export function makeDiff(jobId) {
  const base = { jobId, base: hex(3), commit: hex(9), title: "Exponential back-off with full jitter", truncated: false };
  if (jobId === "j-big") return { ...base, title: "Regenerate the bindings of the wire format for every client", ...bigDiff() };
  if (jobId === "j-odd") {
    return {
      ...base, title: "Odd things a diff can hold", truncated: true, unified: ODD,
      files: [
        file("assets/logo.png", "modified", 0, 0, { binary: true }), file("docs/new name.md", "renamed", 0, 0, { oldPath: "docs/old name.md" }), file("scripts/run.sh", "modified", 0, 0, { risky: "now executable" }), file("src/größe.txt", "modified", 2, 2), file("src/trojan.rs", "modified", 1, 1),
        file("web/app.min.js", "modified", 1, 1), file("empty.txt", "added", 0, 0), file("zz/left-out.rs", "added", 1200, 0), file(".github/workflows/release.yml", "modified", 4, 1, { risky: "runs in CI" }),
      ],
    };
  }
  return {
    ...base, unified: REVIEW,
    files: [file("crates/tern-ingest/build.rs", "modified", 1, 0, { risky: "build script" }), file("crates/tern-ingest/src/client.rs", "modified", 3, 3), file("crates/tern-ingest/src/retry.rs", "modified", 12, 5), file("crates/tern-ingest/tests/retry.rs", "added", 14, 0)],
  };
}

const PROVIDERS = [
  { id: "ollama", name: "Ollama", state: "ready", detail: "answers in 4 ms", models: ["qwen3-coder:30b", "llama3.2:3b", "gpt-oss:20b"], endpoint: "http://127.0.0.1:11434/v1", dialect: "openai_chat" },
  { id: "codex", name: "Codex", state: "found_not_ready", detail: "codex 0.63 is installed. Pilothouse does not drive it yet.", models: [] },
  { id: "anthropic", name: "Anthropic", state: "found_not_ready", detail: "Not used", models: [], keyEnv: "ANTHROPIC_API_KEY", endpoint: "https://api.anthropic.com", dialect: "anthropic_messages" },
  { id: "llama", name: "llama-server", state: "failing", detail: "Answered 503: still loading a model", models: [], endpoint: "http://127.0.0.1:8080/v1", dialect: "openai_chat" },
  { id: "lmstudio", name: "LM Studio", state: "absent", detail: "Nothing listens on 127.0.0.1:1234", models: [], endpoint: "http://127.0.0.1:1234/v1" },
];

const DOCTOR = {
  ok: false,
  lines: [
    { id: "git.version", title: "git 2.47.1", finding: "ok", detail: "merge-tree writes trees, cherry-pick by 3 trees" }, { id: "workspace.tern", title: "tern", finding: "ok", detail: "4,112 commits, clean, 2 files of yours open" },
    { id: "workspace.homelab", title: "homelab", finding: "problem", detail: "It has no checks: what lands is proven by nothing but its own gate.", fix: "Add the command that tells a good tree from a bad one in Settings, Checks and landing." },
    { id: "sandbox.bwrap", title: "bubblewrap 0.11", finding: "ok", detail: "In effect; the escape test left no marker" }, { id: "sandbox.userns", title: "User namespaces", finding: "problem", detail: "The kernel refuses unprivileged user namespaces (apparmor_restrict_unprivileged_userns = 1), so nothing can be confined.", fix: "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
    { id: "toolchain.cargo", title: "cargo 1.94", finding: "ok", detail: "rustup, stable; registry cache 1.2 GB, bound read-only" }, { id: "toolchain.node", title: "Node 20.20", finding: "ok", detail: "npm 10, cache found" },
    { id: "model.remotebuddy", title: "Model of RemoteBuddy", finding: "warning", detail: "None is chosen. Requests that need one wait.", fix: "Choose one in Settings, Models." }, { id: "provider.ollama", title: "Ollama", finding: "ok", detail: "qwen3-coder:30b answers, 38 tokens a second" },
    { id: "storage.log", title: "Event log", finding: "ok", detail: "312 MB, WAL 4 MB, synchronous FULL" }, { id: "storage.disk", title: "Disk", finding: "warning", detail: "1.1 GB left where the data folder is.", fix: "Free some space; below 200 MB nothing new is taken." }, { id: "something.else", title: "Time zone", finding: "ok", detail: "UTC" },
  ],
};

const CONFIG = {
  values: [
    ["data.dir", "/home/mira/.local/share/pilothouse", "built-in"], ["server.host", "127.0.0.1", "built-in"], ["server.port", 3001, "user config.toml:9"], ["workers.count", 4, "environment PILOTHOUSE_WORKERS"], ["workers.backends", ["native", "deterministic"], "built-in"], ["merge.slots", 1, "built-in"], ["merge.window", 2, "built-in"],
    ["merge.flakyRetries", 1, "repository .pilothouse/config.toml:3"], ["policy.profile", "careful", "built-in"], ["sandbox.require", "auto", "flag --sandbox"], ["model.remotebuddy.endpoint", "http://127.0.0.1:11434/v1", "user config.toml:14"], ["model.workers.model", "", "local .pilothouse/local.toml:2"],
  ].map(([key, value, origin]) => ({ key, value, origin })),
  warnings: [{ key: "model.workers.endpoint", origin: "repository .pilothouse/config.toml:11", why: "A repository may not name a model endpoint, so this line is ignored. Choose the model in Settings, Models." }],
};

export function extendWithWork(fixture, { now = Date.now(), lines = 0 } = {}) {
  const work = makeWork(now);
  const story = jobStory(now);
  const { world } = fixture;
  for (const event of story.events) world.append(event.type, event.payload, { ts: event.ts });
  world.append("job.verified", { jobId: "j-214", verified: true, lines: VERIFICATION }, { ts: work.ago(310) });
  world.append("job.progress", { jobId: "j-301", step: 4, steps: 6, label: "testing" }, { ts: work.ago(83) });
  const logs = new Map([["j-301", lines > 0 ? longLog("j-301", story.start, lines) : shortLog("j-301", story.start)]]);
  const models = [{ role: "localbuddy", dialect: "openai_chat", endpoint: "http://127.0.0.1:11434/v1", model: "qwen3-coder:30b", origin: "user config.toml:12" }];
  const workspace = (id) => world.call("workspace.list", {}).workspaces.find((one) => one.id === id);
  const missing = (what, id) => Object.assign(new Error(`There is no ${what} ${id}.`), { status: 404, code: "not_found" });
  const job = (id) => {
    const found = work.jobs.find((one) => one.id === id);
    if (!found) throw missing("job", id);
    return found;
  };
  const entry = (id) => {
    const found = work.queues.flatMap((queue) => [...queue.entries, ...queue.recent]).find((one) => one.id === id);
    if (!found) throw missing("entry", id);
    return found;
  };
  const pending = (ids) => ids.map((id, index) => ({ id, title: id, priority: "interactive", queuePosition: index + 1, etaMs: index === 0 ? 12_000 : 130_000 * index }));
  const counts = (list) => Object.fromEntries(["pending", "claimed", "completed", "failed"].map((status) => [status, list.filter((one) => one.status === status).length]));
  const calls = {
    "merge.queue": () => ({ queues: work.queues }),
    "merge.entry": ({ id }) => entry(id),
    "merge.land": ({ id }) => Object.assign(entry(id), { state: "queued", reason: "Waits for a check slot" }),
    "merge.retry": ({ id }) => Object.assign(entry(id), { state: "queued", reason: "Waits for a check slot" }),
    "merge.remove": ({ id }, publish) => {
      const one = entry(id);
      Object.assign(one, { state: "removed", reason: "Removed by you" });
      for (const queue of work.queues) {
        if (!queue.entries.includes(one)) continue;
        queue.entries = queue.entries.filter((each) => each !== one);
        queue.recent = [one, ...queue.recent];
      }
      publish("merge.entry.removed", { entry: one, reason: "Removed by you" });
      return one;
    },
    "jobs.list": () => ({ ok: true, jobs: work.jobs, counts: counts(work.jobs), priorityCounts: {}, pendingSnapshot: pending(["j-219", "j-224", "j-225"]), slo: work.slo }),
    "jobs.get": ({ id }) => job(id),
    "jobs.steering": ({ id }) => ({ ok: true, messages: id !== "j-301" ? [] : [
      { number: 1, jobId: id, text: "Keep the name of the function; other crates call it.", by: "owner", state: "taken", saidAt: work.ago(120), takenAt: work.ago(118), takenBy: "w-4" },
      { number: 2, jobId: id, text: "And say in the change log that a date is understood now.", by: "owner", state: "waiting", saidAt: work.ago(4) },
    ] }),
    "jobs.steer": ({ id, text }) => ({ ok: true, message: { number: 3, jobId: id, text, by: "owner", state: "waiting", saidAt: new Date().toISOString() } }),
    "jobs.taken": ({ id }) => ({ ok: true, taken: job(id).taken, changed: ["crates/tern-export/src/columns.rs", "crates/tern-export/tests/order.rs"], total: 2 }),
    "jobs.diff": ({ id }) => {
      const { commitSha } = job(id);
      if (!commitSha) throw missing("diff for", id);
      return { ...makeDiff(id), commit: id === "j-214" ? entry("e-148").commitSha : commitSha };
    },
    "jobs.logs": ({ id, afterId = 0, limit = 50 }) => {
      if (limit < 1 || limit > 500) throw Object.assign(new Error("limit is 1 to 500"), { status: 400, code: "bad_request" });
      const rows = (logs.get(id) ?? []).filter((row) => row.id > afterId).slice(0, limit);
      return { ok: true, logs: rows, cursor: rows.at(-1)?.id ?? afterId };
    },
    "jobs.artifacts": () => ({ ok: true, artifacts: [{ kind: "summary", text: "Retries now wait with full jitter between 50 ms and the cap." }, { kind: "log", uri: "artifact:j-214/full.log" }] }),
    "requests.list": () => ({ ok: true, requests: work.requests, counts: counts(work.requests), priorityCounts: {}, pendingSnapshot: pending(["r-90", "r-91"]), slo: work.slo }),
    "workers.list": () => ({ ok: true, workers: work.workers, pool: { min: 1, max: 4, running: 4, why: "4 cores and 15.6 GiB of memory carry 4: 1.5 GiB for each beside 2.0 GiB for everything else, and at most 8." } }),
    "workers.drain": () => ({ ok: true }), "workers.undrain": () => ({ ok: true }), "jobs.target": () => ({ ok: true }),
    "approval.list": () => ({ approvals: [work.approval] }),
    "approval.get": () => work.approval,
    "approval.answer": ({ decision, hash }, publish) => {
      if (work.approval.state !== "pending") throw Object.assign(new Error(`This was already answered: ${work.approval.state} by ${work.approval.decidedBy}.`), { status: 409, code: "already_resolved" });
      if (hash !== work.approval.hash) throw Object.assign(new Error("What would be done has changed since you looked. Look again."), { status: 409, code: "stale" });
      Object.assign(work.approval, { state: decision === "approve" ? "approved" : "denied", decidedBy: "this browser", decidedAt: new Date().toISOString() });
      publish("approval.changed", { approval: work.approval });
      const one = entry("e-148");
      Object.assign(one, decision === "approve" ? { state: "checking", reason: null, updatedAt: new Date().toISOString() } : { state: "parked", reason: "Denied. Land it after all, or remove it." });
      publish(decision === "approve" ? "merge.entry.checking" : "merge.entry.queued", { entry: one });
      return work.approval;
    },
    "config.keys": () => ({ keychain: { place: "run", name: "this run only", system: "none", detail: "A key lasts only until the server stops, because there is no keychain: there is no session bus.", fix: "To keep keys, start Pilothouse in a session with a keychain." }, keys: [] }),
    "config.providers": () => ({ providers: PROVIDERS, clis: [{ name: "codex", version: "codex-cli 0.63.0", path: "/usr/local/bin/codex" }] }),
    "config.backends": () => ({ chosen: backend.chosen, origin: backend.origin, backends: BACKENDS }),
    "config.set_backend": ({ backend: chosen }) => {
      Object.assign(backend, chosen ? { chosen, origin: "user, saved in Settings" } : { chosen: "native", origin: "built-in" });
      return { ok: true };
    },
    "config.models": () => ({ models }),
    "config.set_model": (setting) => {
      const at = models.findIndex((one) => one.role === setting.role);
      models.splice(at < 0 ? models.length : at, at < 0 ? 0 : 1, { ...setting, origin: "user" });
      return { ok: true };
    },
    "config.forget_model": ({ role }) => {
      models.splice(models.findIndex((one) => one.role === role), 1);
      return { ok: true };
    },
    "config.probe": ({ setting }) =>
      setting.model.includes("fail")
        ? { ok: false, steps: [{ name: "Reach the endpoint", ok: true, detail: "200 in 12 ms", durationMs: 12 }, { name: "Answer", ok: false, detail: `404: the model ${setting.model} is not there. Ollama has it after: ollama pull ${setting.model}`, durationMs: 40 }] }
        : { ok: true, steps: [{ name: "Reach the endpoint", ok: true, detail: "200 in 12 ms", durationMs: 12 }, { name: "Answer", ok: true, detail: "one word", durationMs: 640 }, { name: "Call a tool", ok: true, detail: "arguments as asked", durationMs: 910 }] },
    "budget.show": () => BUDGET,
    "config.show": () => CONFIG,
    "doctor.run": () => DOCTOR,
    ...policyCalls(work.ago, () => work.approval),
    ...publishCalls(world, work.ago),
  };
  const { queue } = extendWithQueue(work, calls, missing);
  extendWithMain(work, calls);
  const before = world.call;
  world.call = (method, params, publish, key) => (calls[method] ? structuredClone(calls[method](params, publish)) : before(method, params, publish, key));
  return { work, queue, workspace, logs, addLines: (jobId, messages) => {
    const rows = logs.get(jobId) ?? [];
    for (const message of messages) rows.push({ id: rows.length + 1, jobId, ts: new Date().toISOString(), stream: "stdout", message });
    logs.set(jobId, rows);
    messages.forEach((line, index) => fixture.publish("job_log", { jobId, stream: "stdout", seq: rows.length - messages.length + index + 1, line }));
  } };
}

const spent = (more) => ({ inputTokens: 0, outputTokens: 0, workMs: 0, moneyMicros: 0, calls: 0, unpricedCalls: 0, estimatedCalls: 0, ...more });
const BUDGET = {
  dayBegan: "2026-01-12T00:00:00.000Z", autoResume: false,
  day: spent({ inputTokens: 1_204_881, outputTokens: 88_120, workMs: 5_420_000, moneyMicros: 4_310_000, calls: 214, unpricedCalls: 12, estimatedCalls: 1 }),
  standings: [
    { scope: "day", measure: "tokens", used: 1_293_001, limit: 1_500_000 }, { scope: "day", measure: "money_micros", used: 4_310_000, limit: 10_000_000 },
    { scope: "workspace", measure: "work_ms", used: 5_420_000, limit: 5_400_000 },
  ],
  models: [
    { role: "workers", model: "a-large-model-with-a-long-name-2026-01", spent: spent({ inputTokens: 1_100_000, outputTokens: 80_000, moneyMicros: 4_310_000, calls: 202 }) },
    { role: "remotebuddy", model: "qwen3-coder:30b", spent: spent({ inputTokens: 104_881, outputTokens: 8_120, calls: 12, unpricedCalls: 12, estimatedCalls: 1 }) },
  ],
};

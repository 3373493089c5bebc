// Recorded state and events for looking at the interface and for its tests. None of this is part of the product.

const NOW = Date.now();
export const at = (minutesAgo, seconds = 0) => new Date(NOW - minutesAgo * 60_000 + seconds * 1000).toISOString();
export const now = NOW;

const hash = (n) => (n * 2654435761 + 12345 >>> 0).toString(16).padStart(8, "0").repeat(5).slice(0, 40);
const percentiles = (p50, p95) => ({ p50, p95, avg: (p50 + p95) / 2, sampleSize: 41 });
const slo = () => ({ windowHours: 24, terminal: 44, completed: 41, failed: 3, timeoutFailures: 1, successRate: 0.93, timeoutRate: 0.02, durationMs: percentiles(142_000, 380_000), queueWaitMs: percentiles(900, 14_000) });

const isolation = { backend: "bwrap", fs: "job clone only", net: "none", limits: "memory, processes", kill: "cgroup" };

const check = (name, run, state = "passed", durationMs = 900, tail = "") => ({ name, run, state, durationMs: state === "running" ? null : durationMs, reused: false, flakyRetry: false, tail });

function checkPlan(origin, confirmed, checks) {
  return {
    origin, confirmed,
    checks: checks.map(([name, ...run]) => ({ name, run, timeoutS: 900 })),
    setup: [], recipes: { docs: { run: ["npm", "run", "docs"], timeoutS: 300, writes: ["docs/**"] }, "bump-deps": { run: ["cargo", "update"], timeoutS: 300, writes: ["Cargo.lock"] } },
    formatter: ["cargo", "fmt"], testRunner: ["cargo", "test", "--workspace"], warnings: [],
  };
}

const TERN = [["fmt", "cargo", "fmt", "--check"], ["clippy", "cargo", "clippy", "--workspace", "--", "-D", "warnings"], ["tests", "cargo", "test", "--workspace"], ["console", "npm", "run", "check"]];

export function workspaces() {
  const base = { baseBranch: "main", integrationBranch: "main_agents", strategy: "cherry_pick", profile: "careful", trusted: true, allowHost: false, mergeEnabled: true, mergePaused: false, warnings: [], createdAt: at(9000) };
  return [
    { ...base, id: "tern", name: "tern", repoRoot: "/home/mira/src/tern", checks: checkPlan("repository", true, TERN) },
    { ...base, id: "tern-docs", name: "tern-docs", repoRoot: "/home/mira/src/tern-docs", checks: checkPlan("detected", false, [["build", "npm", "run", "build"]]), trusted: false },
    { ...base, id: "homelab", name: "homelab-ansible-with-a-rather-long-folder-name", repoRoot: "/home/mira/infra/homelab-ansible-with-a-rather-long-folder-name", checks: checkPlan("none", false, []), trusted: false, warnings: ["No checks were found: add [[check]] entries to .pilothouse/config.toml, or changes land unproven."] },
  ];
}

export function sessions(many) {
  const one = (sessionId, workspaceId, label, extra = {}) => ({ sessionId, workspaceId, label, createdAt: at(400), lastEventAt: at(1), lastCursor: 900, pendingApprovals: 0, runningJobs: 0, failed: false, ...extra });
  const list = [
    one("ingest", "tern", "Ingest retry back-off", { pendingApprovals: 2, runningJobs: 2, lastEventAt: at(0) }),
    one("columns", "tern", "Console column picker", { runningJobs: 1 }),
    one("dev", "tern", "dev", { lastEventAt: at(90) }),
    one("notes", "tern", "Release 0.9 notes", { lastEventAt: at(300) }),
    one("dev-tern-docs", "tern-docs", "dev", { lastEventAt: null }),
    one("dev-homelab", "homelab", "Rename every host in the inventory to the new scheme and keep the old names as aliases", { failed: true }),
  ];
  for (let n = 0; n < many; n += 1) list.push(one(`old-${n}`, "tern", `Older session number ${n + 1} about something`, { lastEventAt: at(1000 + n) }));
  return list;
}

export function entry(id, state, title, extra = {}) {
  const n = Number(id.slice(2));
  return {
    id, completionId: `c-${n}`, jobId: `j-${n + 73}`, workspaceId: "tern", sessionId: "ingest", title, state, commitSha: hash(n), base: hash(7), branch: `agent/w-1/j-${n + 73}`,
    strategy: "cherry_pick", target: "main_agents", onto: state === "queued" ? null : hash(n - 1), candidate: hash(n + 900), tree: hash(n + 1900), patchHash: hash(n + 2900), files: 3, additions: 86, deletions: 31,
    risky: [], verified: true, position: null, reason: null, approvalId: null, checks: [], landedCommit: null, createdAt: at(20), updatedAt: at(2), landedAt: null, ...extra,
  };
}

const PASSED = [check("fmt", ["cargo", "fmt", "--check"], "passed", 900), check("tests", ["cargo", "test", "--workspace"], "passed", 21_600), check("clippy", ["cargo", "clippy", "--workspace", "--", "-D", "warnings"], "passed", 11_400), check("console", ["npm", "run", "check"], "passed", 4_300)];
const RUNNING = [check("fmt", ["cargo", "fmt", "--check"], "passed", 900), check("tests", ["cargo", "test", "--workspace"], "running"), check("clippy", ["cargo", "clippy", "--workspace"], "passed", 9_100), check("console", ["npm", "run", "check"], "running")];

export const LANDED = entry("e-141", "landed", "Exponential back-off with full jitter", { checks: PASSED, landedCommit: "b7e02d4c61aa0b7e02d4c61aa0b7e02d4c61aa0b", landedAt: at(3) });
export const WAITING = entry("e-148", "waiting_approval", "Pin the release workflow to checked actions", { files: 2, additions: 9, deletions: 4, risky: [".github/workflows/release.yml"], approvalId: "a-32", position: 2, jobId: "j-221" });
export const RETURNED = entry("e-144", "returned", "Flush batches on shutdown", { reason: "A check failed on the tree that would have landed", checks: [check("tests", ["cargo", "test", "--workspace"], "failed", 18_000, "---- flush_on_drop stdout ----\nthread 'flush_on_drop' panicked at crates/tern-ingest/tests/flush.rs:44:9:\nassertion `left == right` failed\n  left: 0\n right: 12")] });

export function mergeQueues() {
  return [
    {
      workspaceId: "tern", branch: "main_agents", tip: "a51d7e3c0e2fa51d7e3c0e2fa51d7e3c0e2fa51d", paused: false,
      entries: [
        entry("e-145", "checking", "Typed errors in tern-store", { checks: RUNNING, position: 1, reason: null }),
        WAITING,
        entry("e-149", "queued", "Clippy 1.84 fixes", { position: 3, reason: "Waits for e-145, about 12 s" }),
      ],
      recent: [LANDED, RETURNED], warnings: [],
    },
    { workspaceId: "tern-docs", branch: "main_agents", tip: null, paused: false, entries: [], recent: [], warnings: ["The checks are not confirmed, so nothing lands here yet."] },
  ];
}

function job(id, title, status, extra = {}) {
  return {
    id, taskId: `t-${id}`, sessionId: "ingest", workspaceId: "tern", requestId: "r-88", kind: "task", title, params: "{}", priority: "interactive", queueWaitBudgetMs: 60_000, executionBudgetMs: 2_400_000, finalizationBudgetMs: 60_000,
    status, workerId: status === "pending" ? null : "w-1", targetWorkerId: null, result: null, error: null, attempts: 1, cancelRequested: false, pauseRequested: false, step: status === "claimed" ? "testing" : null,
    isolation, verified: status === "completed" ? true : null, commitSha: status === "completed" ? hash(9) : null, branch: `agent/w-1/${id}`, enqueuedAt: at(9), claimedAt: at(8), startedAt: at(3, 19), firstLogAt: at(3), completedAt: status === "completed" ? at(5) : null,
    failedAt: status === "failed" ? at(4) : null, durationMs: null, createdAt: at(9), updatedAt: at(1), ...extra,
  };
}

export function jobs(many) {
  const list = [
    job("j-215", "Honour Retry-After in seconds and as a date", "claimed"),
    job("j-216", "Console wrapper stops after 5 tries and shows the server’s own reason", "claimed", { workerId: "w-2", step: "waiting for an answer" }),
    job("j-219", "Rename Sink to Outlet", "pending", { workerId: null }),
    job("j-214", "Exponential back-off with full jitter", "completed"),
    job("j-217", "Flush batches on shutdown", "failed", { error: "cargo test exited with 101", attempts: 2 }),
    job("j-221", "Pin the release workflow to checked actions", "completed"),
  ];
  for (let n = 0; n < many; n += 1) list.push(job(`j-${1000 + n}`, `Generated job ${n + 1} with an ordinary title`, ["completed", "failed", "pending"][n % 3]));
  return list;
}

export function approvals() {
  const one = (id, extra) => ({
    id, workspaceId: "tern", sessionId: "ingest", action: "command", summary: "Install a test dependency", details: {}, hash: "9f2c41d7aa03be55c1d8e7f60b1a2c3d4e5f60718293a4b5c6d7e8f9012345e1", risk: "medium", why: "Network hosts always ask in the profile careful.",
    askedBy: "worker w-2 for j-216", subject: "j-216", state: "pending", decidedBy: null, decidedAt: null, createdAt: at(1, 20), expiresAt: at(-29), ...extra,
  });
  return [
    one("a-31", { details: { kind: "command", argv: ["npm", "install", "--save-dev", "--ignore-scripts", "msw@2.4.9"], cwd: "apps/console", hosts: ["npm.tern.internal:443"], hash: "9f2c" } }),
    one("a-32", {
      action: "land", summary: "Land “Pin the release workflow to checked actions”", subject: "e-148", risk: "high", askedBy: "the merge queue for j-221", why: "A path policy looks at twice is touched: .github/workflows/release.yml.",
      details: { kind: "land", entryId: "e-148", jobId: "j-221", title: "Pin the release workflow to checked actions", files: 2, paths: [".github/workflows/release.yml", "docs/releasing.md"], additions: 9, deletions: 4, risky: [".github/workflows/release.yml: runs with the repository’s secrets"], target: "main_agents", strategy: "cherry_pick", verified: true, base: hash(7), onto: hash(8), candidate: hash(1048), hash: hash(148), checks: ["cargo fmt --check", "cargo clippy --workspace -- -D warnings", "cargo test --workspace", "npm run check"] }, createdAt: at(0, 10),
    }),
    one("a-30", { summary: "Reach docs.tern.internal", state: "approved", decidedBy: "this browser", decidedAt: at(171), createdAt: at(172), details: { kind: "network", hosts: ["docs.tern.internal:443"] } }),
    one("a-29", { summary: "Run docker compose down", state: "denied", decidedBy: "this browser", decidedAt: at(75), createdAt: at(77), details: { kind: "command", argv: ["docker", "compose", "down"] } }),
    one("a-28", { summary: "Delete 214 snapshot files", state: "expired", createdAt: at(310), details: { kind: "file.write", paths: ["tests/__snapshots__/a.snap"] } }),
  ];
}

export function status(latestCursor, model) {
  return {
    ts: at(0), workers: { total: 4, online: 4, busy: 3, idle: 1 },
    queues: { requests: { pending: 1 }, requestPriorities: {}, requestPendingSnapshot: [], jobs: { pending: 1, claimed: 2 }, jobPriorities: {}, jobPendingSnapshot: [], completions: {}, merge: { checking: 1, waiting_approval: 1, queued: 1 } },
    slo: { requests: slo(), jobs: slo() }, runtime: { startedAt: at(600), uptimeMs: 36_000_000, version: "0.1.0", protocolVersion: "0.1.0", pid: 4100, data: "/home/mira/.local/share/pilothouse", git: "2.47.1" },
    storage: { journalMode: "wal", synchronous: "full", walBytes: 1_200_000, databaseBytes: 44_000_000, events: latestCursor }, isolation, isolationProblem: null, budgets: { inputTokensToday: 1_240_000, outputTokensToday: 88_000 },
    pendingApprovals: 2, checksRunning: 4, modelReady: model, latestCursor,
  };
}

export function requests() {
  const one = (id, prompt, state, extra = {}) => ({ id, sessionId: "ingest", prompt, originalPrompt: prompt, enhancedPrompt: null, priority: "interactive", queueWaitBudgetMs: 60_000, status: state, agentId: null, result: null, error: null, jobId: null, attempts: 1, enqueuedAt: at(10), claimedAt: null, completedAt: null, failedAt: null, durationMs: null, createdAt: at(10), updatedAt: at(9), ...extra });
  return {
    ok: true, requests: [one("r-90", "Refactor the combat module so that damage types are data", "waiting_for_model"), one("r-89", "Rename Sink to Outlet everywhere", "pending"), one("r-88", "Add jittered exponential back-off", "completed", { jobId: "j-214", completedAt: at(9) })],
    counts: { pending: 1, completed: 1, waiting_for_model: 1 }, priorityCounts: { interactive: 1 }, pendingSnapshot: [{ id: "r-89", title: "Rename Sink to Outlet everywhere", priority: "interactive", queuePosition: 1, etaMs: 12_000 }], slo: slo(),
  };
}

export function jobBoard(list) {
  const count = (state) => list.filter((one) => one.status === state).length;
  return { ok: true, jobs: list, counts: { pending: count("pending"), claimed: count("claimed"), completed: count("completed"), failed: count("failed") }, priorityCounts: {}, pendingSnapshot: [{ id: "j-219", title: "Rename Sink to Outlet", priority: "interactive", queuePosition: 1, etaMs: 40_000 }], slo: slo() };
}

export function workers() {
  const one = (workerId, state, currentJobId) => ({ workerId, status: state, currentJobId, pollMs: null, capabilities: {}, details: {}, lastHeartbeat: at(0), createdAt: at(600), updatedAt: at(0), activeJobCount: currentJobId ? 1 : 0, isOnline: true });
  return { ok: true, workers: [one("w-1", "busy", "j-215"), one("w-2", "busy", "j-216"), one("w-3", "busy", "j-223"), one("w-4", "idle", null)] };
}

export const plan = {
  schemaVersion: 1, requiresWorker: true, lane: "worker", assistantMessage: "I will give every ingest client its own schedule and let the server’s `Retry-After` win.", title: "back-off with jitter in ingest and console",
  instruction: "Replace the fixed delay in `crates/tern-ingest/src/retry.rs` by exponential back-off with full jitter. Honour `Retry-After` in seconds and as a date.\n\nDo not touch the wire format.",
  planning: {
    intent: "change", riskLevel: "low", scope: { readAnywhere: true, writeGlobs: ["crates/tern-ingest/src/**", "crates/tern-ingest/tests/**", "apps/console/src/lib/http.ts"], maxFilesToEdit: 8 },
    acceptanceCriteria: ["No two clients share a retry schedule; waits never exceed 30 s", "`Retry-After` in seconds and as a date wins over the computed wait", "The console stops after 5 tries and shows the server’s own reason"],
    validationSteps: [["cargo", "clippy", "-p", "tern-ingest"], ["cargo", "test", "-p", "tern-ingest"], ["npm", "run", "check"]], queuePriority: "interactive", queueWaitBudgetMs: 60_000, executionBudgetMs: 2_400_000, finalizationBudgetMs: 60_000,
  },
};

/** `[minutesAgo, type, payload, from, extra]` for the main session. */
export function story() {
  const log = (jobId, from, lines) => lines.map((line, index) => [3, "job_log", { jobId, stream: "stdout", seq: from + index, line }, "w-1"]);
  return [
    [10, "message", { text: "After last night’s outage every ingest client retried in lockstep and took the server down again. Add jittered exponential back-off, honour `Retry-After`, cover it with tests. The console’s fetch wrapper has the same bug." }, "user"],
    [10, "buddy.status", { message: "Reading the repository", requestId: "r-88" }, "localbuddy"],
    [10, "buddy.status", { message: "read 6 files at 4f1c9ae. Your 2 uncommitted files are left alone. Passed on as request r-88.", requestId: "r-88" }, "localbuddy"],
    [10, "request.changed", { requestId: "r-88", status: "claimed" }, "remotebuddy"],
    [9.9, "plan.ready", { requestId: "r-88", plan, jobId: "j-214" }, "remotebuddy"],
    [9.8, "job_enqueued", { jobId: "j-214", taskId: "t-1", kind: "task", params: { title: "Exponential back-off with full jitter" } }, "remotebuddy"],
    [9.5, "job_claimed", { jobId: "j-214", workerId: "w-1" }, "w-1"],
    [9, "tool_call", { toolCallId: "1", tool: "read_file", args: { path: "crates/tern-ingest/src/retry.rs" } }, "w-1"],
    [9, "tool_result", { toolCallId: "1", ok: true, stdout: "…" }, "w-1"],
    [8, "status", { agentId: "w-1", state: "busy", detail: "editing retry.rs" }, "w-1"],
    [6.3, "job.verified", { jobId: "j-214", verified: true, lines: [{ what: "cargo test -p tern-ingest", result: "passed" }, { what: "inside the allowed scope", result: "passed" }] }, "w-1"],
    [6.2, "job.diff", { jobId: "j-214", entryId: "e-141", additions: 86, deletions: 31, files: 3, title: "Exponential back-off with full jitter" }, "w-1"],
    [6.2, "job_completed", { jobId: "j-214", summary: "Back-off with full jitter" }, "w-1"],
    [6, "merge.entry.checking", { entry: { ...LANDED, state: "checking", landedCommit: null, onto: "4f1c9ae", checks: [] } }, "merge"],
    ...PASSED.flatMap((one) => [
      [5.9, "merge.check.started", { entryId: "e-141", name: one.name, run: one.run, tree: hash(1) }, "merge"],
      [5.5, "merge.check.finished", { entryId: "e-141", name: one.name, ok: true, durationMs: one.durationMs, reused: false, tail: "" }, "merge"],
    ]),
    [3, "merge.entry.landed", { entry: LANDED }, "merge"],
    [4, "job_enqueued", { jobId: "j-217", taskId: "t-4", kind: "task", params: { title: "Flush batches on shutdown" } }, "remotebuddy"],
    [3.9, "job_claimed", { jobId: "j-217", workerId: "w-4" }, "w-4"],
    [3.4, "job_failed", { jobId: "j-217", message: "cargo test exited with 101", detail: "The model said the tests pass; our own run of them says otherwise. Nothing was handed over." }, "w-4"],
    [3.3, "merge.entry.returned", { entry: RETURNED, reason: "tests failed on the tree that would have landed. It went back to j-217 with this output.", detail: RETURNED.checks[0].tail }, "merge"],
    [3.2, "policy.decided", { action: "land e-141", effect: "allow", rule: "Verified, small and low risk, as the profile balanced allows." }, "policy"],
    [3.1, "request.waiting", { requestId: "r-90", understood: "Refactor the combat module so that damage types are data", why: "This needs judgement about code, and no model is connected.", nearest: [{ label: "Run the tests", command: "/test" }, { label: "Replace text", command: "/replace <old> <new> src/**" }], connect: ["Start Ollama; it is installed and a model is there.", "Or name a key in Settings, Models."] }, "remotebuddy"],
    [3.1, "job_enqueued", { jobId: "j-215", taskId: "t-2", kind: "task", params: { title: "Honour Retry-After in seconds and as a date" } }, "remotebuddy"],
    [3, "job_claimed", { jobId: "j-215", workerId: "w-1" }, "w-1"],
    [2.9, "job.progress", { jobId: "j-215", step: 4, steps: 6, label: "testing" }, "w-1"],
    ...log("j-215", 1, ["$ cargo test -p tern-ingest --test retry_after", "\u001b[1m\u001b[32m   Compiling\u001b[0m tern-ingest v0.9.0 (/job/crates/tern-ingest)", "\u001b[1m\u001b[32m    Finished\u001b[0m `test` profile in 6.31s", "test waits_the_seconds_the_server_asked_for ... \u001b[32mok\u001b[0m", "test a_date_in_the_past_means_now ... \u001b[32mok\u001b[0m", "test garbage_falls_back_to_jitter ... \u001b[31mFAILED\u001b[0m"]),
    [1, "approval_required", { approvalId: "a-31", action: "command", summary: "Install a test dependency", details: {} }, "w-2"],
    [0.8, "approval_required", { approvalId: "a-32", action: "land", summary: "Land “Pin the release workflow to checked actions”", details: {} }, "merge"],
    [0.5, "assistant_message", { text: "The jitter change is on `main_agents`. One test of j-215 fails because a malformed `Retry-After` returns zero instead of falling back; the worker is on its first of two revisions. The console job waits for your answer above.\n\n1. Answer the question about `msw`.\n2. Look at the [notes](https://example.invalid/notes)." }, "remotebuddy"],
  ];
}

export const UNIFIED = `diff --git a/crates/tern-ingest/src/retry.rs b/crates/tern-ingest/src/retry.rs
index 1111111..2222222 100644
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
@@ -14,4 +17,6 @@ impl RetryPolicy
     /// \`attempt\` counts from zero.
-    pub fn delay(&self, _attempt: u32) -> Duration {
-        RETRY_DELAY
+    pub fn delay(&self, attempt: u32, rng: &mut impl Rng) -> Duration {
+        let factor = 1u32 << attempt.min(16);
+        let ceiling = self.base.saturating_mul(factor).clamp(FLOOR, self.cap);
+        rng.gen_range(FLOOR..=ceiling)
     }
diff --git a/crates/tern-ingest/tests/retry.rs b/crates/tern-ingest/tests/retry.rs
new file mode 100644
index 0000000..3333333
--- /dev/null
+++ b/crates/tern-ingest/tests/retry.rs
@@ -0,0 +1,7 @@
+#[test]
+fn no_two_clients_share_a_schedule() {
+    let policy = RetryPolicy::default();
+    let a = schedule(&policy, seed(1));
+    let b = schedule(&policy, seed(2));
+    assert_ne!(a, b);
+}
`;

export function jobDiff(jobId) {
  return {
    jobId, base: "4f1c9ae0c0ffee", commit: hash(4), title: "Exponential back-off with full jitter", truncated: false, unified: UNIFIED,
    files: [{ path: "crates/tern-ingest/src/retry.rs", status: "modified", additions: 9, deletions: 4, binary: false }, { path: "crates/tern-ingest/tests/retry.rs", status: "added", additions: 7, deletions: 0, binary: false }],
  };
}

export function facts() {
  return {
    root: "/home/mira/src/tern", branch: "main", head: hash(3), detached: false, shallow: false, empty: false, state: "clean", dirty: ["README.md", "notes.txt"], dirtyTotal: 2, baseBranch: "main",
    commits: [{ commit: hash(3), summary: "Drop the unused serde feature", author: "Mira", ts: at(100) }], languages: [{ language: "Rust", files: 214 }, { language: "TypeScript", files: 88 }], manifests: ["Cargo.toml", "apps/console/package.json"], integrationTip: hash(8), integrationAhead: 3, blockers: [],
  };
}

export function providers() {
  return {
    providers: [
      { id: "ollama", name: "Ollama", state: "ready", detail: "Answers on 127.0.0.1:11434", models: ["qwen3-coder:30b", "llama3.2:3b"], endpoint: "http://127.0.0.1:11434/v1", dialect: "openai_chat" },
      { id: "anthropic", name: "API key", state: "found_not_ready", detail: "ANTHROPIC_API_KEY is set in your shell", models: [], keyEnv: "ANTHROPIC_API_KEY", endpoint: "https://api.anthropic.com", dialect: "anthropic_messages" },
      { id: "lmstudio", name: "LM Studio", state: "absent", detail: "Not running on 127.0.0.1:1234", models: [] },
    ],
    clis: [{ name: "codex", version: "codex-cli 0.63.0", path: "/usr/local/bin/codex" }, { name: "claude", version: "2.0.14 (Claude Code)", path: "/home/mira/.local/bin/claude" }],
  };
}

/** A trial of the checks at a moment of it: `running`, `passed` or `failed`. */
export function dryRun(workspace, state) {
  const over = state === "passed" || state === "failed";
  const checks = workspace.checks.checks.map((one, index) => {
    const stands = state === "preparing" ? "waiting" : over ? (state === "failed" && index === 1 ? "failed" : "passed") : index === 0 ? "passed" : index === 1 ? "running" : "waiting";
    return check(one.name, one.run, stands, 800 + index * 18_400);
  });
  return {
    workspaceId: workspace.id, state, commit: hash(3), checks: checks.map((one) => (one.state === "waiting" ? { ...one, durationMs: null } : one)), reason: null, linesDropped: 0,
    lines: state === "preparing" ? [] : ["\u001b[1m\u001b[32m     Running\u001b[0m tests/wire.rs", ...["frames_survive_a_split", "a_short_read_is_not_an_end", "unknown_kinds_are_skipped"].map((name) => `test ${name} ... \u001b[32mok\u001b[0m`), ...(state === "failed" ? ["test a_retry_waits ... \u001b[31mFAILED\u001b[0m"] : [])],
    startedAt: at(1), finishedAt: over ? at(0) : null,
  };
}

export function doctor() {
  return {
    ok: false,
    lines: [
      { id: "git", title: "Git", finding: "ok", detail: "2.47.1" },
      { id: "sandbox", title: "Sandbox", finding: "ok", detail: "bubblewrap 0.11, self-test passed" },
      { id: "model", title: "Model for RemoteBuddy", finding: "warning", detail: "None is chosen.", fix: "Choose one in Settings, Models." },
      { id: "checks", title: "Checks of homelab", finding: "problem", detail: "No checks: what lands is proven by nothing but its own gate.", fix: "Add one in Settings, Checks." },
    ],
  };
}

/** What is chosen of notifications: quiet hours at night, and one switch that a variable holds. */
function notify() {
  const of = (name, value, origin) => ({ key: `desktop.notify.${name}`, value, origin });
  const chosen = "user, saved in Settings";
  return [
    of("needsYou", true, "built-in"), of("finished", false, chosen), of("failed", true, "built-in"), of("limit", true, "environment PILOTHOUSE_DESKTOP_NOTIFY_LIMIT"),
    of("quietHours", true, chosen), of("quietFrom", "22:00", chosen), of("quietUntil", "07:30", chosen),
  ];
}

/** What the desktop app would tell of its notifications; stands in for the app. */
export function notifications(shows = "yes", count = 40) {
  const said = [
    ["needs_you", "tern needs you", "/approvals/a-31", "approved"], ["finished", "2 changes landed in tern", "/queue", "opened"], ["failed", "Came back: Give the parser a limit, so that no frame of any size that a peer sends can take all of the memory", "/jobs/j-213", "shown"],
    ["limit", "A request waits for a model", "/w/tern/s/ingest", "dismissed"], ["click", "Too late", "/approvals/a-29", "shown"], ["needs_you", "homelab needs you", "/approvals/a-30", "quiet"], ["finished", "A change landed in tern", "/jobs/j-209", "off"],
    ["failed", "Failed: Tidy up", "", "not_shown"], ["needs_you", "tern needs you", "/approvals/a-28", "withdrawn"], ["needs_you", "tern needs you", "/approvals/a-27", "too_late"],
  ];
  const sent = Array.from({ length: count }, (_, n) => {
    const [kind, title, page, outcome] = said[n % said.length];
    return { key: `event:${count - n}`, kind, title, page, outcome, sentAt: at(7 + n * 41), outcomeAt: at(6 + n * 41) };
  });
  return { shows, sent };
}

export function config() {
  return {
    values: [
      { key: "server.port", value: 3001, origin: "built-in" }, { key: "workers.count", value: 4, origin: "user" }, { key: "merge.slots", value: 1, origin: "built-in" }, { key: "policy.profile", value: "careful", origin: "environment" },
      ...notify(),
    ],
    warnings: [{ key: "models.endpoint", origin: "repository", why: "A repository may not name a model endpoint; the line was ignored." }],
  };
}

export function jobLogs(jobId) {
  return { ok: true, cursor: 60, logs: Array.from({ length: 60 }, (_, n) => ({ id: n + 1, jobId, ts: at(3, n), stream: n % 9 === 8 ? "stderr" : "stdout", message: n === 0 ? "$ cargo test -p tern-ingest" : `test case_number_${n} ... \u001b[32mok\u001b[0m` })) };
}

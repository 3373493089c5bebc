// Generated from the protocol crate by `npm run gen`. Do not edit.

export const PROTOCOL_VERSION = "0.1.0";

/**
 * What someone wants to do, with the exact payload policy looks at.
 */
export type ActionKind = { "kind": "job.run" } | { "kind": "command", argv: Array<string>, cwd: string, 
/**
 * Whether it runs where it is kept from the user's files and network.
 */
confined?: boolean, } | { "kind": "network", host: string, port: number, } | { "kind": "file.write", paths: Array<string>, } | { "kind": "land", entryId: string, files: number, additions: number, deletions: number, paths: Array<string>, riskyPaths: Array<string>, verified: boolean, } | { "kind": "land.main", branch: string, commit: string, } | { "kind": "checkout.update", branch: string, commit: string, } | { "kind": "publish.push", branch: string, } | { "kind": "publish.pr", branch: string, base: string, } | { "kind": "publish.force", branch: string, } | { "kind": "terminal.start", argv: Array<string>, cwd: string, } | { "kind": "agent.turn", provider: string, } | { "kind": "secret.use", name: string, } | { "kind": "budget.raise", what: string, to: number, } | { "kind": "device.pair", name: string, } | { "kind": "node.register", name: string, } | { "kind": "autonomy.dispatch", objective: string, } | { "kind": "recipe.first_use", name: string, argv: Array<string>, } | { "kind": "workspace.trust", digest: string, } | { "kind": "setup.network", argv: Array<string>, hosts: Array<string>, };

export type ActorKind = "person" | "worker" | "agent" | "schedule" | "node";

export type AddWorkspace = { path: string, trust: boolean, };

export type AllowAnswer = { allowed: boolean, 
/**
 * The rule that decided, as a sentence.
 */
why: string, ruleId: string, 
/**
 * The question that waits for a person; nothing is decided yet.
 */
approvalId?: ApprovalId, };

/**
 * Asks whether a running job may do something.
 */
export type AllowAsk = { id: JobId, claimToken: string, 
/**
 * The worker's name for this one call, 1 to 64 letters, digits and `-`; an answer counts for this call alone.
 */
call: string, 
/**
 * A `command` or a `file.write`.
 */
action: ActionKind, 
/**
 * It began already, and nobody can be asked beforehand: only a denial counts.
 */
begun: boolean, 
/**
 * How long to wait for a person's answer, in milliseconds.
 */
waitMs?: number, };

export type AnswerParams = { approvalId: ApprovalId, decision: Decision, 
/**
 * When given it must equal the approval's hash.
 */
hash?: string, 
/**
 * Only with `approve`, and only what the approval's `offer` has.
 */
remember?: Remember, };

/**
 * The body of every failed call.
 */
export type ApiError = { code: ErrorCode, 
/**
 * The cause and the next step, in plain words.
 */
message: string, retryable: boolean, details?: JsonValue, };

/**
 * Either `message`/`line` (one line) or `lines`.
 */
export type AppendLog = { id: JobId, message?: string, line?: string, lines: Array<LogLine>, claimToken?: string, 
/**
 * Progress to show: `(step, of, label)`.
 */
progress?: Progress, };

/**
 * A question to a person and what became of it.
 */
export type Approval = { id: ApprovalId, workspaceId: WorkspaceId | null, sessionId: SessionId, 
/**
 * Policy action kind, such as `land` or `workspace.trust`.
 */
action: string, summary: string, 
/**
 * Canonical payload: exactly what will be done.
 */
details: JsonValue, 
/**
 * SHA-256 of the canonical payload, hex.
 */
hash: string, risk: RiskLevel, 
/**
 * Which policy rule asks, as a sentence.
 */
why: string, askedBy: string, 
/**
 * What the answer releases: an entry, job or set-up id.
 */
subject: string, state: ApprovalState, decidedBy: string | null, decidedAt: string | null, createdAt: string, expiresAt: string | null, 
/**
 * What an approval could allow from now on.
 */
offer?: GrantOffer, 
/**
 * For how long the answer was remembered.
 */
remembered?: GrantFor, };

/**
 * One durable question to a person.
 */
export type ApprovalId = string;

export type ApprovalParams = { id: ApprovalId, };

export type ApprovalState = "pending" | "approved" | "denied" | "expired" | "superseded" | "orphaned";

export type Approvals = { approvals: Array<Approval>, };

/**
 * A file or text a job leaves behind.
 */
export type Artifact = { kind: string, uri?: string, text?: string, };

/**
 * One backend, and whether this machine has it.
 */
export type BackendFound = { backend: WorkerBackend, 
/**
 * For people.
 */
title: string, installed: boolean, 
/**
 * What it answers to `--version`; none when it does not answer, or needs no version.
 */
version: string | null, 
/**
 * The version Pilothouse was tried with.
 */
tried: string | null, 
/**
 * Whether somebody is logged in there; absent when it cannot say. Jobs use no login.
 */
loggedIn?: boolean, 
/**
 * How to install the version it was tried with; none for what needs no installing.
 */
install?: string, 
/**
 * Why it could not work on a job now, and what to do; absent when it could.
 */
problem?: string, };

export type Backends = { 
/**
 * What works on tasks that name none themselves.
 */
chosen: WorkerBackend, 
/**
 * What says so: `built-in`, `settings`, a file …
 */
origin: string, backends: Array<BackendFound>, };

/**
 * Asks for the day, and for one workspace's or one job's part of it.
 */
export type BudgetParams = { workspaceId?: WorkspaceId, jobId?: JobId, };

export type BudgetReport = { 
/**
 * Beginning of the day, RFC 3339.
 */
dayBegan: string, day: Spent, 
/**
 * The workspace's part of the day, when one was asked for.
 */
workspace?: Spent, 
/**
 * The whole job, on whatever days, when one was asked for.
 */
job?: Spent, 
/**
 * Of everything asked for, where there is a limit.
 */
standings: Array<BudgetStanding>, models: Array<SpentByModel>, 
/**
 * Whether jobs go on by themselves once what they wait for is over.
 */
autoResume: boolean, };

/**
 * What a budget is for: one job, everything of one day, or one workspace's part of a day.
 */
export type BudgetScope = "job" | "day" | "workspace";

/**
 * One budget and what is used of it.
 */
export type BudgetStanding = { scope: BudgetScope, measure: Measure, used: number, limit: number, };

export type Budgets = { inputTokensToday: number, outputTokensToday: number, };

/**
 * One command that proves a tree. Times are seconds.
 */
export type Check = { name: string, run: Array<string>, timeoutS: number, group?: string, paths?: Array<string>, };

/**
 * Everything that proves a tree of this workspace.
 */
export type CheckPlan = { origin: ChecksOrigin, 
/**
 * Whether the owner accepted them; unconfirmed checks prove nothing and nothing lands.
 */
confirmed: boolean, checks: Array<Check>, setup: Array<SetupStep>, recipes: { [key in string]: Recipe }, formatter: Array<string> | null, testRunner: Array<string> | null, warnings: Array<string>, };

export type CheckResult = "passed" | "failed" | "not_checked";

/**
 * One stored verdict of a check on a tree.
 */
export type CheckVerdict = { name: string, run: Array<string>, 
/**
 * `running`, `passed` or `failed`.
 */
state: string, durationMs: number | null, 
/**
 * Taken over from an earlier run on the same tree.
 */
reused: boolean, flakyRetry: boolean, tail: string, };

/**
 * Where the checks of a workspace come from.
 */
export type ChecksOrigin = "repository" | "user" | "detected" | "none";

export type ClaimCompletion = { pusherId: string, leaseMs?: number, waitMs?: number, };

export type ClaimJob = { workerId: string, 
/**
 * Absent takes any kind.
 */
kinds?: Array<string>, leaseMs?: number, waitMs?: number, };

export type ClaimRequest = { agentId: string, leaseMs?: number, waitMs?: number, };

/**
 * A command line agent on this machine. Nothing uses it by itself.
 */
export type CliFound = { 
/**
 * The program's name, such as `codex`.
 */
name: string, 
/**
 * What it answers to `--version`; none when it does not answer.
 */
version: string | null, path: string, 
/**
 * Whether somebody is logged in there; absent when it cannot say.
 */
loggedIn?: boolean, };

export type CommandAccepted = { ok: boolean, eventId: string, cursor: number, };

/**
 * What a command is about, as far as its words tell. A line of a shell may be of several.
 */
export type CommandClass = "read" | "build" | "other" | "install" | "network" | "delete" | "publish";

export type CommitLine = { commit: string, summary: string, author: string, ts: string, };

export type CompleteJob = { id: JobId, claimToken: string, summary?: string, artifacts: Array<Artifact>, durationMs?: number, 
/**
 * Completes the job and enqueues its completion in one transaction.
 */
handOver?: HandOver, verified?: boolean, verification: Array<VerifiedLine>, 
/**
 * A model's opinion, stored beside what was verified and never part of it.
 */
review?: Review, isolation?: EffectiveIsolation, };

export type Completion = { id: CompletionId, jobId: JobId, sessionId: SessionId, commitSha: string | null, branch: string | null, message: string, prTitle: string | null, prBody: string | null, status: CompletionStatus, pusherId: string | null, error: string | null, entryId: EntryId | null, attempts: number, createdAt: string, updatedAt: string, claimToken?: string, leaseExpiresAt?: string, };

export type CompletionClaimed = { ok: boolean, completion: Completion, claimToken: string, leaseExpiresAt: string, };

export type CompletionEnqueued = { ok: boolean, completionId: CompletionId, };

/**
 * A worker's finished commit, waiting to land.
 */
export type CompletionId = string;

export type CompletionParams = { id: CompletionId, };

export type CompletionStatus = "pending" | "claimed" | "processed" | "failed";

export type Completions = { ok: boolean, completions: Array<Completion>, counts: { [key in string]: number }, };

export type ConfigShown = { values: Array<ConfigValue>, warnings: Array<ConfigWarning>, };

export type ConfigValue = { key: string, value: JsonValue, 
/**
 * `built-in`, `user`, `environment` … 
 */
origin: string, };

export type ConfigWarning = { key: string, origin: string, why: string, };

export type CreateSession = { sessionId?: SessionId, workspaceId?: WorkspaceId, repoRoot?: string, label?: string, capabilities?: JsonValue, };

export type Decision = "approve" | "deny";

/**
 * What a reader of the event stream receives.
 */
export type Delivered = { envelope: Envelope, cursor: number, };

/**
 * Words a command of a job may not begin with, for agents that can be told so in their own settings.
 */
export type DeniedCommand = { argvPrefix: Array<string>, 
/**
 * The rule that denies it, as a sentence.
 */
rule: string, };

/**
 * How the server talks to a model.
 */
export type Dialect = "openai_chat" | "openai_responses" | "anthropic_messages";

export type DoctorLine = { id: string, title: string, finding: Finding, detail: string, 
/**
 * The one next step, when there is one.
 */
fix?: string, };

export type DoctorReport = { ok: boolean, lines: Array<DoctorLine>, };

export type Done = { ok: boolean, };

/**
 * A trial of the confirmed checks on the commit that work would start from now.
 */
export type DryRun = { workspaceId: WorkspaceId, state: DryRunState, commit: string, 
/**
 * One for each check of the plan, in its order; `waiting`, `running`, `passed` or `failed`.
 */
checks: Array<CheckVerdict>, 
/**
 * What it waits for, or why it could not be run.
 */
reason: string | null, 
/**
 * The newest lines of output, redacted; empty in events.
 */
lines: Array<string>, 
/**
 * Older lines that are not kept.
 */
linesDropped: number, startedAt: string, finishedAt: string | null, };

export type DryRunParams = { workspaceId: WorkspaceId, };

/**
 * The newest one since the server was started.
 */
export type DryRunShown = { run: DryRun | null, };

export type DryRunState = "preparing" | "waiting" | "running" | "passed" | "failed" | "stopped";

export type Effect = "allow" | "ask" | "deny";

/**
 * What really confines a job's commands, as the start-up self-test found it.
 */
export type EffectiveIsolation = { 
/**
 * `bwrap`, `container`, `seatbelt`, `job-object` or `host`.
 */
backend: string, fs: string, net: string, limits: string, kill: string, 
/**
 * What the tools come from, where they are not this machine's: the image of the container.
 */
image?: string, };

export type EnqueueCompletion = { jobId: JobId, sessionId: SessionId, message: string, commitSha?: string, branch?: string, prTitle?: string, prBody?: string, };

export type EnqueueJob = { taskId: string, kind: string, sessionId?: SessionId, params?: JsonValue, priority?: Priority, targetWorkerId?: string, queueWaitBudgetMs?: number, executionBudgetMs?: number, finalizationBudgetMs?: number, };

export type EnqueueRequest = { sessionId: SessionId, prompt: string, priority?: Priority, queueWaitBudgetMs?: number, 
/**
 * The only worker that may have its job.
 */
targetWorkerId?: string, };

/**
 * A completion's place in the merge queue.
 */
export type EntryId = string;

export type EntryParams = { id: EntryId, };

/**
 * States of an entry. `Landed`, `Returned`, `Failed` and `Removed` are ends; `Parked` waits for a person.
 */
export type EntryState = "queued" | "waiting_approval" | "approved" | "checking" | "landing" | "landed" | "returned" | "failed" | "parked" | "removed";

/**
 * One appended fact. `type` and `payload` come from [`Event`].
 */
export type Envelope = { protocolVersion: string, id: string, 
/**
 * RFC 3339, milliseconds, `Z`.
 */
ts: string, sessionId: SessionId, traceId?: string, from?: string, to?: string, correlationId?: string, parentId?: string, turnId?: string, } & ({ "type": "message", "payload": { text: string, intent?: JsonValue, } } | { "type": "assistant_message", "payload": { text: string, } } | { "type": "log", "payload": { level: string, message: string, } } | { "type": "error", "payload": { message: string, detail?: string, } } | { "type": "done", "payload": { ok: boolean, } } | { "type": "status", "payload": { agentId: string, state: string, uptimeMs?: number, detail?: string, } } | { "type": "agent_status", "payload": { agentId: string, status: string, message?: string, } } | { "type": "task_created", "payload": { taskId: string, title: string, description: string, createdBy: string, priority?: string, tags?: Array<string>, } } | { "type": "task_started", "payload": { taskId: string, } } | { "type": "task_progress", "payload": { taskId: string, message: string, percent?: number, } } | { "type": "task_completed", "payload": { taskId: string, summary: string, artifacts?: Array<Artifact>, } } | { "type": "task_failed", "payload": { taskId: string, message: string, detail?: string, } } | { "type": "tool_call", "payload": { toolCallId: string, tool: string, args: JsonValue, taskId?: string, requiresApproval?: boolean, } } | { "type": "tool_result", "payload": { toolCallId: string, ok: boolean, taskId?: string, stdout?: string, stderr?: string, exitCode?: number, artifacts?: Array<Artifact>, } } | { "type": "delegate_request", "payload": { requestId: string, toAgent: string, input: JsonValue, } } | { "type": "delegate_response", "payload": { requestId: string, ok: boolean, output?: JsonValue, error?: string, } } | { "type": "job_enqueued", "payload": { jobId: JobId, taskId: string, kind: string, params: JsonValue, } } | { "type": "job_claimed", "payload": { jobId: JobId, workerId: string, } } | { "type": "job_completed", "payload": { jobId: JobId, summary?: string, artifacts?: Array<Artifact>, } } | { "type": "job_failed", "payload": { jobId: JobId, message: string, detail?: string, 
/**
 * What stopped it, as [`job::FailJob`] says. Only readers that ask for `types=all` are given it.
 */
code?: string, } } | { "type": "job_log", "payload": { jobId: JobId, 
/**
 * `stdout` or `stderr`.
 */
stream: string, seq: number, line: string, } } | { "type": "approval_required", "payload": { approvalId: ApprovalId, action: string, summary: string, details: JsonValue, } } | { "type": "approved", "payload": { approvalId: ApprovalId, } } | { "type": "denied", "payload": { approvalId: ApprovalId, } } | { "type": "diff_ready", "payload": { unifiedDiff: string, diffStat: string, branch: string, } } | { "type": "committed", "payload": { branch: string, commitHash: string, message: string, } } | { "type": "scan_result", "payload": { summary: string, filesRead: Array<string>, gitStatusPorcelain: string, gitDiff: string, } } | { "type": "suggestions", "payload": { items: Array<Suggestion>, } } | { "type": "plan.ready", "payload": { requestId: RequestId, plan: Plan, jobId?: JobId, } } | { "type": "request.waiting", "payload": { requestId: RequestId, understood: string, why: string, nearest: Array<NearestStep>, connect: Array<string>, } } | { "type": "request.changed", "payload": { requestId: RequestId, status: RequestStatus, } } | { "type": "buddy.status", "payload": { message: string, requestId?: RequestId, } } | { "type": "job.progress", "payload": { jobId: JobId, step: number, steps: number, label: string, } } | { "type": "job.requeued", "payload": { jobId: JobId, attempt: number, reason: string, } } | { "type": "job.cancelled", "payload": { jobId: JobId, by: string, } } | { "type": "job.waiting", "payload": { jobId: JobId, wait: JobWait, } } | { "type": "job.network", "payload": { jobId: JobId, host: string, port: number, allowed: boolean, why: string, } } | { "type": "job.resumed", "payload": { jobId: JobId, by: string, } } | { "type": "job.steered", "payload": { message: SteerMessage, } } | { "type": "job.steer_taken", "payload": { jobId: JobId, numbers: Array<number>, by: string, } } | { "type": "job.steer_missed", "payload": { jobId: JobId, numbers: Array<number>, } } | { "type": "job.taken", "payload": { jobId: JobId, taken: TakenOver, } } | { "type": "job.let_go", "payload": { jobId: JobId, by: string, kept: boolean, } } | { "type": "job.verified", "payload": { jobId: JobId, verified: boolean, lines: Array<VerifiedLine>, } } | { "type": "job.reviewed", "payload": { jobId: JobId, review: Review, } } | { "type": "job.diff", "payload": { jobId: JobId, entryId: EntryId | null, additions: number, deletions: number, files: number, title: string, } } | { "type": "merge.entry.queued", "payload": { entry: MergeEntry, } } | { "type": "merge.entry.candidate", "payload": { entry: MergeEntry, } } | { "type": "merge.entry.waiting_approval", "payload": { entry: MergeEntry, approvalId: ApprovalId, } } | { "type": "merge.entry.checking", "payload": { entry: MergeEntry, } } | { "type": "merge.entry.landed", "payload": { entry: MergeEntry, } } | { "type": "merge.entry.returned", "payload": { entry: MergeEntry, reason: string, detail: string, } } | { "type": "merge.entry.failed", "payload": { entry: MergeEntry, reason: string, detail: string, } } | { "type": "merge.entry.removed", "payload": { entry: MergeEntry, reason: string, } } | { "type": "merge.check.started", "payload": { entryId: EntryId, name: string, run: Array<string>, tree: string, } } | { "type": "merge.check.finished", "payload": { entryId: EntryId, name: string, ok: boolean, durationMs: number, reused: boolean, 
/**
 * Last lines of the output, redacted.
 */
tail: string, } } | { "type": "approval.changed", "payload": { approval: Approval, } } | { "type": "policy.decided", "payload": { action: string, effect: Effect, rule: string, 
/**
 * The rule, grant or line of the profile that decided.
 */
ruleId: string, 
/**
 * What it was about, in few words.
 */
what?: string, 
/**
 * File and line of the rule.
 */
place?: string, jobId?: JobId, } } | { "type": "policy.granted", "payload": { grant: KeptGrant, } } | { "type": "policy.grant_used", "payload": { grantId: string, covers: string, jobId?: JobId, } } | { "type": "policy.revoked", "payload": { grantId: string, covers: string, by: string, } } | { "type": "merge.branch.moved", "payload": { branch: string, old: string | null, new: string | null, explanation: string, } } | { "type": "workspace.changed", "payload": { workspaceId: WorkspaceId, } } | { "type": "config.changed", "payload": { keys: Array<string>, } } | { "type": "budget.used", "payload": { role: string, model: string, inputTokens: number, outputTokens: number, jobId?: JobId, 
/**
 * Millionths of the unit of the prices; none where the model has no price.
 */
costMicros?: number, 
/**
 * The answer said nothing of it; reckoned from lengths.
 */
estimated?: boolean, } } | { "type": "budget.near", "payload": { standing: BudgetStanding, reached: boolean, jobId?: JobId, workspaceId?: WorkspaceId, } } | { "type": "checks.dry_run", "payload": { run: DryRun, } } | { "type": "system.held", "payload": { hold: Hold, } } | { "type": "system.resumed", "payload": { by: string, ended: Array<Hold>, held: boolean, } } | { "type": "worker.drained", "payload": { workerId: string, by: string, } } | { "type": "worker.undrained", "payload": { workerId: string, by: string, } } | { "type": "worker.trouble", "payload": { workerId: string, inRow: number, cause: string, } } | { "type": "job.targeted", "payload": { jobId: JobId, by: string, workerId?: string, } } | { "type": "setup.finished", "payload": { run: Array<string>, ok: boolean, durationMs: number, tail: string, } });

/**
 * Every code the server answers with, its HTTP status and whether trying again can help.
 */
export type ErrorCode = "bad_request" | "unknown_method" | "unauthenticated" | "forbidden" | "wrong_host" | "foreign_origin" | "not_found" | "method_not_allowed" | "empty" | "conflict" | "already_resolved" | "stale" | "job.not_steerable" | "job.taken_unsaved" | "lease_lost" | "rate_limited" | "too_large" | "unsupported_media" | "timeout" | "unavailable" | "storage.full" | "storage.failed" | "internal" | "git.not_a_repository" | "git.bare" | "git.unreadable" | "git.missing" | "git.too_old" | "git.failed" | "git.commit_not_found" | "git.bundle_invalid" | "git.out_of_scope" | "merge.conflict" | "git.empty" | "sandbox.none" | "sandbox.image" | "model.none" | "agent.unusable" | "model.unreachable" | "model.quota" | "model.rate_limited" | "budget.reached" | "config.invalid" | "keychain.closed";

export type EventPage = { 
/**
 * `{envelope, cursor}` objects, oldest first.
 */
events: Array<JsonValue>, 
/**
 * Newest cursor of the whole log when the page was read.
 */
latest: number, more: boolean, };

/**
 * A page of stored events, oldest first. `before` pages backwards from a cursor.
 */
export type EventsParams = { sessionId: SessionId, after?: number, before?: number, limit?: number, };

/**
 * Asks what policy would say, without doing anything.
 */
export type ExplainParams = { workspaceId: WorkspaceId, action: ActionKind, 
/**
 * A worker, when absent.
 */
actor?: ActorKind, 
/**
 * What it would be asked with, when absent.
 */
risk?: RiskLevel, 
/**
 * Grants for these are looked at too.
 */
sessionId?: SessionId, jobId?: JobId, };

export type Explained = { verdict: Verdict, 
/**
 * File and line of the rule, or the setting, that decided.
 */
place?: string, 
/**
 * Of a command.
 */
classes: Array<CommandClass>, };

export type FailJob = { id: JobId, claimToken: string, message: string, 
/**
 * What stopped it, stable over releases: one of [`failure`], a code of the agent (`limit`, `stuck`,
 * `model.…`, `agent.…`, `loop.…`) or an error code. It is kept in the job's result and told in the event.
 */
code?: string, detail?: string, artifacts: Array<Artifact>, verification: Array<VerifiedLine>, isolation?: EffectiveIsolation, };

export type FailRequest = { id: RequestId, claimToken: string, message: string, detail?: string, };

export type FileDiff = { path: string, oldPath?: string, status: FileStatus, additions: number, deletions: number, binary: boolean, 
/**
 * Why policy looks at this path twice, if it does.
 */
risky?: string, };

export type FileStatus = "added" | "modified" | "deleted" | "renamed" | "copied" | "type_changed";

export type Finding = "ok" | "warning" | "problem";

export type FinishCompletion = { id: CompletionId, claimToken: string, 
/**
 * Why, when it failed.
 */
error?: string, };

export type FinishRequest = { id: RequestId, claimToken: string, result?: JsonValue, };

export type FinishedJob = { ok: boolean, durationMs: number, completedAt: string, completionId: CompletionId | null, };

export type ForgetKey = { role: Role, };

export type ForgetModel = { role: Role, };

/**
 * A remembered permission with its exact shape.
 */
export type Grant = { id: string, rule: Rule, workspaceId: WorkspaceId | null, sessionId: SessionId | null, jobId: JobId | null, 
/**
 * Milliseconds since 1970; none means until revoked.
 */
expiresAtMs: number | null, };

/**
 * How long an answer is remembered. Each holds in its own workspace only.
 */
export type GrantFor = "job" | "session" | "hour" | "always";

/**
 * What an approval could allow from now on, made by the server from exactly what is asked. Absent where every
 * single time needs its own answer.
 */
export type GrantOffer = { rule: Rule, 
/**
 * What it would cover, as a sentence.
 */
covers: string, spans: Array<GrantFor>, 
/**
 * The job that asks.
 */
jobId?: JobId, };

/**
 * Newest first; those that are over are not in it.
 */
export type Grants = { grants: Array<KeptGrant>, };

export type GrantsParams = { 
/**
 * Absent: of all workspaces.
 */
workspaceId?: WorkspaceId, };

/**
 * Hands back what is in the folder, committed there or not.
 */
export type HandBackJob = { id: JobId, 
/**
 * First line is the commit's subject; absent is the job's title.
 */
message?: string, };

/**
 * The commit a finished job hands over; the bundle was uploaded before.
 */
export type HandOver = { commitSha: string, branch: string, message: string, prTitle?: string, prBody?: string, };

export type HandedBack = { ok: boolean, commitSha: string, files: number, };

export type Heartbeat = { workerId: string, 
/**
 * `idle`, `busy` or `error`.
 */
status?: string, currentJobId?: JobId, pollMs?: number, capabilities?: JsonValue, details?: JsonValue, };

/**
 * One hold. There is at most one for each reason, and everything is held while there is any.
 */
export type Hold = { reason: HoldReason, 
/**
 * Who asked for it.
 */
by: string, 
/**
 * RFC 3339.
 */
since: string, 
/**
 * Why, in the words of whoever asked.
 */
note?: string, };

export type HoldParams = { 
/**
 * `person` when absent.
 */
reason?: HoldReason, 
/**
 * At most 500 bytes.
 */
note?: string, };

/**
 * Why everything is held. `Person` lasts until somebody resumes; `Drain` lasts until somebody resumes or the
 * server's process ends.
 */
export type HoldReason = "person" | "drain";

/**
 * What holds everything now; nothing does when it is empty.
 */
export type Holds = { ok: boolean, holds: Array<Hold>, };

/**
 * An image that a workspace's jobs and checks run in.
 */
export type ImageGround = { reference: string, 
/**
 * Variables its description asks for, beside those of the image.
 */
env: { [key in string]: string }, };

/**
 * One thing the deterministic lane understood.
 *
 * Paths and globs are relative to the repository's root with `/` between steps. A glob without a wildcard names
 * a file or a whole folder.
 */
export type Intent = { "kind": "status" } | { "kind": "overview" } | { "kind": "log", since?: string, } | { "kind": "test", filter?: string, } | { "kind": "failing" } | { "kind": "flaky", runs: number, } | { "kind": "bisect", good: string, command?: string, } | { "kind": "format", paths: Array<string>, } | { "kind": "lint", fix: boolean, } | { "kind": "find", pattern: string, glob?: string, regex: boolean, } | { "kind": "replace", from: string, to: string, glob?: string, regex: boolean, } | { "kind": "rename", from: string, to: string, updateReferences: boolean, } | { "kind": "apply", patch: string, } | { "kind": "bump", name: string, version?: string, } | { "kind": "outdated" } | { "kind": "append", file: string, text: string, } | { "kind": "insert", file: string, text: string, place: Place, } | { "kind": "setKey", file: string, key: string, value: string, } | { "kind": "revert", commit: string, } | { "kind": "cherryPick", commit: string, } | { "kind": "branch", name: string, at?: string, } | { "kind": "run", recipe: string, } | { "kind": "todos" } | { "kind": "land", job: string, } | { "kind": "publish" };

export type Job = { id: JobId, taskId: string, sessionId: SessionId | null, workspaceId: WorkspaceId | null, requestId: RequestId | null, kind: string, title: string, 
/**
 * JSON text, as its first clients expect.
 */
params: string, priority: Priority, queueWaitBudgetMs: number, executionBudgetMs: number, finalizationBudgetMs: number, status: JobStatus, workerId: string | null, targetWorkerId: string | null, result: JsonValue | null, error: string | null, attempts: number, cancelRequested: boolean, 
/**
 * It was asked to keep its work and wait.
 */
pauseRequested: boolean, waiting?: JobWait, 
/**
 * A person has taken it over, or is about to.
 */
taken?: TakenOver, step: string | null, isolation: EffectiveIsolation | null, verified: boolean | null, commitSha: string | null, branch: string | null, enqueuedAt: string, claimedAt: string | null, startedAt: string | null, firstLogAt: string | null, completedAt: string | null, failedAt: string | null, durationMs: number | null, createdAt: string, updatedAt: string, claimToken?: string, leaseExpiresAt?: string, };

export type JobArtifacts = { ok: boolean, artifacts: Array<Artifact>, };

export type JobClaimed = { ok: boolean, job: Job, queueWaitMs: number, claimToken: string, leaseExpiresAt: string, 
/**
 * Token that covers this one job.
 */
jobToken?: string, ground?: JobGround, 
/**
 * What was said to it that no worker has taken yet, oldest first.
 */
steer?: Array<SteerMessage>, };

/**
 * A job's change against its base.
 */
export type JobDiff = { jobId: JobId, base: string, commit: string, title: string, files: Array<FileDiff>, 
/**
 * Git's unified format.
 */
unified: string, 
/**
 * Whether `unified` was cut at the size limit.
 */
truncated: boolean, };

export type JobEnqueuedReply = { ok: boolean, jobId: JobId, queuePosition: number, etaMs: number | null, };

/**
 * What a worker of ours needs besides the job itself.
 */
export type JobGround = { workspaceId: WorkspaceId, 
/**
 * Bare repository to clone from, on this machine.
 */
depot: string, baseCommit: string, integrationBranch: string, 
/**
 * Folder the worker may use for this job.
 */
folder: string, 
/**
 * Folders a sandbox must never show.
 */
hide: Array<string>, checks: CheckPlan, 
/**
 * Set-up layers to start from.
 */
layers: Array<string>, 
/**
 * Whether the owner allowed plain host processes for this workspace.
 */
allowHost: boolean, 
/**
 * Whether the job may ask for hosts, through the one way out it has.
 */
network: boolean, 
/**
 * The workers' model, for jobs of the worker lane.
 */
model?: ModelGround, 
/**
 * What works on a job of the worker lane; absent is our own loop.
 */
backend?: WorkerBackend, 
/**
 * What no command of the job may begin with.
 */
deniedCommands?: Array<DeniedCommand>, 
/**
 * Who is asked for an opinion on the change, where somebody is.
 */
reviewer?: ReviewerGround, 
/**
 * Folder of an earlier attempt at this job that ended without a word; its clone is as it was left.
 */
leftBehind?: string, 
/**
 * The workspace's own image, which the engine has; absent is that of the server.
 */
image?: ImageGround, };

/**
 * A scoped unit of work for a worker.
 */
export type JobId = string;

export type JobLogRow = { id: number, jobId: JobId, ts: string, stream: string, message: string, };

export type JobLogs = { ok: boolean, logs: Array<JobLogRow>, cursor: number, };

/**
 * All pieces, in order; none when nothing was kept.
 */
export type JobMemory = { ok: boolean, pieces: Array<string>, };

export type JobParams = { id: JobId, };

export type JobStatus = "pending" | "claimed" | "waiting" | "completed" | "failed" | "cancelled";

/**
 * Why a job waits, until when, and what it has so far.
 */
export type JobWait = { reason: WaitReason, 
/**
 * A sentence: what stopped it and what lets it go on.
 */
detail: string, since: string, 
/**
 * When it may go on, when anybody knows.
 */
resetsAt?: string, 
/**
 * The commit that holds its work so far; without one it begins anew.
 */
resumeCommit?: string, };

export type Jobs = { ok: boolean, jobs: Array<Job>, counts: { [key in string]: number }, priorityCounts: { [key in string]: number }, pendingSnapshot: Array<PendingItem>, slo: Slo, };

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;

/**
 * A grant with where it comes from and what it did.
 */
export type KeptGrant = { grant: Grant, span: GrantFor, 
/**
 * What it covers, as a sentence.
 */
covers: string, 
/**
 * The question it was made from.
 */
approvalId: ApprovalId, by: string, madeAt: string, expiresAt?: string, 
/**
 * How often it decided.
 */
used: number, lastUsedAt?: string, };

/**
 * Where a key is kept: the system's keychain, our encrypted file, or the memory of this run.
 */
export type KeyPlace = "system" | "file" | "run";

/**
 * `ready`: goes with the model's calls. `elsewhere`: saved for another address than the model has now, so it
 * stays unused. `locked`: the place it is in does not open. `gone`: no longer where it was put.
 */
export type KeyState = "ready" | "elsewhere" | "locked" | "gone";

/**
 * A key on its way in. Debug shows that there is one; nothing of ours ever answers with it.
 */
export type KeyText = string;

/**
 * Where a key would be kept that is saved now.
 */
export type KeychainShown = { 
/**
 * Absent when no key can be saved now; `detail` and `fix` say why.
 */
place?: KeyPlace, 
/**
 * The place's name for people.
 */
name: string, system: KeychainState, 
/**
 * The cause, in plain words.
 */
detail: string, 
/**
 * The one next step, when there is one.
 */
fix?: string, };

/**
 * What the system's own keychain says of itself. `none`: there is none here.
 */
export type KeychainState = "available" | "locked" | "none";

export type LandParams = { id: EntryId, 
/**
 * The entry's patch hash as it was shown. When given it must still be the entry's.
 */
hash?: string, };

/**
 * Who does the work: fixed code without a model, or a worker's agent backend.
 */
export type Lane = "deterministic" | "worker";

export type LanguageCount = { language: string, files: number, };

/**
 * Answer to a renewed lease.
 */
export type LeaseRenewed = { ok: boolean, leaseExpiresAt: string, 
/**
 * Set when a person asked the job to stop. 
 */
cancelRequested: boolean, 
/**
 * Set when it is to keep its work and wait. 
 */
pause?: PauseAsked, 
/**
 * Said to a job and not taken yet, oldest first. 
 */
steer?: Array<SteerMessage>, };

/**
 * Gives a job back to the crew, or ends it. Refused while the folder holds changes and nothing is said of them.
 */
export type LetGoJob = { id: JobId, changes?: TakenChanges, 
/**
 * The job is cancelled instead of given to a worker.
 */
end: boolean, };

/**
 * A list filter: a status word or `all`, 1 to 500 rows.
 */
export type ListParams = { status?: string, limit?: number, workspaceId?: WorkspaceId, sessionId?: SessionId, };

export type LogAppended = { ok: boolean, jobId: JobId, logId: number, };

export type LogLine = { stream: string, line: string, };

export type LogsParams = { id: JobId, afterId?: number, limit?: number, };

export type Measure = "tokens" | "work_ms" | "money_micros";

export type MergeEntry = { id: EntryId, completionId: CompletionId, jobId: JobId, workspaceId: WorkspaceId, sessionId: SessionId, title: string, state: EntryState, 
/**
 * The worker's commit and the commit its job started from.
 */
commitSha: string, base: string, branch: string, strategy: Strategy, 
/**
 * The integration branch.
 */
target: string, 
/**
 * Tip the candidate stands on, the candidate and its tree, once built.
 */
onto: string | null, candidate: string | null, tree: string | null, patchHash: string | null, files: number, additions: number, deletions: number, risky: Array<string>, verified: boolean, position: number | null, 
/**
 * Why it waits or what went wrong, with the next step.
 */
reason: string | null, approvalId: ApprovalId | null, checks: Array<CheckVerdict>, landedCommit: string | null, createdAt: string, updatedAt: string, landedAt: string | null, };

export type MergeQueue = { workspaceId: WorkspaceId, branch: string, tip: string | null, paused: boolean, entries: Array<MergeEntry>, 
/**
 * Newest first.
 */
recent: Array<MergeEntry>, warnings: Array<string>, };

export type MergeQueues = { queues: Array<MergeQueue>, };

export type MergeStats = { landed: number, returned: number, failed: number, checkRuns: number, reusedVerdicts: number, runsPerLanded: number | null, timeToLandMs: Percentiles, };

/**
 * `requestId` is null when LocalBuddy answers by itself.
 */
export type MessageAccepted = { ok: boolean, code: string, eventId: string, cursor: number, requestId: RequestId | null, queuePosition: number | null, etaMs: number | null, };

/**
 * A model as a job reaches it: through the server's broker, with the job's token as its key.
 */
export type ModelGround = { dialect: Dialect, model: string, baseUrl: string, contextWindow: number | null, };

/**
 * What a million tokens cost, in millionths of whatever unit the user counts in.
 */
export type ModelPrice = { input: number, 
/**
 * Input that came from the provider's cache; as `input` when absent.
 */
cachedInput?: number, output: number, };

/**
 * A model for one role. The key is never part of it, only where it is kept.
 */
export type ModelSetting = { role: Role, dialect: Dialect, 
/**
 * Base address, such as `http://127.0.0.1:11434/v1`.
 */
endpoint: string, model: string, 
/**
 * Name of an environment variable that holds the key.
 */
keyEnv?: string, 
/**
 * Tokens the model can hold; none means unknown.
 */
contextWindow?: number, 
/**
 * None means that nobody said, and that no money is counted.
 */
price?: ModelPrice, origin?: string, };

export type ModelSettings = { models: Array<ModelSetting>, };

/**
 * Something possible now, offered instead of a refusal's dead end.
 */
export type NearestStep = { label: string, 
/**
 * What to send, such as `/test`. 
 */
command: string, };

export type NetworkAnswer = { allowed: boolean, 
/**
 * The rule that decided, as a sentence.
 */
why: string, 
/**
 * The question that waits for a person; nothing is decided yet.
 */
approvalId?: ApprovalId, 
/**
 * It is not settled for the whole job: ask again at the next connection.
 */
again?: boolean, };

/**
 * Asks whether a running job may connect to a host.
 */
export type NetworkAsk = { id: JobId, claimToken: string, host: string, port: number, 
/**
 * How long to wait for a person's answer, in milliseconds.
 */
waitMs?: number, };

/**
 * A package registry by name, and exactly the hosts it means.
 */
export type NetworkPreset = { name: string, hosts: Array<string>, on: boolean, };

export type NetworkReach = "off" | "listed" | "ask";

export type NetworkShown = { jobs: NetworkReach, 
/**
 * Which layer of the configuration says so.
 */
jobsOrigin: string, presets: Array<NetworkPreset>, 
/**
 * Hosts beside those of presets.
 */
hosts: Array<string>, allowOrigin: string, };

export type Nothing = Record<symbol, never>;

/**
 * Puts a claimed job aside, to go on later. Its bundle, if it has work, was uploaded before.
 */
export type ParkJob = { id: JobId, claimToken: string, reason: WaitReason, detail: string, 
/**
 * Milliseconds since 1970.
 */
resetsAtMs?: number, 
/**
 * Its work so far.
 */
handOver?: HandOver, artifacts: Array<Artifact>, isolation?: EffectiveIsolation, };

/**
 * A job is to keep its work and wait.
 */
export type PauseAsked = { reason: WaitReason, detail: string, 
/**
 * Milliseconds since 1970.
 */
resetsAtMs?: number, };

/**
 * One of the next items of a queue.
 */
export type PendingItem = { id: string, title: string, priority: Priority, queuePosition: number, 
/**
 * From measured durations; none until something was measured, and while everything is held.
 */
etaMs: number | null, 
/**
 * Everything is held: it waits for that to end, not for its turn.
 */
held: boolean, };

/**
 * Measured over a window: p50, p95 and mean in milliseconds.
 */
export type Percentiles = { p50: number | null, p95: number | null, avg: number | null, sampleSize: number, };

/**
 * Where inserted lines go. Lines count from 1; an anchor is text that stands in exactly one line.
 */
export type Place = { "at": "start" } | { "at": "line", line: number, } | { "at": "before", anchor: string, } | { "at": "after", anchor: string, };

/**
 * RemoteBuddy's whole answer to one request.
 */
export type Plan = { schemaVersion: number, requiresWorker: boolean, lane: Lane, 
/**
 * Said to the user, at most 4,000 characters.
 */
assistantMessage: string, 
/**
 * A line for the board and the commit message.
 */
title: string, 
/**
 * What the worker is told, at most 12,000 characters.
 */
instruction: string, planning: Planning, 
/**
 * Set in the deterministic lane only.
 */
deterministic?: Intent, };

/**
 * How a job is bounded and accepted. Budgets are milliseconds.
 */
export type Planning = { intent: string, riskLevel: RiskLevel, scope: Scope, acceptanceCriteria: Array<string>, 
/**
 * Commands our gate runs in the job's sandbox, one argv each.
 */
validationSteps: Array<Array<string>>, queuePriority: Priority, queueWaitBudgetMs: number, executionBudgetMs: number, finalizationBudgetMs: number, };

export type PolicyShown = { workspaceId: WorkspaceId, 
/**
 * The one in force.
 */
profile: Profile, 
/**
 * The workspace's own setting.
 */
chosen: Profile, 
/**
 * Where something stricter was asked for, when it was.
 */
tightenedBy?: string, 
/**
 * What the profile means, in sentences.
 */
meaning: Array<string>, 
/**
 * In the order they are looked at: what denies, what asks, what allows.
 */
rules: Array<StandingRule>, files: Array<RuleFileState>, lines: Array<ProfileLine>, };

/**
 * The workers this server keeps itself.
 */
export type Pool = { min: number, max: number, 
/**
 * Processes now, those that are being started, drained or stopped among them.
 */
running: number, 
/**
 * How the bounds came about, as a sentence.
 */
why: string, };

/**
 * An event posted by a client; the payload is validated per type.
 */
export type PostCommand = { sessionId: SessionId, type: string, payload: JsonValue, from?: string, to?: string, correlationId?: string, turnId?: string, parentId?: string, };

/**
 * Bands of every queue; first in, first out inside one.
 */
export type Priority = "interactive" | "normal" | "background";

export type ProbeParams = { setting: ModelSetting, 
/**
 * A key to try that is not saved yet. It goes to the setting's address and is kept nowhere.
 */
key?: KeyText, };

export type ProbeReport = { ok: boolean, steps: Array<ProbeStep>, };

export type ProbeStep = { name: string, ok: boolean, detail: string, durationMs: number, };

/**
 * A starting point a person can read: what asks and what does not.
 */
export type Profile = "careful" | "balanced" | "autopilot";

/**
 * What the profile says where no rule and no grant speaks.
 */
export type ProfileLine = { 
/**
 * Such as `land` or `command.install`.
 */
id: string, effect: Effect, says: string, };

export type Progress = { step: number, steps: number, label: string, };

/**
 * Something on this machine that could serve a model.
 */
export type ProviderFound = { id: string, name: string, 
/**
 * `absent`, `found_not_ready`, `ready` or `failing`.
 */
state: string, 
/**
 * What was found or what to do next.
 */
detail: string, models: Array<string>, endpoint?: string, dialect?: Dialect, keyEnv?: string, };

export type Providers = { providers: Array<ProviderFound>, clis: Array<CliFound>, };

export type Queues = { requests: { [key in string]: number }, requestPriorities: { [key in string]: number }, requestPendingSnapshot: Array<PendingItem>, jobs: { [key in string]: number }, jobPriorities: { [key in string]: number }, jobPendingSnapshot: Array<PendingItem>, completions: { [key in string]: number }, 
/**
 * Entries that have not ended, over all workspaces.
 */
merge: { [key in string]: number }, };

/**
 * When nothing is shown, by the clock of the machine that shows. From a time until the same time is the whole
 * day.
 */
export type QuietHours = { 
/**
 * Off keeps the times for when they are switched on again.
 */
on: boolean, 
/**
 * `HH:MM`. 
 */
from: string, 
/**
 * `HH:MM`; earlier than `from`, it is on the next day. 
 */
until: string, };

/**
 * Lets one job use more than the budget of a job. Absent ones stay as they are.
 */
export type RaiseJob = { id: JobId, tokens?: number, minutes?: number, 
/**
 * Millionths of the unit of the prices.
 */
moneyMicros?: number, };

export type RecallJob = { id: JobId, claimToken: string, };

/**
 * A named command of a repository.
 */
export type Recipe = { run: Array<string>, timeoutS: number, writes: Array<string>, };

/**
 * Asks to remember an approval.
 */
export type Remember = { for: GrantFor, };

/**
 * Replaces a job's pieces from one place on.
 */
export type RememberJob = { id: JobId, claimToken: string, 
/**
 * What was there from this place on goes; at most one after the last piece.
 */
from: number, pieces: Array<string>, };

export type RenameSession = { sessionId: SessionId, label: string, };

export type RenewParams = { id: string, claimToken: string, leaseMs?: number, };

/**
 * Facts read from the repository, without running anything of it.
 */
export type RepositoryFacts = { root: string, branch: string | null, head: string | null, detached: boolean, shallow: boolean, empty: boolean, 
/**
 * `clean`, `merge`, `rebase` …
 */
state: string, dirty: Array<string>, dirtyTotal: number, baseBranch: string | null, commits: Array<CommitLine>, languages: Array<LanguageCount>, manifests: Array<string>, integrationTip: string | null, integrationAhead: number | null, blockers: Array<string>, };

export type Request = { id: RequestId, sessionId: SessionId, 
/**
 * As typed; also readable as `originalPrompt`.
 */
prompt: string, originalPrompt: string, 
/**
 * With repository facts, by LocalBuddy.
 */
enhancedPrompt: string | null, priority: Priority, queueWaitBudgetMs: number, status: RequestStatus, agentId: string | null, result: JsonValue | null, error: string | null, jobId: JobId | null, 
/**
 * The only worker that may have its job.
 */
targetWorkerId?: string, attempts: number, enqueuedAt: string, claimedAt: string | null, completedAt: string | null, failedAt: string | null, durationMs: number | null, createdAt: string, updatedAt: string, claimToken?: string, leaseExpiresAt?: string, };

export type RequestClaimed = { ok: boolean, request: Request, queueWaitMs: number, claimToken: string, leaseExpiresAt: string, };

export type RequestEnqueued = { ok: boolean, requestId: RequestId, queuePosition: number, etaMs: number | null, };

/**
 * Something the user asked, waiting for RemoteBuddy.
 */
export type RequestId = string;

export type RequestParams = { id: RequestId, };

export type RequestStatus = "pending" | "claimed" | "completed" | "failed" | "waiting_for_model" | "cancelled";

export type Requests = { ok: boolean, requests: Array<Request>, counts: { [key in string]: number }, priorityCounts: { [key in string]: number }, pendingSnapshot: Array<PendingItem>, slo: Slo, };

export type ResumeParams = { 
/**
 * Ends the hold of this reason alone; every hold when absent.
 */
reason?: HoldReason, };

/**
 * Runs an ended job's task again as a new job.
 */
export type RetryJob = { id: JobId, 
/**
 * The only worker that may have it; absent leaves it as it was.
 */
targetWorkerId?: string, };

/**
 * A model's opinion of a change, or why there is none.
 */
export type Review = { 
/**
 * The model that was asked.
 */
model: string, 
/**
 * Absent when there is no opinion: see `problem`.
 */
verdict?: ReviewVerdict, 
/**
 * One for each question, in their order; empty without a verdict.
 */
marks: Array<ReviewMark>, 
/**
 * Why there is no opinion, a sentence.
 */
problem?: string, 
/**
 * It saw only the ends of a long change.
 */
cut: boolean, 
/**
 * What an earlier opinion led to, a sentence.
 */
ledTo?: string, };

/**
 * One answer.
 */
export type ReviewMark = { question: ReviewQuestion, 
/**
 * From 0 (no) to 3 (yes).
 */
score: number, 
/**
 * One sentence, plain text.
 */
why: string, 
/**
 * `file:line` in the change; absent when it named none that is there.
 */
place?: string, };

/**
 * What a reviewer is asked about a change, in this order.
 */
export type ReviewQuestion = "asked" | "only" | "tests" | "safe";

export type ReviewVerdict = "good" | "concerns" | "bad";

/**
 * The reviewer's model, through a way of the broker that is its own.
 */
export type ReviewerGround = { model: ModelGround, 
/**
 * Whether its concerns may lead to one more round of work.
 */
revises: boolean, 
/**
 * Longest time it is waited for.
 */
seconds: number, };

export type RevokeGrant = { id: string, };

export type RiskLevel = "low" | "medium" | "high";

/**
 * `Reviewer` gives an opinion on finished changes, and nothing more.
 */
export type Role = "localbuddy" | "remotebuddy" | "workers" | "reviewer";

/**
 * One line of a policy file. Absent conditions match everything; present ones must all hold.
 */
export type Rule = { id: string, effect: Effect | null, 
/**
 * Action words, `*` for all.
 */
kinds: Array<string>, paths: Array<string>, argvPrefix: Array<string>, 
/**
 * What commands are about.
 */
classes?: Array<CommandClass>, hosts: Array<string>, 
/**
 * Of a connection; absent is any.
 */
ports?: Array<number>, 
/**
 * Of a command: whether it runs in a sandbox.
 */
confined?: boolean, maxRisk: RiskLevel | null, maxFiles: number | null, maxLines: number | null, actors: Array<ActorKind>, 
/**
 * Minutes after midnight, local time, `[from, to)`; wraps when `from > to`.
 */
minutes: [number, number] | null, };

/**
 * A file that rules are read from.
 */
export type RuleFileState = { source: RuleSource, path: string, found: boolean, 
/**
 * Why it cannot be read; until it can, nothing it might judge is done.
 */
problem?: string, };

export type RuleSource = "user" | "repository";

export type Runtime = { startedAt: string, uptimeMs: number, version: string, protocolVersion: string, pid: number, data: string, git: string | null, };

/**
 * A key that was saved for the model of a role.
 */
export type SavedKey = { role: Role, 
/**
 * The only address it is sent to.
 */
endpoint: string, place: KeyPlace, state: KeyState, 
/**
 * What its state means here.
 */
detail: string, 
/**
 * Milliseconds since 1970.
 */
savedAt: number, };

export type SavedKeys = { keychain: KeychainShown, keys: Array<SavedKey>, };

/**
 * What a job may read and write, relative to the repository's root.
 */
export type Scope = { readAnywhere: boolean, 
/**
 * Globs; empty means the job changes nothing.
 */
writeGlobs: Array<string>, maxFilesToEdit: number, };

export type SendMessage = { sessionId: SessionId, text: string, intent?: JsonValue, priority?: Priority, 
/**
 * The only worker that may have the job this becomes.
 */
targetWorkerId?: string, };

export type Session = { sessionId: SessionId, workspaceId: WorkspaceId | null, label: string, createdAt: string, lastEventAt: string | null, lastCursor: number, pendingApprovals: number, runningJobs: number, failed: boolean, };

/**
 * A conversation; the default of the first workspace is `dev`.
 */
export type SessionId = string;

export type SessionJoined = { sessionId: SessionId, protocolVersion: string, created: boolean, workspaceId: WorkspaceId | null, };

export type Sessions = { sessions: Array<Session>, };

export type SetBackend = { 
/**
 * Absent forgets the choice: files, variables and the built-in value count again.
 */
backend?: WorkerBackend, };

/**
 * The key of a role's model. `endpoint` must be the address the model has: a key goes nowhere else.
 */
export type SetKey = { role: Role, endpoint: string, key: KeyText, };

/**
 * What is left out stays as it is.
 */
export type SetNetwork = { jobs?: NetworkReach, 
/**
 * Names of presets, and patterns such as `git.example.org`, `*.example.org` or `host:8443`; all of them.
 */
allow?: Array<string>, };

/**
 * What notifications tell of. What is left out stays as it is.
 */
export type SetNotify = { 
/**
 * Questions that wait for an answer.
 */
needsYou?: boolean, 
/**
 * What landed or was reported.
 */
finished?: boolean, 
/**
 * What failed or came back.
 */
failed?: boolean, 
/**
 * What a limit keeps from going on, or the want of a model.
 */
limit?: boolean, quiet?: QuietHours, };

/**
 * A command run once per digest of its key files, online with what the user allowed.
 */
export type SetupStep = { run: Array<string>, timeoutS: number, network: Array<string>, key: Array<string>, };

/**
 * Service levels of one queue over the last 24 hours.
 */
export type Slo = { windowHours: number, terminal: number, completed: number, failed: number, timeoutFailures: number, successRate: number | null, timeoutRate: number | null, durationMs: Percentiles, queueWaitMs: Percentiles, };

export type SloPair = { requests: Slo, jobs: Slo, };

/**
 * What was used, with or without a limit.
 */
export type Spent = { inputTokens: number, outputTokens: number, workMs: number, 
/**
 * Of calls with a price.
 */
moneyMicros: number, calls: number, 
/**
 * Calls of models without a price; what they cost is not known.
 */
unpricedCalls: number, 
/**
 * Calls whose answers said nothing of their usage; their tokens are reckoned from lengths.
 */
estimatedCalls: number, };

/**
 * Part of a day that one role's model had.
 */
export type SpentByModel = { role: string, model: string, spent: Spent, };

/**
 * A rule and where it stands.
 */
export type StandingRule = { rule: Rule, source: RuleSource, 
/**
 * Its file, as messages name it.
 */
file: string, 
/**
 * From 1.
 */
line: number, 
/**
 * Whether it is looked at: a repository's allowing rule is not, nor any of a folder nobody trusted.
 */
counts: boolean, 
/**
 * What it says, as a sentence.
 */
says: string, problems: Array<string>, };

export type SteerAccepted = { ok: boolean, message: SteerMessage, };

/**
 * Tells a job something: 1 to 4,000 characters. A repeated idempotency key says it once.
 */
export type SteerJob = { id: JobId, text: string, };

/**
 * One message to a job.
 */
export type SteerMessage = { 
/**
 * Counts up; messages of a job are taken in this order.
 */
number: number, jobId: JobId, text: string, by: string, state: SteerState, 
/**
 * RFC 3339.
 */
saidAt: string, takenAt?: string, 
/**
 * The worker that took it.
 */
takenBy?: string, };

/**
 * Messages of one job, oldest first.
 */
export type SteerMessages = { ok: boolean, messages: Array<SteerMessage>, };

export type SteerState = "waiting" | "taken" | "missed";

/**
 * A worker has put messages before its model: all up to this number.
 */
export type SteerTaken = { id: JobId, claimToken: string, upTo: number, };

export type Storage = { journalMode: string, synchronous: string, walBytes: number, databaseBytes: number, events: number, };

export type Strategy = "cherry_pick" | "no_ff" | "ff_only" | "squash";

/**
 * One line of `suggestions`.
 */
export type Suggestion = { id: string, title: string, detail: string, 
/**
 * S, M or L.
 */
effort: string, };

export type SystemStatus = { ts: string, workers: WorkerCounts, queues: Queues, slo: SloPair, runtime: Runtime, storage: Storage, isolation: EffectiveIsolation | null, 
/**
 * Why there is no sandbox and how to get one, when there is none.
 */
isolationProblem: string | null, budgets: Budgets, pendingApprovals: number, checksRunning: number, 
/**
 * Trials of the checks under way; one that waits for an answer is not.
 */
dryRunsRunning: number, 
/**
 * Set-ups that are being made.
 */
setUpsRunning: number, 
/**
 * What holds everything; nothing new begins while there is any.
 */
holds: Array<Hold>, 
/**
 * Whether RemoteBuddy has a model.
 */
modelReady: boolean, latestCursor: number, };

/**
 * What becomes of changes in the folder that were not handed back.
 */
export type TakenChanges = "discard" | "keep";

/**
 * The folder of a job that was taken over, as it is now.
 */
export type TakenLook = { ok: boolean, taken: TakenOver, 
/**
 * Paths that differ from what was checked out or handed back, at most 100.
 */
changed: Array<string>, total: number, };

/**
 * A job that a person has taken over.
 */
export type TakenOver = { state: TakenState, 
/**
 * Absolute path of the folder; while it is `coming`, where it will be.
 */
path: string, 
/**
 * The branch that is checked out there.
 */
branch: string, 
/**
 * The commit the job stands on; known once the folder is there.
 */
base?: string, 
/**
 * The job's work so far, checked out there; absent when it had none.
 */
commit?: string, 
/**
 * What was handed back last.
 */
handedBack?: string, by: string, 
/**
 * RFC 3339.
 */
since: string, 
/**
 * Why the folder is not there yet, or why what was handed back came back: a sentence.
 */
problem?: string, };

export type TakenReply = { ok: boolean, taken: TakenOver, };

export type TakenState = "coming" | "yours" | "handed_back";

/**
 * Says which worker may have a job that nobody has yet.
 */
export type TargetJob = { id: JobId, 
/**
 * Absent: any worker.
 */
targetWorkerId?: string, };

export type TtlParams = { ttlMs?: number, };

/**
 * Absent fields stay as they are.
 */
export type UpdateWorkspace = { id: WorkspaceId, name?: string, profile?: Profile, strategy?: Strategy, trusted?: boolean, allowHost?: boolean, mergeEnabled?: boolean, mergePaused?: boolean, 
/**
 * The user's own checks; they replace detected and repository ones.
 */
checks?: Array<Check>, };

/**
 * What the policy function said and which rule decided.
 */
export type Verdict = { effect: Effect, ruleId: string, 
/**
 * A sentence a person understands.
 */
rule: string, };

/**
 * One thing that was, or was not, verified by us.
 */
export type VerifiedLine = { what: string, 
/**
 * `passed`, `failed` or `not_checked`.
 */
result: CheckResult, detail?: string, };

export type WaitReason = "quota" | "budget" | "paused" | "taken";

export type Worker = { workerId: string, status: string, currentJobId: string | null, pollMs: number | null, capabilities: JsonValue, details: JsonValue, lastHeartbeat: string, createdAt: string, updatedAt: string, activeJobCount: number, isOnline: boolean, 
/**
 * Started and watched by this server.
 */
supervised: boolean, 
/**
 * It takes no new jobs while this is there.
 */
drain?: WorkerDrain, 
/**
 * Jobs in line that only this worker may have.
 */
waitingForIt: number, 
/**
 * How its processes ended lately, the newest first; of supervised ones alone.
 */
ends: Array<WorkerEnd>, };

/**
 * What works on a job of the worker lane: our own loop, an agent with a command line of its own, or nothing.
 */
export type WorkerBackend = "native" | "codex" | "claude" | "opencode" | "gemini" | "miniswe" | "openhands" | "none";

export type WorkerCounts = { total: number, online: number, busy: number, idle: number, };

/**
 * Who asked a worker to take no new jobs.
 */
export type WorkerDrain = { by: string, 
/**
 * RFC 3339.
 */
since: string, };

/**
 * One end of a worker's process.
 */
export type WorkerEnd = { kind: WorkerEndKind, 
/**
 * A sentence; of one that died the reason it gave.
 */
cause: string, 
/**
 * RFC 3339.
 */
at: string, livedMs: number, 
/**
 * How many ends of its own in a row this was; 0 of an end that was wanted.
 */
inRow: number, 
/**
 * After how long it is started again, when it is.
 */
againInMs?: number, };

/**
 * Why the process of a worker ended.
 */
export type WorkerEndKind = "died" | "drained" | "idle" | "stopped";

export type WorkerParams = { workerId: string, };

export type Workers = { ok: boolean, workers: Array<Worker>, pool?: Pool, };

export type Workspace = { id: WorkspaceId, name: string, repoRoot: string, baseBranch: string, integrationBranch: string, strategy: Strategy, profile: Profile, 
/**
 * The owner accepted the repository's own checks, recipes and set-up steps.
 */
trusted: boolean, 
/**
 * The owner allowed repository code to run as plain host processes.
 */
allowHost: boolean, mergeEnabled: boolean, mergePaused: boolean, checks: CheckPlan, 
/**
 * What stands in the way, each with the next step.
 */
warnings: Array<string>, createdAt: string, };

/**
 * A registered repository, a slug of its folder name.
 */
export type WorkspaceId = string;

export type WorkspaceParams = { id: WorkspaceId, };

export type Workspaces = { workspaces: Array<Workspace>, };

/** Parameters and answer of every method. */
export interface Methods {
  "session.create": [params: CreateSession, reply: SessionJoined];
  "session.list": [params: Nothing, reply: Sessions];
  "session.rename": [params: RenameSession, reply: Done];
  "session.events": [params: EventsParams, reply: EventPage];
  "chat.send": [params: SendMessage, reply: MessageAccepted];
  "chat.command": [params: PostCommand, reply: CommandAccepted];
  "approval.list": [params: ListParams, reply: Approvals];
  "approval.get": [params: ApprovalParams, reply: Approval];
  "approval.answer": [params: AnswerParams, reply: Approval];
  "policy.show": [params: WorkspaceParams, reply: PolicyShown];
  "policy.explain": [params: ExplainParams, reply: Explained];
  "policy.grants": [params: GrantsParams, reply: Grants];
  "policy.revoke": [params: RevokeGrant, reply: KeptGrant];
  "requests.enqueue": [params: EnqueueRequest, reply: RequestEnqueued];
  "requests.claim": [params: ClaimRequest, reply: RequestClaimed];
  "requests.complete": [params: FinishRequest, reply: Done];
  "requests.fail": [params: FailRequest, reply: Done];
  "requests.renew": [params: RenewParams, reply: LeaseRenewed];
  "requests.cancel": [params: RequestParams, reply: Done];
  "requests.retry": [params: RequestParams, reply: RequestEnqueued];
  "requests.list": [params: ListParams, reply: Requests];
  "requests.get": [params: RequestParams, reply: Request];
  "jobs.enqueue": [params: EnqueueJob, reply: JobEnqueuedReply];
  "jobs.claim": [params: ClaimJob, reply: JobClaimed];
  "jobs.complete": [params: CompleteJob, reply: FinishedJob];
  "jobs.fail": [params: FailJob, reply: FinishedJob];
  "jobs.log": [params: AppendLog, reply: LogAppended];
  "jobs.renew": [params: RenewParams, reply: LeaseRenewed];
  "jobs.cancel": [params: JobParams, reply: Done];
  "jobs.park": [params: ParkJob, reply: Done];
  "jobs.remember": [params: RememberJob, reply: Done];
  "jobs.recall": [params: RecallJob, reply: JobMemory];
  "jobs.network": [params: NetworkAsk, reply: NetworkAnswer];
  "jobs.allow": [params: AllowAsk, reply: AllowAnswer];
  "jobs.pause": [params: JobParams, reply: Done];
  "jobs.resume": [params: JobParams, reply: Done];
  "jobs.raise": [params: RaiseJob, reply: Done];
  "jobs.retry": [params: RetryJob, reply: JobEnqueuedReply];
  "jobs.target": [params: TargetJob, reply: Done];
  "jobs.steer": [params: SteerJob, reply: SteerAccepted];
  "jobs.steering": [params: JobParams, reply: SteerMessages];
  "jobs.steered": [params: SteerTaken, reply: Done];
  "jobs.take_over": [params: JobParams, reply: TakenReply];
  "jobs.taken": [params: JobParams, reply: TakenLook];
  "jobs.hand_back": [params: HandBackJob, reply: HandedBack];
  "jobs.let_go": [params: LetGoJob, reply: Done];
  "jobs.list": [params: ListParams, reply: Jobs];
  "jobs.get": [params: JobParams, reply: Job];
  "jobs.logs": [params: LogsParams, reply: JobLogs];
  "jobs.diff": [params: JobParams, reply: JobDiff];
  "jobs.artifacts": [params: JobParams, reply: JobArtifacts];
  "workers.heartbeat": [params: Heartbeat, reply: Done];
  "workers.list": [params: TtlParams, reply: Workers];
  "workers.drain": [params: WorkerParams, reply: Done];
  "workers.undrain": [params: WorkerParams, reply: Done];
  "completions.enqueue": [params: EnqueueCompletion, reply: CompletionEnqueued];
  "completions.claim": [params: ClaimCompletion, reply: CompletionClaimed];
  "completions.processed": [params: FinishCompletion, reply: Done];
  "completions.fail": [params: FinishCompletion, reply: Done];
  "completions.renew": [params: RenewParams, reply: LeaseRenewed];
  "completions.list": [params: ListParams, reply: Completions];
  "completions.get": [params: CompletionParams, reply: Completion];
  "merge.queue": [params: Nothing, reply: MergeQueues];
  "merge.entry": [params: EntryParams, reply: MergeEntry];
  "merge.stats": [params: Nothing, reply: MergeStats];
  "merge.land": [params: LandParams, reply: MergeEntry];
  "merge.retry": [params: EntryParams, reply: MergeEntry];
  "merge.remove": [params: EntryParams, reply: MergeEntry];
  "workspace.add": [params: AddWorkspace, reply: Workspace];
  "workspace.list": [params: Nothing, reply: Workspaces];
  "workspace.update": [params: UpdateWorkspace, reply: Workspace];
  "workspace.facts": [params: WorkspaceParams, reply: RepositoryFacts];
  "checks.dryRun": [params: DryRunParams, reply: DryRun];
  "checks.dryRunStop": [params: DryRunParams, reply: DryRunShown];
  "checks.dryRunState": [params: DryRunParams, reply: DryRunShown];
  "config.show": [params: Nothing, reply: ConfigShown];
  "config.models": [params: Nothing, reply: ModelSettings];
  "config.set_model": [params: ModelSetting, reply: Done];
  "config.forget_model": [params: ForgetModel, reply: Done];
  "config.keys": [params: Nothing, reply: SavedKeys];
  "config.set_key": [params: SetKey, reply: SavedKey];
  "config.forget_key": [params: ForgetKey, reply: Done];
  "config.set_notify": [params: SetNotify, reply: Done];
  "config.backends": [params: Nothing, reply: Backends];
  "config.set_backend": [params: SetBackend, reply: Done];
  "config.network": [params: Nothing, reply: NetworkShown];
  "config.set_network": [params: SetNetwork, reply: NetworkShown];
  "config.providers": [params: Nothing, reply: Providers];
  "config.probe": [params: ProbeParams, reply: ProbeReport];
  "system.status": [params: TtlParams, reply: SystemStatus];
  "system.hold": [params: HoldParams, reply: Holds];
  "system.resume": [params: ResumeParams, reply: Holds];
  "budget.show": [params: BudgetParams, reply: BudgetReport];
  "doctor.run": [params: Nothing, reply: DoctorReport];
}

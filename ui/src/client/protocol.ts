// Generated from the protocol crate by `npm run gen`. Do not edit.

export const PROTOCOL_VERSION = "0.1.0";

/**
 * What a repository has and the trees of jobs and checks do not: of large files (LFS) only their pointers, of
 * submodules only empty folders.
 */
export type Absent = "large_files" | "submodules";

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

/**
 * Says what a machine may do, all of it; nothing at first.
 */
export type AllowNode = { id: DeviceId, services: Array<NodeService>, };

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
 * What `summary` is made of. Absent where it has only its sentence.
 */
asks?: Asks, 
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
why: string, 
/**
 * What `why` is made of. Absent where it has only its sentence.
 */
because?: Because, askedBy: string, 
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

export type ApprovePairing = { id: string, 
/**
 * Fewer or other scopes than were offered; never more than whoever approves has.
 */
scopes?: Array<Permission>, };

/**
 * A file or text a job leaves behind.
 */
export type Artifact = { kind: string, uri?: string, text?: string, };

/**
 * `POST /auth/challenge`.
 */
export type AskChallenge = { deviceId: DeviceId, };

/**
 * `POST /pair/state` and `POST /pair/cancel`.
 */
export type AskPairing = { pairingId: string, claim: string, 
/**
 * `/pair/state` waits so long for a change, up to 30,000.
 */
waitMs?: number, };

/**
 * The kinds of questions.
 */
export type Asks = { "kind": "land", title: string, branch: string, } | { "kind": "land_main", branch: string, to: string, commits: number, } | { "kind": "trust", checks: number, commands: string, } | { "kind": "setup_network", command: string, hosts: string, reach: SetupReach, } | { "kind": "image_build", file: string, digest: string, describedBy: string, } | { "kind": "job_network", job: string, target: string, } | { "kind": "job_command", job: string, command: string, } | { "kind": "job_write", job: string, paths: string, } | { "kind": "bisect", command: string, } | { "kind": "local_command", command: string, } | { "kind": "recipe", name: string, } | { "kind": "push", branch: string, remote: string, over: string | null, opens: boolean, } | { "kind": "tool", name: string, };

/**
 * Attaches this connection. Only over `/v1/ws`.
 */
export type AttachTerminal = { id: TerminalId, 
/**
 * Goes on after this many bytes of output; absent begins with a picture of the screen.
 */
after?: number, 
/**
 * The seat of an earlier attachment whose connection was cut: it is taken up again.
 */
seat?: string, 
/**
 * Never takes control by itself.
 */
viewOnly?: boolean, };

/**
 * An attempt at the same task: the first, or a repair of it.
 */
export type Attempt = { jobId: JobId, jobStatus: JobStatus, 
/**
 * 0 is the first; automatic repairs count from 1.
 */
fixUp: number, title: string, 
/**
 * None while its job has handed nothing over.
 */
entryId: EntryId | null, state: EntryState | null, createdAt: string, };

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

export type BeatNode = { 
/**
 * Its clock, in milliseconds since 1970.
 */
nowMs: number, };

/**
 * The reason of an entry.
 */
export type Because = { "code": "conflict", branch: string, paths: Array<string>, more: number, } | { "code": "revert_conflict", branch: string, paths: Array<string>, more: number, } | { "code": "bring_up_conflict", branch: string, paths: Array<string>, more: number, } | { "code": "empty", branch: string, } | { "code": "revert_empty", branch: string, } | { "code": "not_fast_forward" } | { "code": "merge_commit" } | { "code": "unrelated" } | { "code": "too_many_commits", limit: number, } | { "code": "check_failed", check: string, network: boolean, 
/**
 * What the check may have missed.
 */
absent?: Array<Absent>, } | { "code": "check_edited", check: string, paths: Array<string>, } | { "code": "not_mended", check: string, branch: string, commit: string, } | { "code": "other_not_mended", check: string, branch: string, commit: string, } | { "code": "branch_fails", check: string, branch: string, commit: string, network: boolean, 
/**
 * What the check may have missed.
 */
absent?: Array<Absent>, } | { "code": "policy", effect: Effect, ruling: Ruling, } | { "code": "rule", said: string, } | { "code": "denied", by: string, } | { "code": "expired" } | { "code": "removed", by: string, } | { "code": "handed_on", by: string, } | { "code": "repair_cancelled" } | { "code": "repair_empty" } | { "code": "repair_failed" } | { "code": "set_up_waits" } | { "code": "set_up_removed" } | { "code": "cannot_run", said: string, } | { "code": "check_killed", check: string, } | { "code": "program_missing", check: string, program: string, } | { "code": "given_up", attempts: number, } | { "code": "untouched", paths: Array<string>, } | { "code": "stopped" } | { "code": "checks_changed" } | { "code": "trial_unconfirmed" } | { "code": "trust" } | { "code": "all_paused" } | { "code": "queue_paused" } | { "code": "checks_unconfirmed" } | { "code": "checked_out", branch: string, folder: string, block: FolderBlock, names: Array<string>, more: number, } | { "code": "failed", error: ErrorCode, said: string, };

/**
 * Begins an errand of a job this machine has claimed.
 */
export type BeginErrand = { id: JobId, claimToken: string, errand: Errand, };

/**
 * A commit of the branch that stands behind what went wrong, newest first in lists.
 */
export type Beside = { commit: string, title: string, 
/**
 * The entry that landed it; absent for a commit from outside.
 */
entryId?: EntryId, };

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
 * Why an entry came back.
 */
export type CameBack = { 
/**
 * `merge.conflict`, `merge.check_failed`, …
 */
code: string, 
/**
 * The commit of the branch it was tried on.
 */
onto?: string, files?: Array<ConflictedFile>, 
/**
 * Conflicted files that are not listed.
 */
moreFiles: number, check?: FailedCheck, 
/**
 * What reached the branch since the change was begun: of a conflict, what changed the same files.
 */
beside?: Array<Beside>, };

/**
 * Something to sign, good once.
 */
export type Challenge = { challenge: string, serverId: string, 
/**
 * RFC 3339.
 */
expiresAt: string, };

/**
 * One command that proves a tree. Times are seconds.
 */
export type Check = { name: string, run: Array<string>, timeoutS: number, group?: string, paths?: Array<string>, 
/**
 * It may be left out where nothing of `paths` is touched.
 */
skipUntouched?: boolean, };

/**
 * What the checks of one group have in common.
 */
export type CheckGroup = { 
/**
 * Seconds each of its checks may take, more or less than the built-in limit; a limit of a check's own counts
 * before it.
 */
timeoutS?: number, 
/**
 * What its checks read, where a check does not say so itself.
 */
paths?: Array<string>, skipUntouched?: boolean, 
/**
 * Files that decide how its checks run: whoever touches one runs them, whatever `paths` says.
 */
always?: Array<string>, };

/**
 * Everything that proves a tree of this workspace.
 */
export type CheckPlan = { origin: ChecksOrigin, 
/**
 * Whether the owner accepted them; unconfirmed checks prove nothing and nothing lands.
 */
confirmed: boolean, checks: Array<Check>, groups?: { [key in string]: CheckGroup }, setup: Array<SetupStep>, recipes: { [key in string]: Recipe }, formatter: Array<string> | null, testRunner: Array<string> | null, warnings: Array<string>, };

export type CheckResult = "passed" | "failed" | "not_checked";

/**
 * One stored verdict of a check on a tree.
 */
export type CheckVerdict = { name: string, run: Array<string>, 
/**
 * The group it belongs to.
 */
group?: string, 
/**
 * Seconds it may take. Absent of what an older server said.
 */
timeoutS?: number, 
/**
 * `waiting`, `running`, `passed`, `failed`, or `skipped`, which proves nothing.
 */
state: string, 
/**
 * Why it was skipped.
 */
reason?: string, 
/**
 * What `reason` is made of.
 */
because?: Because, durationMs: number | null, 
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

/**
 * `POST /pair/claim`.
 */
export type ClaimPairing = { 
/**
 * `n` of the link.
 */
nonce: string, 
/**
 * 1 to 80 bytes, shown to whoever approves.
 */
name: string, kind: DeviceKind, platform?: string, 
/**
 * Without one the device gets a token.
 */
publicKey?: PublicKey, };

export type ClaimRequest = { agentId: string, leaseMs?: number, waitMs?: number, };

/**
 * Two versions of the same lines.
 */
export type Clash = { 
/**
 * Line of the half-merged file, from 1.
 */
line: number, 
/**
 * As the branch has them.
 */
ours: string, 
/**
 * As both began from; absent where neither began from anything.
 */
base?: string, 
/**
 * As the entry wants them.
 */
theirs: string, 
/**
 * There is more of it than is shown.
 */
cut: boolean, };

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

/**
 * What a client sends in text messages.
 */
export type ClientFrame = { "t": "connect", 
/**
 * Oldest and newest version the client speaks.
 */
versions: [number, number], client: ClientNote, token?: string, 
/**
 * A paired device that signs the challenge of `hello`.
 */
device?: DeviceProof, } | { "t": "req", id: number, method: string, params?: { [key in string]: JsonValue }, 
/**
 * Idempotency key.
 */
idem?: string, } | { "t": "sub", id: number, sessionId?: SessionId, after?: number, 
/**
 * Also types with a dot in their name.
 */
allTypes?: boolean, 
/**
 * Most events that come without an `ack`; without it they come as fast as the line takes them.
 */
window?: number, } | { "t": "ack", sub: number, cursor: number, } | { "t": "unsub", id: number, } | { "t": "answer", id: number, result?: JsonValue, error?: ApiError, } | { "t": "term", stream: number, controls: boolean, terminal: Terminal, } | { "t": "refused", stream: number, error: ApiError, } | { "t": "ping", };

/**
 * Who connects; shown to people.
 */
export type ClientNote = { name: string, version?: string, 
/**
 * `desktop`, `phone`, `web`, `cli` or `node`.
 */
kind?: string, };

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

export type ConflictedFile = { path: string, 
/**
 * What is the matter, as a sentence.
 */
said: string, 
/**
 * Empty for what has no lines: binary files, modes, renames and removals.
 */
clashes: Array<Clash>, 
/**
 * Clashes that are not shown.
 */
more: number, };

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
 * A paired device or browser.
 */
export type DeviceId = string;

export type DeviceKind = "phone" | "browser" | "cli" | "node" | "desktop";

export type DeviceParams = { id: DeviceId, };

/**
 * Who connects to the gateway by signing its challenge, as for [`SignIn`].
 */
export type DeviceProof = { id: DeviceId, signature: string, };

/**
 * What somebody is let in as. A role is a set of scopes to begin with; the scopes of a device decide.
 */
export type DeviceRole = "owner" | "member" | "approver" | "viewer" | "node";

export type DeviceRotated = { ok: boolean, device: DeviceShown, 
/**
 * The new token, said once; only where there is no key.
 */
token?: string, };

/**
 * One device, as those see it who manage devices, and as it sees itself.
 */
export type DeviceShown = { id: DeviceId, name: string, kind: DeviceKind, 
/**
 * What it says it runs on.
 */
platform?: string, role: DeviceRole, scopes: Array<Permission>, 
/**
 * It signs with a key of its own; otherwise it bears a token, of which a digest is kept.
 */
keyed: boolean, 
/**
 * Who it belonged to in the tailnet when it was paired.
 */
login?: string, 
/**
 * RFC 3339.
 */
createdAt: string, 
/**
 * RFC 3339, to the minute or so.
 */
lastSeenAt: string, 
/**
 * RFC 3339; it is shown for some time after it was revoked.
 */
revokedAt?: string, 
/**
 * Whoever asks is this device.
 */
current: boolean, 
/**
 * It has a connection or a stream open now.
 */
connected: boolean, };

export type Devices = { 
/**
 * Newest first; only the device itself where whoever asks may not pair.
 */
devices: Array<DeviceShown>, };

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
 * What `reason` is made of.
 */
because?: Because, 
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

/**
 * Gives an errand up, or says that it is done.
 */
export type EndErrand = { errand: string, };

export type EnqueueCompletion = { jobId: JobId, sessionId: SessionId, message: string, commitSha?: string, branch?: string, prTitle?: string, prBody?: string, };

export type EnqueueJob = { taskId: string, kind: string, sessionId?: SessionId, params?: JsonValue, priority?: Priority, targetWorkerId?: string, queueWaitBudgetMs?: number, executionBudgetMs?: number, finalizationBudgetMs?: number, };

export type EnqueueRequest = { sessionId: SessionId, prompt: string, priority?: Priority, queueWaitBudgetMs?: number, 
/**
 * The only worker that may have its job.
 */
targetWorkerId?: string, };

/**
 * A trial of an entry: its checks on what would land now. Nothing lands because of it.
 */
export type EntryDryRun = { entryId: EntryId, workspaceId: WorkspaceId, state: DryRunState, 
/**
 * The tip it was built on, the candidate and its tree.
 */
onto: string, candidate: string, tree: string, 
/**
 * In the order of the plan; `waiting`, `running`, `passed` or `failed`.
 */
checks: Array<CheckVerdict>, 
/**
 * Why it could not be built or run.
 */
reason: string | null, 
/**
 * What `reason` is made of.
 */
because?: Because, by: string, startedAt: string, finishedAt: string | null, };

/**
 * The newest trial of an entry since the server was started.
 */
export type EntryDryRunShown = { run: EntryDryRun | null, };

export type EntryHistory = { entry: MergeEntry, 
/**
 * Oldest first.
 */
steps: Array<HistoryStep>, 
/**
 * Steps in the middle that are not shown because there are too many.
 */
dropped: number, 
/**
 * Runs of its checks that were begun, and how many of them were given up.
 */
runs: number, thrownAway: number, 
/**
 * Every attempt at its task, this one among them, oldest first.
 */
attempts: Array<Attempt>, };

/**
 * A completion's place in the merge queue.
 */
export type EntryId = string;

/**
 * Where an entry comes from.
 */
export type EntryKind = "change" | "revert" | "bring_up";

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
stream: string, seq: number, line: string, } } | { "type": "approval_required", "payload": { approvalId: ApprovalId, action: string, summary: string, details: JsonValue, } } | { "type": "approved", "payload": { approvalId: ApprovalId, } } | { "type": "denied", "payload": { approvalId: ApprovalId, } } | { "type": "diff_ready", "payload": { unifiedDiff: string, diffStat: string, branch: string, } } | { "type": "committed", "payload": { branch: string, commitHash: string, message: string, } } | { "type": "scan_result", "payload": { summary: string, filesRead: Array<string>, gitStatusPorcelain: string, gitDiff: string, } } | { "type": "suggestions", "payload": { items: Array<Suggestion>, } } | { "type": "plan.ready", "payload": { requestId: RequestId, plan: Plan, jobId?: JobId, 
/**
 * Live work that it meets.
 */
meets?: Array<Meets>, } } | { "type": "request.waiting", "payload": { requestId: RequestId, understood: string, why: string, nearest: Array<NearestStep>, connect: Array<string>, } } | { "type": "request.changed", "payload": { requestId: RequestId, status: RequestStatus, } } | { "type": "buddy.status", "payload": { message: string, requestId?: RequestId, } } | { "type": "job.progress", "payload": { jobId: JobId, step: number, steps: number, label: string, } } | { "type": "job.requeued", "payload": { jobId: JobId, attempt: number, reason: string, } } | { "type": "job.cancelled", "payload": { jobId: JobId, by: string, } } | { "type": "job.waiting", "payload": { jobId: JobId, wait: JobWait, } } | { "type": "job.network", "payload": { jobId: JobId, host: string, port: number, allowed: boolean, why: string, } } | { "type": "job.resumed", "payload": { jobId: JobId, by: string, } } | { "type": "job.steered", "payload": { message: SteerMessage, } } | { "type": "job.steer_taken", "payload": { jobId: JobId, numbers: Array<number>, by: string, } } | { "type": "job.steer_missed", "payload": { jobId: JobId, numbers: Array<number>, } } | { "type": "job.taken", "payload": { jobId: JobId, taken: TakenOver, } } | { "type": "job.let_go", "payload": { jobId: JobId, by: string, kept: boolean, } } | { "type": "job.verified", "payload": { jobId: JobId, verified: boolean, lines: Array<VerifiedLine>, } } | { "type": "job.reviewed", "payload": { jobId: JobId, review: Review, } } | { "type": "job.diff", "payload": { jobId: JobId, entryId: EntryId | null, additions: number, deletions: number, files: number, title: string, } } | { "type": "merge.entry.queued", "payload": { entry: MergeEntry, } } | { "type": "merge.entry.candidate", "payload": { entry: MergeEntry, } } | { "type": "merge.entry.waiting_approval", "payload": { entry: MergeEntry, approvalId: ApprovalId, } } | { "type": "merge.entry.checking", "payload": { entry: MergeEntry, } } | { "type": "merge.entry.landed", "payload": { entry: MergeEntry, } } | { "type": "merge.entry.returned", "payload": { entry: MergeEntry, reason: string, detail: string, } } | { "type": "merge.entry.failed", "payload": { entry: MergeEntry, reason: string, detail: string, } } | { "type": "merge.entry.removed", "payload": { entry: MergeEntry, reason: string, } } | { "type": "merge.entry.reverted", "payload": { entry: MergeEntry, } } | { "type": "main.landing", "payload": { landing: MainLanding, } } | { "type": "merge.queue.state", "payload": { workspaceId: WorkspaceId, state: QueueState, by: string, drained: boolean, } } | { "type": "merge.queue.ordered", "payload": { workspaceId: WorkspaceId, entryId: EntryId, how: string, by: string, order: Array<EntryId>, } } | { "type": "merge.dry_run", "payload": { run: EntryDryRun, } } | { "type": "merge.check.started", "payload": { entryId: EntryId, name: string, run: Array<string>, tree: string, } } | { "type": "merge.check.finished", "payload": { entryId: EntryId, name: string, ok: boolean, durationMs: number, reused: boolean, 
/**
 * Last lines of the output, redacted.
 */
tail: string, } } | { "type": "merge.check.cancelled", "payload": { run: ThrownRun, } } | { "type": "approval.changed", "payload": { approval: Approval, } } | { "type": "policy.decided", "payload": { action: string, effect: Effect, rule: string, 
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
place?: string, jobId?: JobId, } } | { "type": "policy.granted", "payload": { grant: KeptGrant, } } | { "type": "policy.grant_used", "payload": { grantId: string, covers: string, jobId?: JobId, } } | { "type": "policy.revoked", "payload": { grantId: string, covers: string, by: string, } } | { "type": "merge.branch.moved", "payload": { branch: string, old: string | null, new: string | null, explanation: string, 
/**
 * `continued`, `rewound`, `rewritten` or `deleted`.
 */
how: string, 
/**
 * What may be done about it, where something should be.
 */
next?: string, 
/**
 * Where what is no longer on the branch is kept in the depot.
 */
kept?: string, } } | { "type": "workspace.changed", "payload": { workspaceId: WorkspaceId, } } | { "type": "config.changed", "payload": { keys: Array<string>, } } | { "type": "budget.used", "payload": { role: string, model: string, inputTokens: number, outputTokens: number, jobId?: JobId, 
/**
 * Millionths of the unit of the prices; none where the model has no price.
 */
costMicros?: number, 
/**
 * The answer said nothing of it; reckoned from lengths.
 */
estimated?: boolean, } } | { "type": "budget.near", "payload": { standing: BudgetStanding, reached: boolean, jobId?: JobId, workspaceId?: WorkspaceId, } } | { "type": "checks.dry_run", "payload": { run: DryRun, } } | { "type": "system.held", "payload": { hold: Hold, } } | { "type": "system.resumed", "payload": { by: string, ended: Array<Hold>, held: boolean, } } | { "type": "system.sandbox", "payload": { isolation: EffectiveIsolation, } } | { "type": "worker.drained", "payload": { workerId: string, by: string, } } | { "type": "worker.undrained", "payload": { workerId: string, by: string, } } | { "type": "worker.trouble", "payload": { workerId: string, inRow: number, cause: string, } } | { "type": "job.targeted", "payload": { jobId: JobId, by: string, workerId?: string, } } | { "type": "git.push.started", "payload": { by: string, "head-branch": string, force: boolean, "publish-id": PublishId, } } | { "type": "git.push.succeeded", "payload": { by: string, "head-branch": string, remote: string, commit: string, 
/**
 * The remote had it already.
 */
"up-to-date": boolean, "publish-id": PublishId, } } | { "type": "git.push.failed", "payload": { by: string, "head-branch": string, error: string, reason: PublishReason, "publish-id": PublishId, } } | { "type": "git.pr.started", "payload": { by: string, "head-branch": string, "base-branch": string, "publish-id": PublishId, } } | { "type": "git.pr.succeeded", "payload": { by: string, "pr-url": string, "head-branch": string, "base-branch": string, 
/**
 * It was open already.
 */
reused: boolean, "publish-id": PublishId, } } | { "type": "git.pr.manual", "payload": { by: string, "manual-pr-url": string, "head-branch": string, "base-branch": string, reason: PublishReason, "publish-id": PublishId, } } | { "type": "git.pr.failed", "payload": { by: string, "head-branch": string, "base-branch": string, error: string, reason: PublishReason, "publish-id": PublishId, } } | { "type": "git.pr.checks", "payload": { "pr-url": string, checks: PrChecks, } } | { "type": "node.registered", "payload": { id: DeviceId, name: string, hostname: string, } } | { "type": "node.allowed", "payload": { id: DeviceId, name: string, services: Array<NodeService>, by: string, } } | { "type": "device.paired", "payload": { id: DeviceId, name: string, kind: DeviceKind, role: DeviceRole, scopes: Array<Permission>, by: string, } } | { "type": "device.renamed", "payload": { id: DeviceId, name: string, was: string, by: string, } } | { "type": "device.revoked", "payload": { id: DeviceId, name: string, by: string, } } | { "type": "device.upgraded", "payload": { id: DeviceId, name: string, role: DeviceRole, scopes: Array<Permission>, newKey: boolean, by: string, } } | { "type": "terminal.session.started", "payload": { id: TerminalId, name: string, by: string, node?: DeviceId, workspaceId?: WorkspaceId, jobId?: JobId, } } | { "type": "terminal.session.ended", "payload": { id: TerminalId, name: string, state: TerminalState, node?: DeviceId, exitCode?: number, signal?: string, why?: string, } } | { "type": "setup.network", "payload": { run: Array<string>, host: string, port: number, allowed: boolean, why: string, } } | { "type": "setup.finished", "payload": { run: Array<string>, ok: boolean, durationMs: number, tail: string, } });

/**
 * Something larger than a call that goes between a machine's worker and the hub, in pieces.
 */
export type Errand = { "what": "base", 
/**
 * Commits the machine has with all of their history.
 */
have: Array<string>, 
/**
 * Commits at which that history is cut off there, as in a shallow clone.
 */
shallow?: Array<string>, } | { "what": "layer", digest: string, } | { "what": "result", } | { "what": "model", 
/**
 * To the one that gives an opinion on the change.
 */
reviewer: boolean, 
/**
 * As the broker names it, such as `responses`.
 */
call: string, 
/**
 * Of the head what a model service may see.
 */
head: { [key in string]: string }, };

export type ErrandBegun = { ok: boolean, errand: string, 
/**
 * Bytes that will come down, where that is known.
 */
size?: number, };

export type ErrandHead = { status: number, head: { [key in string]: string }, };

export type ErrandPiece = { 
/**
 * Base64 with padding. Empty when nothing has come yet: ask again.
 */
piece: string, last: boolean, 
/**
 * Of a model's answer: its status and what of its head is passed on.
 */
head?: ErrandHead, };

export type ErrandSent = { ok: boolean, taken: number, };

/**
 * Every code the server answers with, its HTTP status and whether trying again can help.
 */
export type ErrorCode = "bad_request" | "unknown_method" | "unauthenticated" | "forbidden" | "wrong_host" | "foreign_origin" | "not_found" | "method_not_allowed" | "empty" | "conflict" | "already_resolved" | "stale" | "job.not_steerable" | "job.taken_unsaved" | "lease_lost" | "rate_limited" | "too_large" | "unsupported_media" | "timeout" | "unavailable" | "storage.full" | "storage.failed" | "internal" | "git.not_a_repository" | "git.bare" | "git.unreadable" | "git.missing" | "git.too_old" | "git.failed" | "git.commit_not_found" | "git.bundle_invalid" | "git.out_of_scope" | "merge.conflict" | "merge.depends" | "merge.landing" | "git.empty" | "publish.bad_branch" | "publish.protected" | "sandbox.none" | "sandbox.image" | "model.none" | "agent.unusable" | "model.unreachable" | "model.quota" | "model.rate_limited" | "budget.reached" | "version_mismatch" | "terminal.not_controlled" | "terminal.ended" | "terminal.limit" | "terminal.folder" | "terminal.failed" | "node.away" | "node.not_allowed" | "node.not_ready" | "push.service" | "push.none" | "pairing.unknown" | "pairing.expired" | "pairing.used" | "pairing.dead" | "device.revoked" | "auth.challenge" | "auth.signature" | "tailnet.unknown" | "tailnet.not_allowed" | "tailnet.tagged" | "tailnet.funnel" | "tailnet.unavailable" | "listen.not_serve" | "listen.local_only" | "server.certificate" | "config.invalid" | "keychain.closed";

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

/**
 * One piece of a recording.
 */
export type ExportTerminal = { id: TerminalId, 
/**
 * Bytes of the recording to leave out; `next` of the piece before.
 */
after?: number, };

export type FailJob = { id: JobId, claimToken: string, message: string, 
/**
 * What stopped it, stable over releases: one of [`failure`], a code of the agent (`limit`, `stuck`,
 * `model.…`, `agent.…`, `loop.…`) or an error code. It is kept in the job's result and told in the event.
 */
code?: string, detail?: string, artifacts: Array<Artifact>, verification: Array<VerifiedLine>, isolation?: EffectiveIsolation, };

export type FailRequest = { id: RequestId, claimToken: string, message: string, detail?: string, };

/**
 * A check that failed on the tree that would land.
 */
export type FailedCheck = { name: string, run: Array<string>, tree: string, 
/**
 * The first lines that tell of an error, and the last ones.
 */
log: string, 
/**
 * Lines left out of `log`.
 */
leftOut: number, 
/**
 * Whether the change passed its own validation before it was handed over.
 */
passedAlone: boolean, };

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

/**
 * Why the files of a branch that is checked out cannot follow it.
 */
export type FolderBlock = "dirty" | "unfinished" | "busy" | "missing" | "sparse" | "filtered";

export type Forecast = { workspaceId: WorkspaceId, 
/**
 * The surest first.
 */
overlaps: Array<Overlap>, 
/**
 * Pairs that were not looked at, because there are too many.
 */
leftOut: number, };

export type ForecastParams = { workspaceId: WorkspaceId, };

export type ForgetKey = { role: Role, };

export type ForgetModel = { role: Role, };

export type ForgetPublishToken = { host: string, };

/**
 * What the server allows on a connection.
 */
export type GatewayLimits = { frameBytes: number, inFlight: number, subscriptions: number, streams: number, beatMs: number, queuedBytes: number, };

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

/**
 * Where the head branch comes from.
 */
export type HeadSource = "request" | "current" | "generated" | "integration";

export type Heartbeat = { workerId: string, 
/**
 * `idle`, `busy` or `error`.
 */
status?: string, currentJobId?: JobId, pollMs?: number, capabilities?: JsonValue, details?: JsonValue, };

export type HistoryKind = "queued" | "candidate" | "asked" | "approved" | "denied" | "closed" | "checking" | "checked" | "thrown_away" | "waits" | "dry_run" | "moved" | "returned" | "parked" | "removed" | "retried" | "landed";

/**
 * One thing that happened to an entry. What does not belong to its kind is absent.
 */
export type HistoryStep = { at: string, kind: HistoryKind, by?: string, 
/**
 * Why, in plain words.
 */
text?: string, 
/**
 * What the first paragraph of `text` is made of, where it is an entry's reason.
 */
because?: Because, 
/**
 * Number of the run of its checks this belongs to, from 1.
 */
run?: number, 
/**
 * The commit the candidate stands on.
 */
onto?: string, candidate?: string, 
/**
 * The entry its candidate stands on, where that had not landed yet.
 */
ahead?: EntryId, check?: CheckVerdict, 
/**
 * Why a run was given up, and which entry was to blame for it, where one was.
 */
thrown?: ThrownReason, blamed?: EntryId, 
/**
 * How long a run that was given up had been running.
 */
tookMs?: number, approvalId?: ApprovalId, 
/**
 * What came out of a dry run.
 */
dryRun?: DryRunState, };

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
export type Intent = { "kind": "status" } | { "kind": "overview" } | { "kind": "log", since?: string, } | { "kind": "test", filter?: string, } | { "kind": "failing" } | { "kind": "flaky", runs: number, } | { "kind": "bisect", good: string, command?: string, } | { "kind": "format", paths: Array<string>, } | { "kind": "lint", fix: boolean, } | { "kind": "find", pattern: string, glob?: string, regex: boolean, } | { "kind": "replace", from: string, to: string, glob?: string, regex: boolean, } | { "kind": "rename", from: string, to: string, updateReferences: boolean, } | { "kind": "apply", patch: string, } | { "kind": "bump", name: string, version?: string, } | { "kind": "outdated" } | { "kind": "append", file: string, text: string, } | { "kind": "insert", file: string, text: string, place: Place, } | { "kind": "setKey", file: string, key: string, value: string, } | { "kind": "revert", commit: string, } | { "kind": "cherryPick", commit: string, } | { "kind": "branch", name: string, at?: string, } | { "kind": "run", recipe: string, } | { "kind": "todos" } | { "kind": "land", job: string, } | { "kind": "publish", title?: string, body?: string, base?: string, head?: string, noPr?: boolean, force?: boolean, };

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
 * The base is fetched from the server first: the depot is the worker's own, on another machine.
 */
carried: boolean, 
/**
 * Set-up layers to start from.
 */
layers: Array<string>, 
/**
 * On another machine: what they were made for. They are fetched from the server, where they work.
 */
layersFor?: LayersFor, 
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
 * `P256`: ECDSA over P-256 with SHA-256. `Ed25519`: as in RFC 8032. Signatures are 64 bytes in both.
 */
export type KeyAlgorithm = "p256" | "ed25519";

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

export type LandMainParams = { workspaceId: WorkspaceId, 
/**
 * Tip of the integration branch as it was shown.
 */
expectedTip: string, 
/**
 * `hash` of what was shown ([`MainLine`], or its `git` for one of the user's own ways, which need it).
 */
hash?: string, with?: MainWith, 
/**
 * Sign the merge commit whatever is configured.
 */
sign?: boolean, };

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
 * Where a set-up layer works; anywhere else it is of no use.
 */
export type LayersFor = { 
/**
 * Operating system and architecture, such as `linux x86_64`, and the distribution where there is no image.
 */
platform: string, 
/**
 * The kind of sandbox, such as `bwrap`.
 */
sandbox: string, 
/**
 * The image by its content, or each tool by its place and content.
 */
tools: Array<string>, };

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

/**
 * Which way a request came. What is believed of it depends on this.
 */
export type ListenerKind = "loopback" | "tailnet" | "serve" | "address";

export type ListenerShown = { kind: ListenerKind, chosen: boolean, 
/**
 * Which layer of the configuration says so.
 */
origin: string, state: ListenerState, tier: Tier, 
/**
 * Addresses it answers at; while it is off, those it would answer at, as far as they are known.
 */
urls: Array<string>, 
/**
 * Address and port it is bound to on this machine.
 */
bound?: string, reachers: Reachers, 
/**
 * SHA-256 of the certificate in hexadecimal, where it has one of its own.
 */
fingerprint?: string, 
/**
 * The certificate was made here, so browsers warn of it until it is trusted.
 */
selfSigned: boolean, 
/**
 * A stable code beginning with `listen.` or `tailnet.`, while it is not open.
 */
code?: string, why?: string, 
/**
 * What was done outside of this program, such as a command of `tailscale` and what it said.
 */
done: Array<string>, };

export type ListenerState = "off" | "open" | "waiting";

/**
 * Answer of `listen.show` and `listen.set`.
 */
export type Listening = { listeners: Array<ListenerShown>, tailscale: TailscaleShown, 
/**
 * Logins and tags that are let in from the tailnet, the owner's login first.
 */
logins: Array<string>, 
/**
 * Those of them that were added, and which layer of the configuration says so.
 */
allow: Array<string>, allowOrigin: string, };

/**
 * A job or an entry that has not landed.
 */
export type LiveWork = { jobId: JobId, entryId?: EntryId, title: string, 
/**
 * `planned`, or the state of the job or entry.
 */
state: string, };

export type LogAppended = { ok: boolean, jobId: JobId, logId: number, };

export type LogLine = { stream: string, line: string, };

export type LogsParams = { id: JobId, afterId?: number, limit?: number, };

/**
 * Why it cannot be done now, with the next step.
 */
export type MainBlock = { 
/**
 * `level`, `behind`, `diverged`, `missing`, `held`, `paused`, `unconfirmed`, `failed`, `checkout`, `busy`.
 */
code: string, message: string, };

/**
 * A commit between the two branches.
 */
export type MainCommit = { commit: string, subject: string, author: string, ts: string, 
/**
 * The entry it landed with; none for a commit of somebody else's.
 */
entryId?: EntryId, proof: ProofState, };

/**
 * An entry that landed in between.
 */
export type MainEntry = { id: EntryId, jobId: JobId, kind: EntryKind, title: string, commit: string, landedAt: string | null, };

/**
 * What the user's own git would do in the user's folder.
 */
export type MainGit = { 
/**
 * The folder that has the branch checked out.
 */
folder: string | null, hooks: Array<MainHook>, 
/**
 * Whether a merge commit is signed without being told to.
 */
signs: boolean, 
/**
 * `openpgp`, `ssh` or `x509`.
 */
format: string, 
/**
 * Why this way cannot be taken now.
 */
blocked: string | null, 
/**
 * Over all of this, the two commits and what is in the hooks.
 */
hash: string, };

/**
 * A hook of the user's that would run.
 */
export type MainHook = { 
/**
 * Such as `pre-merge-commit`.
 */
name: string, path: string, 
/**
 * Of one of the two ways only.
 */
with: Array<MainWith>, };

/**
 * One landing on the user's branch, and what became of it.
 */
export type MainLanding = { id: string, workspaceId: WorkspaceId, branch: string, integrationBranch: string, from: string, to: string, with: MainWith, sign: boolean, 
/**
 * Who said so: a person, or the rule of policy that did.
 */
by: string, state: MainLandingState, 
/**
 * Why it was refused: `main.moved`, `main.checks`, `main.checkout`, `main.hook`, `main.timeout`, `main.interrupted`,
 * `main.unconfirmed`, `main.held`, `main.git`.
 */
code?: string, 
/**
 * What happened, with the next step.
 */
reason?: string, checks: Array<CheckVerdict>, 
/**
 * What the user's git and hooks printed, redacted; the end of it.
 */
output?: string, 
/**
 * Where the branch is now: `to`, or the merge commit that has it.
 */
commit?: string, 
/**
 * The folder in which the user's own git runs.
 */
folder?: string, 
/**
 * Folders whose files followed.
 */
folders?: Array<string>, createdAt: string, updatedAt: string, };

export type MainLandingState = "checking" | "landing" | "landed" | "refused";

/**
 * The user's branch beside the integration branch.
 */
export type MainLine = { workspaceId: WorkspaceId, branch: string, integrationBranch: string, standing: MainStanding, main: string | null, tip: string | null, ahead: number, behind: number, 
/**
 * Newest first, at most 200.
 */
commits: Array<MainCommit>, 
/**
 * Newest first.
 */
entries: Array<MainEntry>, 
/**
 * Of the tip's tree, one verdict for each confirmed check.
 */
proof: ProofState, checks: Array<CheckVerdict>, blocked: Array<MainBlock>, 
/**
 * Over branch, `main` and `tip`.
 */
hash: string, toMain: ToMain, 
/**
 * The question about it that is open.
 */
approvalId?: ApprovalId, git: MainGit, 
/**
 * The newest one.
 */
landing?: MainLanding, };

export type MainParams = { workspaceId: WorkspaceId, };

/**
 * How the two branches stand to each other.
 */
export type MainStanding = "level" | "ahead" | "behind" | "diverged" | "missing";

/**
 * Who moves the branch.
 */
export type MainWith = "server" | "my_git" | "my_merge";

export type Measure = "tokens" | "work_ms" | "money_micros";

/**
 * What new work meets, as a plan and its job tell it.
 */
export type Meets = { with: LiveWork, kind: OverlapKind, paths: Array<string>, more: number, };

/**
 * Has an entry mended that waits for a person.
 */
export type MendEntry = { id: EntryId, 
/**
 * What works on it; absent is what worked on it before.
 */
backend?: WorkerBackend, 
/**
 * What whoever mends it is told besides what went wrong.
 */
say?: string, };

/**
 * The check of a branch that a change is to make pass.
 */
export type MendsBranch = { branch: string, check: string, };

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
reason: string | null, 
/**
 * What the first paragraph of `reason` is made of. Absent of what an older server said.
 */
because?: Because, approvalId: ApprovalId | null, checks: Array<CheckVerdict>, landedCommit: string | null, createdAt: string, updatedAt: string, landedAt: string | null, 
/**
 * The entry whose candidate this one's stands on; none when that is the tip.
 */
ahead?: EntryId, 
/**
 * The check slot that works on it, and since when.
 */
slot?: number, checkingSince?: string, 
/**
 * Its checks did not pass on its tree, and what it stands on has yet to land: the code of the return that
 * this becomes if all of that does.
 */
doubt?: string, 
/**
 * Where it was put when it came; after that only its place counts.
 */
priority?: Priority, 
/**
 * A person wants it to land before every other.
 */
next?: boolean, 
/**
 * Its change builds on this entry's, so it never lands before it.
 */
dependsOn?: EntryId, 
/**
 * Runs of its checks that were begun, and those of them that were thrown away.
 */
runs?: number, thrownAway?: number, kind?: EntryKind, reverts?: RevertOf, 
/**
 * The newest entry that takes this one back, or tried to.
 */
revertedBy?: EntryId, 
/**
 * How it goes on after something went wrong; absent while nothing did.
 */
repair?: Repair, };

export type MergeQueue = { workspaceId: WorkspaceId, branch: string, tip: string | null, paused: boolean, 
/**
 * Set while it finishes what is under way, to be paused then.
 */
drain?: QueueDrain, entries: Array<MergeEntry>, 
/**
 * Newest first.
 */
recent: Array<MergeEntry>, warnings: Array<string>, 
/**
 * The same, each with what it is made of. An older server sends none.
 */
notes?: Array<QueueNote>, 
/**
 * Checks that run at the same time.
 */
slots: number, 
/**
 * Entries that are built and checked ahead of their turn now, and at most.
 */
window: number, windowMost: number, 
/**
 * Newest first.
 */
thrownAway: Array<ThrownRun>, 
/**
 * A check that fails on the branch itself.
 */
red?: RedBase, };

export type MergeQueues = { queues: Array<MergeQueue>, };

export type MergeStats = { landed: number, returned: number, failed: number, checkRuns: number, reusedVerdicts: number, runsPerLanded: number | null, timeToLandMs: Percentiles, 
/**
 * Candidates whose checks were begun. 
 */
runs: number, 
/**
 * Those of them that were thrown away. 
 */
cancelledRuns: number, 
/**
 * Oldest first. 
 */
buckets: Array<StatsBucket>, };

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
 * Where an entry is put: exactly one of `before`, `after` and `place`.
 */
export type MoveEntry = { id: EntryId, before?: EntryId, after?: EntryId, 
/**
 * 1 is next to land; more than there are means the end.
 */
place?: number, };

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
 * Asks whether a running job may connect to a host, or tells that it was kept from one that had been allowed.
 */
export type NetworkAsk = { id: JobId, claimToken: string, host: string, port: number, 
/**
 * How long to wait for a person's answer, in milliseconds.
 */
waitMs?: number, 
/**
 * The host's name leads to an address that is never reached: why, as a sentence. Nobody is asked, it is told.
 */
refused?: string, };

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

/**
 * One machine, as the owner sees it.
 */
export type Node = { 
/**
 * That of its device.
 */
id: DeviceId, 
/**
 * Given at pairing.
 */
name: string, hostname: string, os: string, version: string, online: boolean, 
/**
 * Since when it is connected, or when it was heard last. RFC 3339, by the hub's clock.
 */
since: string, offers: Array<NodeOffer>, 
/**
 * What the owner lets it do.
 */
allowed: Array<NodeService>, 
/**
 * How far its clock is ahead of the hub's, when it was heard last. Nothing depends on it.
 */
clockAheadMs: number, 
/**
 * Where it says that it keeps its key, while it is connected: the keychain of its system, or a file that only
 * its user reads.
 */
keyPlace?: KeyPlace, 
/**
 * That run on it now.
 */
terminals: number, 
/**
 * Jobs it works on now.
 */
jobs: number, 
/**
 * RFC 3339.
 */
registeredAt: string, };

/**
 * What the hub asks of a node, answered once each with `answer`.
 */
export type NodeAsk = { "do": "open", id: TerminalId, name: string | null, 
/**
 * Relative to the folder terminals of this node begin in.
 */
folder: string | null, cols: number, rows: number, } | { "do": "attach", stream: number, id: TerminalId, 
/**
 * Tells people apart, also over connections.
 */
key: string, label: string, mayWrite: boolean, after: number | null, seat: string | null, viewOnly: boolean, } | { "do": "leave", stream: number, cut: boolean, } | { "do": "type", stream: number, text: string, } | { "do": "resize", stream: number, cols: number, rows: number, } | { "do": "take_control", stream: number, } | { "do": "rename", id: TerminalId, name: string, } | { "do": "signal", id: TerminalId, signal: TerminalSignal, } | { "do": "close", id: TerminalId, } | { "do": "remove", id: TerminalId, } | { "do": "snapshot", id: TerminalId, } | { "do": "export", id: TerminalId, after: number, };

export type NodeHeard = { ok: boolean, allowed: Array<NodeService>, };

/**
 * One thing a machine says it is there for.
 */
export type NodeOffer = { service: NodeService, version: number, 
/**
 * Of terminals the shell, of recipes their names.
 */
features: Array<string>, };

export type NodeRegistered = { ok: boolean, id: DeviceId, name: string, beatMs: number, 
/**
 * What it may do now.
 */
allowed: Array<NodeService>, };

/**
 * What a machine can be there for.
 */
export type NodeService = "terminals" | "recipes" | "workers";

/**
 * The terminals of a node, all of them, whenever something about them has changed.
 */
export type NodeTerminals = { terminals: Array<Terminal>, };

export type NodeWorked = { result: JsonValue, };

export type Nodes = { 
/**
 * By name.
 */
nodes: Array<Node>, };

/**
 * What is worth knowing about a queue.
 */
export type NoteCode = { "code": "branch_fails", check: string, branch: string, commit: string, waiting: number, } | { "code": "base_gone", base: string, branch: string, } | { "code": "branch_gone", branch: string, commit: string, } | { "code": "remote_ahead", branch: string, commit: string, } | { "code": "remote_only", branch: string, commit: string, } | { "code": "rewritten", branch: string, commit: string, } | { "code": "closed", folder: string, } | { "code": "failed", error: ErrorCode, said: string, };

export type Nothing = Record<symbol, never>;

/**
 * What a person can switch off.
 */
export type NoticeKind = "needs_you" | "finished" | "failed" | "limit" | "worker" | "test";

export type Notifications = { 
/**
 * VAPID public key to subscribe with, base64url.
 */
publicKey: string, targets: Array<PushTarget>, 
/**
 * Newest first; all of them with the scope `admin`, one's own otherwise.
 */
sent: Array<PushRow>, };

/**
 * Opens a terminal in the folder of a trusted workspace, or of a job that was taken over.
 */
export type OpenTerminal = { 
/**
 * The first trusted workspace when absent.
 */
workspaceId?: WorkspaceId, 
/**
 * A job whose work a person has taken over: its folder.
 */
jobId?: JobId, 
/**
 * Id or name of another machine: it begins in that machine's folder for terminals.
 */
node?: string, 
/**
 * A folder inside that one, relative to it.
 */
folder?: string, name?: string, 
/**
 * 80 when absent.
 */
cols?: number, 
/**
 * 24 when absent.
 */
rows?: number, };

export type Overlap = { 
/**
 * The one that is further.
 */
one: LiveWork, other: LiveWork, kind: OverlapKind, 
/**
 * At most 20.
 */
paths: Array<string>, more: number, };

/**
 * How sure it is, the surest last.
 */
export type OverlapKind = "scope" | "files" | "conflict";

/**
 * A link to show. The secret in it stands behind `#`, which browsers do not send; it is said this once.
 */
export type Pairing = { id: string, 
/**
 * `ADDRESS/pair#p=1&s=SERVER&n=NONCE`, with `&f=FINGERPRINT` where the certificate is of our own making.
 */
url: string, 
/**
 * Every address the link could begin with, the best one first.
 */
addresses: Array<ReachableAddress>, 
/**
 * RFC 3339.
 */
expiresAt: string, role: DeviceRole, scopes: Array<Permission>, fingerprint?: string, };

export type PairingClaimed = { pairingId: string, 
/**
 * Six digits to compare.
 */
code: string, 
/**
 * A secret to ask with.
 */
claim: string, serverId: string, 
/**
 * The claim came over TLS, or from this machine itself.
 */
secure: boolean, role: DeviceRole, scopes: Array<Permission>, 
/**
 * RFC 3339.
 */
expiresAt: string, };

export type PairingParams = { id: string, };

export type PairingProgress = { state: PairingState, deviceId?: DeviceId, 
/**
 * For a device without a key. It is said until it was used, and never again.
 */
token?: string, scopes?: Array<Permission>, role?: DeviceRole, };

export type PairingRequested = { ok: boolean, pairing: PairingShown, 
/**
 * What `/pair/state` and `/pair/cancel` ask for.
 */
claim: string, };

/**
 * A pairing as those see it who may answer it.
 */
export type PairingShown = { id: string, state: PairingState, 
/**
 * The six digits the device shows too; once it has claimed the link.
 */
code?: string, name?: string, kind?: DeviceKind, platform?: string, 
/**
 * It has a key of its own.
 */
keyed?: boolean, 
/**
 * Who the device belongs to in the tailnet.
 */
login?: string, 
/**
 * The address it came from.
 */
from?: string, role: DeviceRole, scopes: Array<Permission>, 
/**
 * An existing device that asks for more, or pairs again.
 */
upgradeOf?: DeviceId, 
/**
 * Who began it.
 */
by: string, 
/**
 * RFC 3339.
 */
createdAt: string, 
/**
 * RFC 3339.
 */
expiresAt: string, };

/**
 * `Dead` covers what was taken back, given up by the device, or guessed at too often.
 */
export type PairingState = "open" | "claimed" | "approved" | "denied" | "expired" | "dead";

export type Pairings = { 
/**
 * Newest first; those that are over are shown for a day.
 */
pairings: Array<PairingShown>, };

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
 * What a caller may do. Default deny.
 */
export type Permission = "read" | "chat" | "approve" | "jobs" | "merge" | "publish" | "terminal_read" | "terminal_write" | "pair" | "admin" | "work" | "node";

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

export type PrCheck = { name: string, 
/**
 * `check-run` or `status`.
 */
source: string, state: PrCheckState, 
/**
 * One line of what it says.
 */
summary?: string, url?: string, };

/**
 * One check of a pull request.
 */
export type PrCheckState = "queued" | "running" | "passed" | "failed" | "neutral" | "skipped" | "cancelled";

/**
 * The checks of a pull request, read from the forge.
 */
export type PrChecks = { publishId: PublishId, state: PrChecksState, checks: Array<PrCheck>, 
/**
 * The commit they are of.
 */
commit?: string, pr?: PublishedPr, reason?: PublishReason, message?: string, readAt: string, };

/**
 * What the checks of a pull request come to.
 */
export type PrChecksState = "none" | "pending" | "passed" | "failed" | "unknown";

/**
 * Oldest first.
 */
export type Presence = { present: Array<Present>, };

/**
 * Says whether somebody looks at the client. It holds until the next one, or until the connection ends.
 */
export type PresenceBeat = { visible: boolean, };

/**
 * One open connection.
 */
export type Present = { 
/**
 * Of this connection alone; another one of the same device has another.
 */
connection: string, 
/**
 * What the client calls itself.
 */
client: string, 
/**
 * `desktop`, `phone`, `web`, `cli` or `node`, or what else the client calls its kind.
 */
kind?: string, version?: string, 
/**
 * What it is called in events.
 */
who: string, deviceId?: DeviceId, 
/**
 * RFC 3339.
 */
since: string, 
/**
 * When it last let itself be heard, to within the server's beat. RFC 3339.
 */
heardAt: string, 
/**
 * Somebody looks at it.
 */
visible: boolean, 
/**
 * It is the connection that asks.
 */
current: boolean, };

/**
 * Puts an entry behind the last one of its new priority and before all of a lesser one.
 */
export type PrioritizeEntry = { id: EntryId, priority: Priority, };

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
 * What is known of a tree.
 */
export type ProofState = "proven" | "missing" | "failed" | "unconfirmed";

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

/**
 * Half of a pair of keys; the other half never leaves the device.
 */
export type PublicKey = { alg: KeyAlgorithm, 
/**
 * Base64url without padding: of `p256` the point of 65 bytes that begins with 4, of `ed25519` 32 bytes.
 */
key: string, };

/**
 * One publication, from the press on.
 */
export type Publication = { id: PublishId, sessionId: SessionId, workspaceId: WorkspaceId, stage: PublishStage, by: string, headBranch: string, headSource: HeadSource, baseBranch: string, createPr: boolean, force: boolean, 
/**
 * With `force`, what is overwritten: the remote's branch as it was before anybody was asked. What came to it
 * afterwards is kept, and the push refused.
 */
overwrites?: RemoteTip, title: string, body: string, remote: string, commit?: string, 
/**
 * The newest line of git's progress, while it pushes.
 */
progress?: string, approvalId?: ApprovalId, pr?: PublishedPr, checks?: PrChecks, 
/**
 * Once it is done.
 */
result?: PublishReply, createdAt: string, updatedAt: string, };

export type PublishChecksParams = { sessionId: SessionId, 
/**
 * Absent: the newest publication that has a pull request.
 */
publishId?: PublishId, 
/**
 * Somebody looks: for a minute from this call on the server reads again by itself, and tells with
 * `git.pr.checks` what changed.
 */
watch: boolean, };

export type PublishCommit = { id: string, subject: string, };

/**
 * What would be published now.
 */
export type PublishDefaults = { sessionId: SessionId, title: string, 
/**
 * Markdown.
 */
body: string, headBranch: string, headSource: HeadSource, 
/**
 * Made and overwritten by us alone; its remote branch is guarded by a lease.
 */
generated: boolean, baseBranch: string, commit?: string, 
/**
 * Beyond the base, newest first, at most 50; `commit_count` has them all.
 */
commits: Array<PublishCommit>, commitCount: number, remote?: PublishRemote, push: PublishPossible, pr: PublishPossible, tokenSource: TokenSource, manualPrUrl?: string, 
/**
 * Names and globs that are not pushed without `force`.
 */
protected: Array<string>, pushEnabled: boolean, prEnabled: boolean, warnings: Array<string>, };

export type PublishDefaultsParams = { sessionId: SessionId, headBranch?: string, baseBranch?: string, };

/**
 * Makes a request of a failing check. `check` is its name.
 */
export type PublishFixCheck = { sessionId: SessionId, check: string, publishId?: PublishId, };

/**
 * Where pull requests can be opened, and whether there is a token.
 */
export type PublishHost = { host: string, 
/**
 * Base address of its API; a token for the host goes nowhere else.
 */
api: string, source: TokenSource, 
/**
 * Of a saved token.
 */
place?: KeyPlace, detail: string, };

export type PublishHosts = { hosts: Array<PublishHost>, warnings: Array<string>, };

/**
 * One publication: a push, maybe with a pull request.
 */
export type PublishId = string;

/**
 * The same wanted by a running job: policy decides, which asks a person.
 */
export type PublishJob = { id: JobId, claimToken: string, title?: string, body?: string, baseBranch?: string, headBranch?: string, createPr?: boolean, force: boolean, };

export type PublishParams = { publishId: PublishId, };

/**
 * Whether a step can be done now, and why not.
 */
export type PublishPossible = { possible: boolean, reason?: PublishReason, message?: string, };

/**
 * Why something was not done. Stable; texts beside it are for people.
 */
export type PublishReason = "auth" | "host-key" | "no-remote" | "no-branch" | "no-commits" | "remote-rejected" | "non-fast-forward" | "lfs-missing" | "network" | "timeout" | "cancelled" | "unsupported" | "workspace-gone" | "unsupported-host" | "no-credentials" | "forbidden" | "not-found" | "refused" | "rate-limited" | "bad-answer" | "push-disabled" | "pr-disabled" | "paused" | "approval-required" | "denied" | "unknown";

export type PublishRemote = { name: string, 
/**
 * Without user and password.
 */
fetchUrl: string, pushUrl: string, 
/**
 * `github`, `other`, or `file` for a folder.
 */
provider: string, host?: string, 
/**
 * `owner/name` on the forge.
 */
repository?: string, };

/**
 * What became of it. Keys have dashes, as in the sessions' REST contract.
 */
export type PublishReply = { status: PublishStatus, "publish-id": PublishId, "head-branch": string, "base-branch"?: string, "pr-url"?: string, 
/**
 * Where a person opens the pull request by hand.
 */
"manual-pr-url"?: string, 
/**
 * One or two sentences for people, with the next step where there is one.
 */
message: string, reason?: PublishReason, 
/**
 * Whether the branch is on the remote, whatever became of the rest.
 */
pushed: boolean, commit?: string, 
/**
 * The question a person is asked, with `approval-required`.
 */
"approval-id"?: ApprovalId, 
/**
 * What the remote said, bounded and redacted.
 */
"remote-said"?: string, 
/**
 * When a rate limit ends, RFC 3339.
 */
"retry-at"?: string, };

/**
 * Publish what a session has: push, and open a pull request unless told otherwise.
 */
export type PublishRun = { sessionId: SessionId, title?: string, body?: string, 
/**
 * Branch the pull request goes to.
 */
baseBranch?: string, 
/**
 * A branch there is, or a new name for what the crew landed.
 */
headBranch?: string, 
/**
 * Absent: true, unless the session was made without pull requests.
 */
createPr?: boolean, 
/**
 * Overwrite the remote's branch, or push a protected one. Asks a person first.
 */
force: boolean, };

export type PublishShowParams = { sessionId: SessionId, };

export type PublishShown = { sessionId: SessionId, pushEnabled: boolean, prEnabled: boolean, 
/**
 * The newest one, running or done.
 */
latest?: Publication, 
/**
 * Newest first, at most 20, the latest among them.
 */
recent: Array<Publication>, };

/**
 * How far a publication is.
 */
export type PublishStage = "queued" | "waiting" | "pushing" | "opening" | "done";

/**
 * How a publication ended.
 */
export type PublishStatus = "pushed" | "pr-created" | "manual-pr-required" | "error";

/**
 * A pull request as it was read last.
 */
export type PublishedPr = { url: string, number: number, 
/**
 * `open`, `closed` or `merged`.
 */
state: string, 
/**
 * It was open already.
 */
reused: boolean, };

/**
 * Each value with the layer of the configuration that says so.
 */
export type PublishingShown = { push: boolean, pushOrigin: string, openPr: boolean, openPrOrigin: string, githubHosts: Array<string>, githubHostsOrigin: string, protected: Array<string>, protectedOrigin: string, };

export type PushBecame = { id: string, outcome: PushOutcome, };

/**
 * Both base64url without padding.
 */
export type PushKeys = { 
/**
 * P-256 public key, uncompressed.
 */
p256dh: string, 
/**
 * 16 bytes.
 */
auth: string, };

/**
 * What the browser decrypts.
 */
export type PushMessage = { 
/**
 * The row of the ledger.
 */
id: string, 
/**
 * What it is about; a later one with the same tag takes its place.
 */
tag: string, kind: NoticeKind, told: Told, 
/**
 * Title of what it is about, in the words of whoever made it.
 */
subject: string, 
/**
 * What the title of a question is made of.
 */
asks?: Asks, 
/**
 * Lines below it.
 */
detail: string, 
/**
 * What the first of them is made of, where it is the server's own sentence.
 */
because?: Because, 
/**
 * Why something was not published: the cause, of which the lines are the server's words.
 */
reason?: PublishReason, 
/**
 * The workspace.
 */
name?: string, 
/**
 * The page a tap opens.
 */
page: string, question?: PushQuestion, 
/**
 * Questions that wait now.
 */
waiting: number, };

/**
 * What became of a message.
 */
export type PushOutcome = "waiting" | "sent" | "shown" | "in_page" | "opened" | "approved" | "denied" | "too_late" | "not_answered" | "dismissed" | "withdrawn" | "off" | "quiet" | "refused" | "gone" | "given_up";

/**
 * A question that can be answered on the notification itself.
 */
export type PushQuestion = { id: ApprovalId, hash: string, 
/**
 * Everything that would be done is in the message, and its risk is not high.
 */
mayApprove: boolean, 
/**
 * The device may answer at all.
 */
mayAnswer: boolean, risk: RiskLevel, 
/**
 * Of a change: how many files, and whether checks proved it.
 */
files?: number, verified?: boolean, };

export type PushRegistered = { ok: boolean, id: string, };

/**
 * A row of the ledger.
 */
export type PushRow = { id: string, 
/**
 * Name of the device.
 */
device: string, kind: NoticeKind, told: Told, subject: string, asks?: Asks, name?: string, page: string, madeAt: string, outcome: PushOutcome, outcomeAt: string, 
/**
 * What the push service said, where it did not take it.
 */
why?: string, };

export type PushSent = { ok: boolean, sent: Array<PushRow>, };

/**
 * What a browser made for us at its push service.
 */
export type PushSubscription = { 
/**
 * Where messages go. Whoever knows it can send nothing without our key.
 */
endpoint: string, keys: PushKeys, };

/**
 * A browser that is told.
 */
export type PushTarget = { id: string, 
/**
 * Name of the device.
 */
device: string, 
/**
 * Host of its push service.
 */
service: string, 
/**
 * It belongs to whoever asks.
 */
current: boolean, madeAt: string, };

export type PushTargetParams = { id: string, };

/**
 * Who asked a queue to come to its end, and since when.
 */
export type QueueDrain = { by: string, since: string, };

/**
 * A sentence about a queue, and what it is made of.
 */
export type QueueNote = { text: string, code?: NoteCode, };

export type QueueParams = { workspaceId: WorkspaceId, };

/**
 * A queue as it stands after it was steered.
 */
export type QueueStanding = { workspaceId: WorkspaceId, state: QueueState, 
/**
 * While it is draining.
 */
drain: QueueDrain | null, 
/**
 * Entries being checked or landed, in landing order.
 */
underWay: Array<EntryId>, 
/**
 * Every entry that has not ended, in landing order.
 */
order: Array<EntryId>, };

export type QueueState = "running" | "draining" | "paused";

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

/**
 * An address other devices can open.
 */
export type ReachableAddress = { 
/**
 * Without a path or a slash at its end.
 */
url: string, tier: Tier, listener: ListenerKind, };

/**
 * Whoever a listener lets speak to the server. Everybody but programs on this machine also needs a paired device.
 */
export type Reachers = "machine" | "tailnet" | "network";

/**
 * The bytes that come down from this place on: the one that was read last, or the one behind it.
 */
export type ReadErrand = { errand: string, at: number, };

export type RecallJob = { id: JobId, claimToken: string, };

/**
 * A named command of a repository.
 */
export type Recipe = { run: Array<string>, timeoutS: number, writes: Array<string>, };

/**
 * A check that fails on the branch itself, without any change of ours.
 */
export type RedBase = { branch: string, commit: string, tree: string, check: string, run: Array<string>, log: string, 
/**
 * A message that asks for the repair, ready to be sent.
 */
ask: string, 
/**
 * What the check may have missed.
 */
absent?: Array<Absent>, };

/**
 * The first thing a node says on a connection.
 */
export type RegisterNode = { hostname: string, 
/**
 * Such as `linux x86_64`.
 */
os: string, 
/**
 * Of its Pilothouse.
 */
version: string, offers: Array<NodeOffer>, 
/**
 * Drawn anew with each start of the node, so that a restart is told from a cut line.
 */
run: string, 
/**
 * Its clock, in milliseconds since 1970.
 */
nowMs: number, 
/**
 * Where it keeps the key it proves itself with.
 */
keyPlace?: KeyPlace, };

export type RegisterPush = { subscription: PushSubscription, 
/**
 * Minutes of its local time ahead of UTC, by which the quiet hours are reckoned.
 */
offsetMin: number, };

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

/**
 * Where a branch of a remote was when it was looked at.
 */
export type RemoteTip = { 
/**
 * None where it was not there.
 */
commit?: string, };

export type RenameDevice = { id: DeviceId, 
/**
 * 1 to 80 bytes.
 */
name: string, };

export type RenameSession = { sessionId: SessionId, label: string, };

export type RenameTerminal = { id: TerminalId, name: string, };

export type RenewParams = { id: string, claimToken: string, leaseMs?: number, };

/**
 * How an entry goes on after something went wrong, and what it goes on from.
 */
export type Repair = { 
/**
 * Which try this entry is; 0 for the first.
 */
number: number, 
/**
 * The entry it mends.
 */
mends?: EntryId, 
/**
 * The job that mends this entry, and the entry that came of it.
 */
jobId?: JobId, mendedBy?: EntryId, cameBack?: CameBack, 
/**
 * Not empty: a person is asked which.
 */
waysOut?: Array<WayOut>, 
/**
 * It waits because the branch itself fails this check.
 */
redBase?: RedBase, 
/**
 * It came to make a check pass that fails on the branch itself.
 */
mendsBranch?: MendsBranch, };

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

/**
 * A device asks for more scopes; those it has go on working.
 */
export type RequestPairing = { 
/**
 * All it wants to have, those it has included.
 */
scopes: Array<Permission>, };

export type RequestParams = { id: RequestId, };

export type RequestStatus = "pending" | "claimed" | "completed" | "failed" | "waiting_for_model" | "cancelled";

export type Requests = { ok: boolean, requests: Array<Request>, counts: { [key in string]: number }, priorityCounts: { [key in string]: number }, pendingSnapshot: Array<PendingItem>, slo: Slo, };

export type ResizeTerminal = { stream: number, cols: number, rows: number, };

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
 * What a revert takes back.
 */
export type RevertOf = { entryId: EntryId, title: string, 
/**
 * Where it had landed.
 */
commit: string, };

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
 * Gives the device that asks a new key, or a new token where it has none and names none. Whoever has a key
 * proves it: `signature` is by the old one, over `pilothouse-rotate-v1`, server, challenge, device, algorithm and
 * new key, one a line.
 */
export type RotateDevice = { publicKey?: PublicKey, 
/**
 * From `/auth/challenge`.
 */
challenge?: string, signature?: string, };

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

/**
 * Who decided, with what a sentence in any language needs beside the effect.
 */
export type Ruling = { "by": "own", rule: string, } | { "by": "repository", rule: string, } | { "by": "grant", ends: boolean, } | { "by": "risky_path", path: string, more: number, } | { "by": "overwrites" } | { "by": "moves_main", branch: string, } | { "by": "publishes_itself" } | { "by": "every_landing", profile: Profile, } | { "by": "unverified", profile: Profile, } | { "by": "not_low_risk", profile: Profile, } | { "by": "not_small", profile: Profile, } | { "by": "fits", profile: Profile, };

/**
 * A job that is being worked on; `jobs.get` has all of it.
 */
export type RunningJob = { id: JobId, title: string, kind: string, status: JobStatus, sessionId?: SessionId, workerId?: string, step?: string, startedAt?: string, };

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

/**
 * The next bytes that go up. Sent again with the same place they are taken once.
 */
export type SendErrand = { errand: string, at: number, 
/**
 * Base64 with padding, of at most 192 KiB.
 */
piece: string, last: boolean, };

export type SendMessage = { sessionId: SessionId, text: string, intent?: JsonValue, priority?: Priority, 
/**
 * The only worker that may have the job this becomes.
 */
targetWorkerId?: string, };

/**
 * What the server sends in text messages.
 */
export type ServerFrame = { "t": "hello", versions: [number, number], server: string, 
/**
 * Stays the same over restarts and addresses.
 */
serverId: string, 
/**
 * What a device signs; good for this connection alone.
 */
challenge: string, } | { "t": "welcome", 
/**
 * The version both speak.
 */
version: number, 
/**
 * What the caller is called in events.
 */
who: string, deviceId?: DeviceId, role?: DeviceRole, scopes: Array<Permission>, 
/**
 * Methods this caller may call.
 */
methods: Array<string>, limits: GatewayLimits, 
/**
 * What waits, runs and is open now.
 */
snapshot: Snapshot, } | { "t": "reject", error: ApiError, 
/**
 * `sign_in`, `pair`, `update` or `wait`.
 */
next: string, } | { "t": "res", id: number, ok: boolean, result?: JsonValue, error?: ApiError, } | { "t": "ev", sub: number, envelope: Envelope, cursor: number, } | { "t": "now", data: JsonValue, } | { "t": "gap", dropped: number, } | { "t": "ask", id: number, ask: NodeAsk, } | { "t": "refused", stream: number, error: ApiError, } | { "t": "term", stream: number, controls: boolean, terminal: Terminal, } | { "t": "pong", };

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
export type SetListening = { tailnet?: boolean, serve?: boolean, 
/**
 * `IP:PORT` of this machine; an empty text closes it.
 */
address?: string, 
/**
 * Logins such as `ann@example.com` and tags such as `tag:laptop`; all of them, without the owner's.
 */
allow?: Array<string>, };

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
limit?: boolean, 
/**
 * A worker that keeps ending by itself.
 */
worker?: boolean, quiet?: QuietHours, };

/**
 * Saves the token of a host in the keychain. Only hosts that `publish.githubHosts` names, and github.com.
 */
export type SetPublishToken = { host: string, token: KeyText, };

/**
 * What is left out stays as it is.
 */
export type SetPublishing = { 
/**
 * Whether each landing is pushed.
 */
push?: boolean, 
/**
 * Whether a pull request is opened, or the open one kept, after such a push.
 */
openPr?: boolean, 
/**
 * Hosts of GitHub Enterprise servers, such as `git.example.com`; all of them.
 */
githubHosts?: Array<string>, 
/**
 * Names and globs of branches that are not pushed without force; all of them.
 */
protected?: Array<string>, };

/**
 * What a set-up step reaches once it may.
 */
export type SetupReach = "hosts" | "all" | "unconfined";

/**
 * A command run once per digest of its key files, online with what the user allowed.
 */
export type SetupStep = { run: Array<string>, timeoutS: number, network: Array<string>, key: Array<string>, };

/**
 * `POST /auth/device`. The signature is over `pilothouse-connect-v1`, server, challenge and device, one a line,
 * without a line break at the end; base64url.
 */
export type SignIn = { deviceId: DeviceId, challenge: string, signature: string, };

export type SignalTerminal = { id: TerminalId, signal: TerminalSignal, };

/**
 * The answer to a good signature; the session itself is a cookie that scripts cannot read.
 */
export type SignedIn = { ok: boolean, 
/**
 * RFC 3339. Signing again makes a new session.
 */
expiresAt: string, };

/**
 * Service levels of one queue over the last 24 hours.
 */
export type Slo = { windowHours: number, terminal: number, completed: number, failed: number, timeoutFailures: number, successRate: number | null, timeoutRate: number | null, durationMs: Percentiles, queueWaitMs: Percentiles, };

export type SloPair = { requests: Slo, jobs: Slo, };

/**
 * The present as it was at `cursor`: events after it tell what has changed since.
 */
export type Snapshot = { cursor: number, 
/**
 * Those that wait for an answer, oldest first.
 */
approvals: Array<Approval>, jobs: Array<RunningJob>, 
/**
 * Empty without the scope `terminal_read`.
 */
terminals: Array<Terminal>, presence: Array<Present>, 
/**
 * There is more of something than is shown here: ask its list.
 */
more: boolean, };

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

/**
 * Runs a recipe: of a workspace on this machine, or of another machine by that machine's own configuration.
 */
export type StartJob = { recipe: string, 
/**
 * Id or name of a machine; absent is this one.
 */
node?: string, 
/**
 * The first trusted workspace when absent. Of no use with a machine.
 */
workspaceId?: WorkspaceId, 
/**
 * The conversation it is told in; `dev` when absent.
 */
sessionId?: SessionId, };

export type StartPairing = { 
/**
 * Its scopes are those offered, unless `scopes` are named.
 */
role?: DeviceRole, 
/**
 * Read, chat and approve when neither these nor a role are named. Nobody offers what they do not have.
 */
scopes?: Array<Permission>, 
/**
 * At most ten minutes, which is also the default.
 */
ttlMs?: number, 
/**
 * One of the addresses the server has for others; the best one when absent.
 */
address?: string, 
/**
 * The device that pairs again, for another key or other scopes; it keeps its row.
 */
upgradeOf?: DeviceId, };

/**
 * One hour or day of the queue.
 */
export type StatsBucket = { 
/**
 * Its beginning.
 */
from: string, landed: number, returned: number, 
/**
 * Candidates whose checks were begun in it, and how many of those runs were given up.
 */
runs: number, cancelledRuns: number, runsPerLanded: number | null, timeToLandMs: Percentiles, };

export type StatsBy = "hour" | "day";

export type StatsParams = { 
/**
 * All workspaces when absent.
 */
workspaceId?: WorkspaceId, by?: StatsBy, 
/**
 * How many, the newest last: 1 to 92, built in 14 days or 24 hours.
 */
buckets?: number, 
/**
 * Minutes the reader's clock is ahead of UTC, so that days are the reader's.
 */
offsetMinutes?: number, };

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
 * The newest lines of a job's log.
 */
export type TailParams = { id: JobId, 
/**
 * 100 when absent, 1000 at most.
 */
lines?: number, };

export type TailscaleShown = { state: TailscaleState, version?: string, 
/**
 * This machine's full name in its tailnet.
 */
name?: string, addresses: Array<string>, 
/**
 * Whom this machine belongs to in its tailnet; none for a machine with tags.
 */
login?: string, why?: string, };

export type TailscaleState = "missing" | "denied" | "stopped" | "running";

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
 * The device it was, so that its own page knows itself; names may be shared or change.
 */
deviceId?: DeviceId, 
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

/**
 * One terminal, as everybody who may look at it sees it.
 */
export type Terminal = { id: TerminalId, name: string, workspaceId?: WorkspaceId, 
/**
 * The job whose folder it was opened in.
 */
jobId?: JobId, 
/**
 * The machine it runs on; absent is the server's.
 */
node?: DeviceId, 
/**
 * Where its program was started.
 */
cwd: string, 
/**
 * The program, such as `/bin/bash`.
 */
shell: string, state: TerminalState, cols: number, rows: number, 
/**
 * RFC 3339.
 */
createdAt: string, end?: TerminalEnd, 
/**
 * Bytes of output since the start.
 */
bytes: number, 
/**
 * Who is attached, the one in control included.
 */
attached: number, 
/**
 * Who types, if anybody does.
 */
controller?: string, 
/**
 * Bytes of its recording; 0 when it is not recorded.
 */
recorded: number, 
/**
 * The recording ends before the terminal does, because it became too large or could not be written.
 */
recordingCut?: boolean, };

export type TerminalAttached = { ok: boolean, 
/**
 * The handle of this attachment in binary frames of this connection.
 */
stream: number, 
/**
 * Takes the attachment up again after a cut.
 */
seat: string, controls: boolean, 
/**
 * Bytes of input this seat has given so far; after a cut, what comes behind them is sent again.
 */
inputOffset: number, 
/**
 * Most bytes of output that are sent without an acknowledgement.
 */
window: number, terminal: Terminal, };

/**
 * How a terminal ended.
 */
export type TerminalEnd = { state: TerminalState, 
/**
 * RFC 3339.
 */
at: string, 
/**
 * What its program said; absent when nobody was there to hear it.
 */
exitCode?: number, 
/**
 * The signal that ended its program, by name.
 */
signal?: string, 
/**
 * Why, when it was not by itself: `closed`, `idle` or `server`.
 */
why?: string, };

/**
 * A program on the server's machine that people type into.
 */
export type TerminalId = string;

/**
 * Types text, like an input frame. Only over `/v1/ws`, and only for who is in control.
 */
export type TerminalInput = { stream: number, text: string, };

export type TerminalParams = { id: TerminalId, };

/**
 * A piece of a recording in asciicast v2, in whole lines.
 */
export type TerminalRecording = { text: string, 
/**
 * Where the next piece begins; absent when this is the last one for now.
 */
next?: number, };

export type TerminalReply = { ok: boolean, terminal: Terminal, };

/**
 * What can be sent to the program in the foreground; `Kill` ends the whole tree.
 */
export type TerminalSignal = "interrupt" | "quit" | "terminate" | "hang_up" | "kill";

/**
 * What a terminal shows now, without attaching to it.
 */
export type TerminalSnapshot = { ok: boolean, 
/**
 * Bytes of output that lead to it; an attachment `after` it goes on from there.
 */
offset: number, 
/**
 * The screen in plain text, one line for each row, without what is blank at the end.
 */
text: string, 
/**
 * Escape sequences that draw it, with some lines above, on an emulator of the same size.
 */
picture: string, terminal: Terminal, };

/**
 * `Interrupted` is the end of a terminal whose server ended first.
 */
export type TerminalState = "running" | "exited" | "interrupted";

export type TerminalStream = { stream: number, };

export type Terminals = { 
/**
 * Newest first.
 */
terminals: Array<Terminal>, 
/**
 * Most that may run at once.
 */
most: number, };

/**
 * Why a run of checks was thrown away before it said anything.
 */
export type ThrownReason = "ahead_failed" | "ahead_left" | "reordered" | "tip_moved" | "strategy_changed" | "removed" | "server_ended";

/**
 * A run of an entry's checks that was thrown away.
 */
export type ThrownRun = { entryId: EntryId, title: string, tree: string, slot: number, reason: ThrownReason, 
/**
 * The entry that made it worthless, where one did.
 */
blamed: EntryId | null, 
/**
 * How long it had been running.
 */
durationMs: number, at: string, };

/**
 * What a browser makes of a page from there.
 */
export type Tier = "secure" | "plain";

/**
 * When the user's branch is moved without their pressing a button. Policy is asked either way.
 */
export type ToMain = "explicit" | "policy" | "after_each";

/**
 * Where a token for a forge comes from.
 */
export type TokenSource = "keychain" | "variable" | "gh" | "none";

/**
 * What happened.
 */
export type Told = "question" | "answered" | "landed" | "reported" | "job_failed" | "came_back" | "parked" | "job_waits" | "budget_near" | "budget_reached" | "request_failed" | "waits_for_model" | "pushed" | "pr_opened" | "pr_by_hand" | "not_published" | "worker_trouble" | "test";

export type TtlParams = { ttlMs?: number, };

/**
 * Absent fields stay as they are.
 */
export type UpdateWorkspace = { id: WorkspaceId, name?: string, profile?: Profile, strategy?: Strategy, trusted?: boolean, allowHost?: boolean, mergeEnabled?: boolean, mergePaused?: boolean, 
/**
 * The user's own checks; they replace detected and repository ones.
 */
checks?: Array<Check>, 
/**
 * What the groups of those checks have in common, whole; absent beside `checks` means nothing.
 */
checkGroups?: { [key in string]: CheckGroup }, };

/**
 * What the policy function said and which rule decided.
 */
export type Verdict = { effect: Effect, ruleId: string, 
/**
 * A sentence a person understands.
 */
rule: string, 
/**
 * What the sentence is made of, where it is one of these.
 */
ruling?: Ruling, };

/**
 * One thing that was, or was not, verified by us.
 */
export type VerifiedLine = { what: string, 
/**
 * `passed`, `failed` or `not_checked`.
 */
result: CheckResult, detail?: string, };

export type WaitReason = "quota" | "budget" | "paused" | "taken";

/**
 * What a person may do about an entry that nobody mends by itself any more.
 */
export type WayOut = "agent" | "take_over" | "retry" | "drop";

/**
 * A call of the workers' part of the table, made by one of the node's own workers. Only methods of the scope `work`
 * that the owner's list covers.
 */
export type WorkNode = { method: string, params: JsonValue, 
/**
 * By the worker that takes jobs of the crew, not by the one that runs recipes.
 */
crew?: boolean, 
/**
 * Idempotency key.
 */
idem?: string, };

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
  "merge.stats": [params: StatsParams, reply: MergeStats];
  "merge.history": [params: EntryParams, reply: EntryHistory];
  "merge.of_job": [params: JobParams, reply: MergeEntry];
  "merge.land": [params: LandParams, reply: MergeEntry];
  "merge.retry": [params: EntryParams, reply: MergeEntry];
  "merge.remove": [params: EntryParams, reply: MergeEntry];
  "merge.pause": [params: QueueParams, reply: QueueStanding];
  "merge.resume": [params: QueueParams, reply: QueueStanding];
  "merge.drain": [params: QueueParams, reply: QueueStanding];
  "merge.move": [params: MoveEntry, reply: QueueStanding];
  "merge.next": [params: EntryParams, reply: QueueStanding];
  "merge.priority": [params: PrioritizeEntry, reply: QueueStanding];
  "merge.dry_run": [params: EntryParams, reply: EntryDryRun];
  "merge.dry_run_stop": [params: EntryParams, reply: EntryDryRunShown];
  "merge.dry_run_state": [params: EntryParams, reply: EntryDryRunShown];
  "merge.revert": [params: EntryParams, reply: MergeEntry];
  "merge.forecast": [params: ForecastParams, reply: Forecast];
  "main.show": [params: MainParams, reply: MainLine];
  "main.land": [params: LandMainParams, reply: MainLanding];
  "main.bring_up": [params: MainParams, reply: MergeEntry];
  "merge.mend": [params: MendEntry, reply: MergeEntry];
  "merge.take_over": [params: EntryParams, reply: TakenReply];
  "publish.run": [params: PublishRun, reply: PublishReply];
  "publish.defaults": [params: PublishDefaultsParams, reply: PublishDefaults];
  "publish.show": [params: PublishShowParams, reply: PublishShown];
  "publish.cancel": [params: PublishParams, reply: Done];
  "publish.checks": [params: PublishChecksParams, reply: PrChecks];
  "publish.fix_check": [params: PublishFixCheck, reply: RequestEnqueued];
  "publish.hosts": [params: Nothing, reply: PublishHosts];
  "publish.set_token": [params: SetPublishToken, reply: PublishHost];
  "publish.forget_token": [params: ForgetPublishToken, reply: Done];
  "jobs.publish": [params: PublishJob, reply: PublishReply];
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
  "config.publishing": [params: Nothing, reply: PublishingShown];
  "config.set_publishing": [params: SetPublishing, reply: PublishingShown];
  "config.providers": [params: Nothing, reply: Providers];
  "config.probe": [params: ProbeParams, reply: ProbeReport];
  "listen.show": [params: Nothing, reply: Listening];
  "listen.set": [params: SetListening, reply: Listening];
  "system.status": [params: TtlParams, reply: SystemStatus];
  "system.hold": [params: HoldParams, reply: Holds];
  "system.resume": [params: ResumeParams, reply: Holds];
  "budget.show": [params: BudgetParams, reply: BudgetReport];
  "terminals.open": [params: OpenTerminal, reply: TerminalReply];
  "terminals.list": [params: Nothing, reply: Terminals];
  "terminals.attach": [params: AttachTerminal, reply: TerminalAttached];
  "terminals.detach": [params: TerminalStream, reply: Done];
  "terminals.input": [params: TerminalInput, reply: Done];
  "terminals.resize": [params: ResizeTerminal, reply: Done];
  "terminals.take_control": [params: TerminalStream, reply: TerminalAttached];
  "terminals.signal": [params: SignalTerminal, reply: Done];
  "terminals.rename": [params: RenameTerminal, reply: TerminalReply];
  "terminals.close": [params: TerminalParams, reply: Done];
  "terminals.remove": [params: TerminalParams, reply: Done];
  "terminals.snapshot": [params: TerminalParams, reply: TerminalSnapshot];
  "terminals.export": [params: ExportTerminal, reply: TerminalRecording];
  "presence.heartbeat": [params: PresenceBeat, reply: Done];
  "presence.list": [params: Nothing, reply: Presence];
  "node.register": [params: RegisterNode, reply: NodeRegistered];
  "node.heartbeat": [params: BeatNode, reply: NodeHeard];
  "node.terminals": [params: NodeTerminals, reply: Done];
  "node.work": [params: WorkNode, reply: NodeWorked];
  "node.errand": [params: BeginErrand, reply: ErrandBegun];
  "node.send": [params: SendErrand, reply: ErrandSent];
  "node.read": [params: ReadErrand, reply: ErrandPiece];
  "node.end": [params: EndErrand, reply: Done];
  "node.list": [params: Nothing, reply: Nodes];
  "node.allow": [params: AllowNode, reply: Node];
  "jobs.start": [params: StartJob, reply: JobEnqueuedReply];
  "jobs.status": [params: JobParams, reply: Job];
  "jobs.logs_tail": [params: TailParams, reply: JobLogs];
  "notifications.register": [params: RegisterPush, reply: PushRegistered];
  "notifications.forget": [params: PushTargetParams, reply: Done];
  "notifications.list": [params: Nothing, reply: Notifications];
  "notifications.send": [params: Nothing, reply: PushSent];
  "notifications.became": [params: PushBecame, reply: Done];
  "device.list": [params: Nothing, reply: Devices];
  "device.rename": [params: RenameDevice, reply: DeviceShown];
  "device.revoke": [params: DeviceParams, reply: DeviceShown];
  "device.rotate": [params: RotateDevice, reply: DeviceRotated];
  "pairing.start": [params: StartPairing, reply: Pairing];
  "pairing.request": [params: RequestPairing, reply: PairingRequested];
  "pairing.list": [params: Nothing, reply: Pairings];
  "pairing.approve": [params: ApprovePairing, reply: DeviceShown];
  "pairing.deny": [params: PairingParams, reply: Done];
  "doctor.run": [params: Nothing, reply: DoctorReport];
}

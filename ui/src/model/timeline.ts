// Turns the events of one session into the items of its conversation. Events arrive in the order of their cursor;
// what happens to a job, an entry or a question changes the item it already has. Types it does not know end up in
// a closed group, so a newer server never breaks the page.

import type { Delivered, Envelope, MergeEntry } from "../client";
import type { ChecksItem, DiffItem, GroupLine, Item, JobItem, NoticeItem, ReplyItem } from "./items";
import { buddyName, personName } from "./names";
import { words } from "./words";

/** Events of one decision of the server are this close together. */
const MOMENT_MS = 3000;

type Of<T extends Envelope["type"]> = Extract<Envelope, { type: T }>["payload"];

export class TimelineReducer {
  #items: Item[] = [];
  readonly #place = new Map<string, number>();
  readonly #planTitles = new Map<string, string>();
  readonly #finished = new Map<string, string>();
  /** Key of the checks row that takes results of an entry. */
  readonly #checksOf = new Map<string, string>();
  readonly #stopped = new Set<string>();
  /** Key of the row that is being written, by request. */
  readonly #streams = new Map<string, string>();
  #streamed = 0;

  /** A copy: later changes do not reach it. */
  items(): readonly Item[] {
    return this.#items.slice();
  }

  get length(): number {
    return this.#items.length;
  }

  apply({ envelope }: Delivered): void {
    const { ts } = envelope;
    const key = envelope.id;
    switch (envelope.type) {
      case "message":
        this.#push({ kind: "message", key, ts, who: personName(envelope.from), text: envelope.payload.text });
        return;
      case "assistant_message":
        this.#reply(envelope, envelope.payload.text);
        return;
      case "buddy.status":
        this.#buddyStatus(envelope, envelope.payload);
        return;
      case "plan.ready":
        this.#plan(envelope, envelope.payload);
        return;
      case "request.waiting":
        this.#put(`waiting-${envelope.payload.requestId}`, { kind: "waiting", ts, key, ...envelope.payload });
        return;
      case "request.changed":
        this.#requestChanged(envelope, envelope.payload);
        return;
      case "job_enqueued":
        this.#job(envelope.payload.jobId, ts, (job) => ({
          ...job,
          title: this.#jobTitle(envelope.payload, job.title),
        }));
        return;
      case "job_claimed":
        this.#job(envelope.payload.jobId, ts, (job) => ({
          ...job, phase: "running", workerId: envelope.payload.workerId, startedAt: ts, endedAt: undefined, message: undefined, detail: undefined,
        }));
        return;
      case "job.progress":
        this.#job(envelope.payload.jobId, ts, (job) =>
          job.endedAt ? job : { ...job, phase: "running", startedAt: job.startedAt ?? ts, step: envelope.payload.step, steps: envelope.payload.steps, label: envelope.payload.label },
        );
        return;
      case "job.requeued":
        this.#job(envelope.payload.jobId, ts, (job) => ({
          ...job, phase: "queued", attempt: envelope.payload.attempt, message: envelope.payload.reason, endedAt: undefined, step: 0,
        }));
        return;
      case "job_completed":
        this.#finished.set(envelope.payload.jobId, ts);
        this.#job(envelope.payload.jobId, ts, (job) => ({ ...job, phase: "completed", endedAt: ts, message: envelope.payload.summary }));
        return;
      case "job_failed":
        this.#job(envelope.payload.jobId, ts, (job) => ({
          ...job, phase: "failed", endedAt: ts, message: envelope.payload.message, detail: envelope.payload.detail,
        }));
        return;
      case "job.cancelled":
        this.#job(envelope.payload.jobId, ts, (job) => ({ ...job, phase: "cancelled", endedAt: ts, message: words.stoppedBy(personName(envelope.payload.by)) }));
        return;
      case "job.verified":
        this.#job(envelope.payload.jobId, ts, (job) => ({ ...job, verified: envelope.payload.verified, proofs: envelope.payload.lines }));
        this.#change<DiffItem>(`diff-${envelope.payload.jobId}`, (diff) => ({ ...diff, verified: envelope.payload.verified }));
        return;
      case "job.diff": {
        const { jobId } = envelope.payload;
        const job = this.#find<JobItem>(`job-${jobId}`);
        this.#put(`diff-${jobId}`, { kind: "diff", key, ts, ...envelope.payload, verified: job?.verified });
        return;
      }
      case "approval_required":
        this.#approval(envelope.payload.approvalId, ts, envelope.payload.summary);
        return;
      case "approval.changed":
        this.#approval(envelope.payload.approval.id, ts, envelope.payload.approval.summary);
        return;
      case "merge.entry.checking":
        this.#checking(envelope.payload.entry, ts);
        return;
      case "merge.check.started":
        this.#check(envelope.payload.entryId, ts, { ...envelope.payload, state: "running" });
        return;
      case "merge.check.finished":
        this.#check(envelope.payload.entryId, ts, { ...envelope.payload, state: envelope.payload.ok ? "passed" : "failed" });
        return;
      case "merge.entry.landed":
        this.#closeChecks(envelope.payload.entry);
        this.#push({ kind: "landed", key, ts, entry: envelope.payload.entry, finishedAt: this.#finished.get(envelope.payload.entry.jobId) });
        return;
      case "merge.entry.returned":
        this.#stop(envelope, "returned", envelope.payload);
        return;
      case "merge.entry.failed":
        this.#stop(envelope, envelope.payload.entry.state === "parked" ? "parked" : "failed", envelope.payload);
        return;
      case "merge.entry.removed":
        this.#stop(envelope, "removed", { ...envelope.payload, detail: "" });
        return;
      case "merge.branch.moved":
        this.#notice(envelope, "branch", "needs", envelope.payload.explanation);
        return;
      case "policy.decided":
        // A question has a card of its own, which says the rule too.
        if (envelope.payload.effect === "ask") return;
        this.#notice(envelope, "shield", "plain", policySentence(envelope.payload));
        return;
      case "setup.finished":
        this.#notice(
          envelope, envelope.payload.ok ? "box" : "failed", envelope.payload.ok ? "plain" : "failed",
          (envelope.payload.ok ? words.setupFinished : words.setupFailed)(envelope.payload.run.join(" ")),
          envelope.payload.ok ? undefined : envelope.payload.tail,
        );
        return;
      case "suggestions":
        this.#push({ kind: "suggestions", key, ts, items: envelope.payload.items });
        return;
      case "error":
        this.#notice(envelope, "failed", "failed", envelope.payload.message, envelope.payload.detail);
        return;
      // Said by other events in a better way, or figures of the status bar.
      case "job_log":
      case "approved":
      case "denied":
      case "committed":
      case "diff_ready":
      case "done":
      case "budget.used":
      case "workspace.changed":
      case "merge.entry.queued":
      case "merge.entry.candidate":
      case "merge.entry.waiting_approval":
        return;
      default:
        this.#group(envelope);
    }
  }

  /** A piece of an answer that is being written. The log will bring the whole of it later. */
  delta(requestId: string | undefined, text: string, ts: string): void {
    const thread = requestId ?? "";
    const open = this.#streams.get(thread);
    if (open) return this.#change<ReplyItem>(open, (reply) => ({ ...reply, text: reply.text + text }));
    this.#streamed += 1;
    const key = `stream-${thread}-${this.#streamed}`;
    this.#streams.set(thread, key);
    this.#push({ kind: "reply", key, ts, who: buddyName("remotebuddy"), text, streaming: true });
  }

  /** The stream broke: half an answer that nobody continues is taken away; the log has the rest. */
  dropStreaming(): void {
    for (const key of this.#streams.values()) this.#remove(key);
    this.#streams.clear();
  }

  #reply(envelope: Envelope, text: string): void {
    const who = buddyName(envelope.from);
    if (this.#saidByCard(text)) return;
    const thread = this.#openStream(envelope.correlationId, who);
    const key = thread === undefined ? undefined : this.#streams.get(thread);
    const open = key ? this.#find<ReplyItem>(key) : undefined;
    if (thread === undefined || !open) {
      this.#push({ kind: "reply", key: envelope.id, ts: envelope.ts, who, text, streaming: false });
      return;
    }
    this.#streams.delete(thread);
    const settled: ReplyItem = { ...open, ts: envelope.ts, who, text, streaming: false };
    if (this.#place.get(open.key) === this.#items.length - 1) {
      // The row keeps its key, so nothing is drawn anew but the words.
      this.#replace(open.key, settled);
    } else {
      this.#remove(open.key);
      this.#push(settled);
    }
  }

  /** Simple clients get a waiting request as text as well; here the card above says all of it. */
  #saidByCard(text: string): boolean {
    const last = this.#items.at(-1);
    return last?.kind === "waiting" && last.understood !== "" && text.startsWith(last.understood);
  }

  /** Which stream a finished answer ends: its own request's, or the only one there is. */
  #openStream(requestId: string | undefined, who: string): string | undefined {
    if (requestId !== undefined && this.#streams.has(requestId)) return requestId;
    if (who !== buddyName("remotebuddy")) return undefined;
    const threads = [...this.#streams.keys()];
    return threads.length === 1 ? threads[0] : undefined;
  }

  #buddyStatus(envelope: Envelope, payload: Of<"buddy.status">): void {
    const last = this.#items.at(-1);
    const line: NoticeItem = {
      kind: "notice", key: envelope.id, ts: envelope.ts, tone: "plain", icon: "wave", who: buddyName(envelope.from), text: payload.message, detail: undefined,
    };
    // Each line of one buddy replaces the one before it, as long as nothing else came in between.
    if (last?.kind === "notice" && last.icon === "wave" && last.who === line.who) {
      this.#items[this.#items.length - 1] = { ...line, key: last.key };
      return;
    }
    this.#push(line);
  }

  #plan(envelope: Envelope, payload: Of<"plan.ready">): void {
    if (payload.jobId) {
      this.#planTitles.set(payload.jobId, payload.plan.title);
      this.#change<JobItem>(`job-${payload.jobId}`, (job) => ({ ...job, title: payload.plan.title }));
    }
    if (!payload.plan.requiresWorker) return;
    const key = `plan-${payload.requestId}`;
    const job = payload.jobId ? this.#find<JobItem>(`job-${payload.jobId}`) : undefined;
    const item: Item = { kind: "plan", key, ts: envelope.ts, requestId: payload.requestId, plan: payload.plan, jobId: payload.jobId };
    // The job is stored a moment before its plan is told; people read the plan first.
    const told = job ? Date.parse(envelope.ts) - Date.parse(job.ts) : Number.POSITIVE_INFINITY;
    if (job && told < MOMENT_MS && !this.#place.has(key)) this.#insertBefore(job.key, item);
    else this.#put(key, item);
  }

  #requestChanged(envelope: Envelope, payload: Of<"request.changed">): void {
    if (payload.status === "cancelled") this.#notice(envelope, "stop", "waiting", words.cancelled(payload.requestId));
    if (payload.status === "failed") this.#notice(envelope, "failed", "failed", words.unplanned(payload.requestId));
  }

  #jobTitle(payload: Of<"job_enqueued">, before: string): string {
    const planned = this.#planTitles.get(payload.jobId);
    if (planned) return planned;
    const params = payload.params;
    const named = typeof params === "object" && params !== null && !Array.isArray(params) ? params["title"] : undefined;
    return typeof named === "string" && named !== "" ? named : before || payload.kind;
  }

  #job(jobId: string, ts: string, change: (job: JobItem) => JobItem): void {
    const key = `job-${jobId}`;
    const before = this.#find<JobItem>(key);
    if (before) return this.#replace(key, change(before));
    this.#push(
      change({
        kind: "job", key, ts, jobId, title: this.#planTitles.get(jobId) ?? "", phase: "queued", workerId: undefined, step: 0, steps: 0, label: "",
        attempt: 1, startedAt: undefined, endedAt: undefined, message: undefined, detail: undefined, verified: undefined, proofs: [],
      }),
    );
  }

  #approval(approvalId: string, ts: string, summary: string): void {
    const key = `approval-${approvalId}`;
    if (!this.#find(key)) this.#push({ kind: "approval", key, ts, approvalId, summary });
  }

  #checking(entry: MergeEntry, ts: string): void {
    const open = this.#openChecks(entry.id);
    if (open && (open.onto === entry.onto || open.checks.every((check) => check.state === "running"))) {
      this.#replace(open.key, { ...open, onto: entry.onto, checks: entry.checks.length > 0 ? entry.checks : open.checks });
      return;
    }
    if (open) this.#replace(open.key, { ...open, over: true });
    this.#startChecks(entry.id, ts, entry.onto, entry.checks);
  }

  #startChecks(entryId: string, ts: string, onto: string | null, checks: ChecksItem["checks"]): string {
    let turn = 1;
    while (this.#place.has(`checks-${entryId}-${turn}`)) turn += 1;
    const key = `checks-${entryId}-${turn}`;
    this.#checksOf.set(entryId, key);
    this.#push({ kind: "checks", key, ts, entryId, onto, checks, over: false });
    return key;
  }

  #openChecks(entryId: string): ChecksItem | undefined {
    const key = this.#checksOf.get(entryId);
    const item = key ? this.#find<ChecksItem>(key) : undefined;
    return item && !item.over ? item : undefined;
  }

  #check(
    entryId: string,
    ts: string,
    result: { name: string; run?: string[]; state: string; durationMs?: number; reused?: boolean; tail?: string },
  ): void {
    const key = this.#openChecks(entryId)?.key ?? this.#startChecks(entryId, ts, null, []);
    this.#change<ChecksItem>(key, (item) => {
      const before = item.checks.find((check) => check.name === result.name);
      const after = {
        name: result.name,
        run: result.run ?? before?.run ?? [result.name],
        state: result.state,
        durationMs: result.durationMs ?? null,
        reused: result.reused ?? false,
        flakyRetry: before?.flakyRetry ?? false,
        tail: result.tail ?? "",
      };
      return {
        ...item,
        checks: before ? item.checks.map((check) => (check === before ? after : check)) : [...item.checks, after],
      };
    });
  }

  #closeChecks(entry: MergeEntry): void {
    const open = this.#openChecks(entry.id);
    if (!open) return;
    const told = entry.checks.length >= open.checks.length ? entry.checks : open.checks;
    // The record may have been written before the last verdict; what was seen to end has ended.
    const checks = told.map((check) => (check.state === "running" ? (open.checks.find((seen) => seen.name === check.name) ?? check) : check));
    this.#replace(open.key, { ...open, over: true, checks });
  }

  #stop(envelope: Envelope, how: "returned" | "failed" | "removed" | "parked", payload: { entry: MergeEntry; reason: string; detail: string }): void {
    this.#closeChecks(payload.entry);
    const key = `${payload.entry.id}-${how}`;
    // The same end said twice, as after a restart, is one row.
    if (how !== "returned" && this.#stopped.has(key)) return;
    this.#stopped.add(key);
    this.#push({ kind: "stopped", key: envelope.id, ts: envelope.ts, how, ...payload });
  }

  #notice(envelope: Envelope, icon: NoticeItem["icon"], tone: NoticeItem["tone"], text: string, detail?: string): void {
    const who = envelope.from && icon === "wave" ? buddyName(envelope.from) : undefined;
    this.#push({ kind: "notice", key: envelope.id, ts: envelope.ts, tone, icon, who, text, detail });
  }

  #group(envelope: Envelope): void {
    const line: GroupLine = { key: envelope.id, ts: envelope.ts, text: groupText(envelope) };
    const last = this.#items.at(-1);
    if (last?.kind === "group") {
      this.#items[this.#items.length - 1] = { ...last, lines: [...last.lines, line].slice(-500) };
      return;
    }
    this.#push({ kind: "group", key: envelope.id, ts: envelope.ts, lines: [line] });
  }

  /** Adds the row, or fills the one this thing already has without moving it. */
  #put(place: string, item: Item): void {
    const index = this.#place.get(place);
    const keyed = { ...item, key: place } as Item;
    if (index === undefined) this.#push(keyed);
    else this.#items[index] = { ...keyed, ts: this.#items[index]?.ts ?? item.ts } as Item;
  }

  #push(item: Item): void {
    this.#place.set(item.key, this.#items.length);
    this.#items.push(item);
  }

  #insertBefore(key: string, item: Item): void {
    this.#items.splice(this.#place.get(key) ?? this.#items.length, 0, item);
    this.#number();
  }

  #number(): void {
    this.#place.clear();
    this.#items.forEach((item, at) => this.#place.set(item.key, at));
  }

  #find<T extends Item>(key: string): T | undefined {
    const index = this.#place.get(key);
    return index === undefined ? undefined : (this.#items[index] as T | undefined);
  }

  #replace(key: string, item: Item): void {
    const index = this.#place.get(key);
    if (index !== undefined) this.#items[index] = item;
  }

  #change<T extends Item>(key: string, change: (item: T) => T): void {
    const before = this.#find<T>(key);
    if (before) this.#replace(key, change(before));
  }

  #remove(key: string): void {
    const index = this.#place.get(key);
    if (index === undefined) return;
    this.#items.splice(index, 1);
    this.#number();
  }
}

function policySentence({ action, effect, rule }: Of<"policy.decided">): string {
  return effect === "allow" ? words.allowed(action, rule) : words.refused(action, rule);
}

function groupText(envelope: Envelope): string {
  const payload: unknown = envelope.payload;
  const has = (name: string): string | undefined => {
    const value = typeof payload === "object" && payload !== null ? (payload as Record<string, unknown>)[name] : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const words = has("message") ?? has("summary") ?? has("title") ?? has("detail") ?? has("tool") ?? has("state") ?? has("status");
  const kind = envelope.type.replaceAll("_", " ").replaceAll(".", " ");
  return words ? `${kind}: ${words}` : kind;
}

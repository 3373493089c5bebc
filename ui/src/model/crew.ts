// The crew as this page knows it: reads the state, follows the stream, and offers what a person can do. Free of
// React; one instance lives as long as the page.

import {
  asFailure, backOff, type Approval, type Call, type CallFailure, type Connection, type Decision, type GrantFor, type Delivered, type Ephemeral, EventStream, type Following, type Job,
  type StreamParts,
} from "../client";
import { type Gateway, GatewayEvents, type Welcome } from "../client/gateway";
import { applyBoardEvents, putApproval, withAsked } from "./boards";
import { Conversation } from "./conversation";
import { DryRunWatch } from "./dry-run";
import { addTailLines, applyJobEvents, changesJobRecord, jobOf, TailOrder } from "./jobs";
import { arrived, begun, broken } from "./loaded";
import { Outbox, type Shelf } from "./outbox";
import { Refresher, type Timers } from "./refresher";
import { ALL_SLICES, READ, staleAfter } from "./slices";
import { type CrewState, EMPTY, type Outgoing, type Slice } from "./state";
import { Store } from "./store";
import { nothingNew, welcomed } from "./welcomed";

/** Heartbeats and leases change figures without an event: the figures are read again this often while looked at. */
const FIGURES_EVERY_MS = 15_000;
/** How long the first greeting is waited for before everything is asked without it. */
const GREETING_MS = 900;
/** Conversations kept ready; the ones opened longest ago are forgotten. */
const OPEN_CONVERSATIONS = 6;
/** Questions that could not be read and are asked for again by themselves. */
const MOST_UNREAD = 200;
/** What is told of devices, of pairings, of other machines, of who is here, and of where the server answers. */
const OF_DEVICES = /^(device|pairing|nodes?|presence|listen)\./;

export interface CrewParts {
  call: Call;
  /** Left out, events come over HTTP. */
  gateway?: Gateway;
  stream: Pick<StreamParts, "fetch" | "base" | "now" | "random" | "wait">;
  shelf: Shelf;
  newKey: () => string;
  timers: Timers;
  /** False while nobody looks at the page. */
  visible: () => boolean;
}

export class Crew {
  readonly state = new Store<CrewState>(EMPTY);
  readonly call: Call;
  readonly #parts: CrewParts;
  /** The page's one connection, where it has one of its own. */
  readonly gateway: Gateway | undefined;
  readonly #stream: Following;
  readonly #slices: Refresher<Slice>;
  readonly #jobs: Refresher<string>;
  readonly #outbox: Outbox;
  readonly #conversations = new Map<string, Conversation>();
  readonly #dryRuns = new Map<string, DryRunWatch>();
  readonly #tailOrder = new TailOrder();
  readonly #askedJobs = new Set<string>();
  readonly #askedApprovals = new Set<string>();
  #stopFigures: (() => void) | undefined;
  /** Ends a start that still waits for the server. */
  #life: AbortController | undefined;
  #skipWait: AbortController | undefined;
  #starting: Promise<void> | undefined;

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.call = parts.call;
    this.gateway = parts.gateway;
    const stream: StreamParts = {
      ...parts.stream,
      onConnection: (connection) => this.#connection(connection),
      onEvents: (events) => this.#events(events),
      onEphemeral: (event) => this.#ephemeral(event),
      onGap: (why) => void this.#gap(why),
    };
    const { gateway } = parts;
    this.#stream = gateway ? new GatewayEvents({ ...stream, gateway, later: (ms, run) => parts.timers.after(ms, run) }) : new EventStream(stream);
    this.#slices = new Refresher((slice) => this.#readSlice(slice), parts.timers);
    this.#jobs = new Refresher((id) => this.#readJob(id), parts.timers);
    this.#outbox = new Outbox({
      call: parts.call,
      shelf: parts.shelf,
      newKey: parts.newKey,
      now: () => new Date(parts.stream.now()).toISOString(),
      seen: (cursor) => this.#stream.cursor >= cursor,
      onChange: (outbox) => this.state.update((state) => ({ ...state, outbox })),
    });
    this.state.update((state) => ({ ...state, outbox: this.#outbox.list }));
  }

  /** Reads everything once and follows the stream from there. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  stop(): void {
    this.#life?.abort();
    this.#stream.stop();
    this.#slices.stop();
    this.#jobs.stop();
    this.#stopFigures?.();
  }

  /** The server refused this browser; a new sign-in starts everything again. */
  signedOut(): void {
    this.#life?.abort();
    this.#stream.stop();
    this.state.update((state) => ({ ...state, connection: { state: "signed_out" } }));
  }

  retryNow(): void {
    const { state } = this.state.get().connection;
    if (state === "signed_out" || state === "stopped") void this.start();
    this.#skipWait?.abort();
    this.#stream.retryNow();
  }

  /** Reads a part of the state again; for pages that were told something changed. */
  refresh(...slices: Slice[]): Promise<unknown> {
    return Promise.all(slices.map((slice) => this.#slices.now(slice)));
  }

  conversation(sessionId: string): Conversation {
    const known = this.#conversations.get(sessionId);
    if (known) {
      this.#conversations.delete(sessionId);
      this.#conversations.set(sessionId, known);
      return known;
    }
    const made = new Conversation(sessionId, this.call, (events) => this.#history(events), () => new Promise((resolve) => this.#parts.timers.after(0, resolve)));
    this.#conversations.set(sessionId, made);
    for (const old of this.#conversations.keys()) {
      if (this.#conversations.size <= OPEN_CONVERSATIONS) break;
      this.#conversations.delete(old);
    }
    return made;
  }

  dryRun(workspaceId: string): DryRunWatch {
    const known = this.#dryRuns.get(workspaceId);
    if (known) return known;
    const made = new DryRunWatch(workspaceId, this.call, this.#parts.timers);
    this.#dryRuns.set(workspaceId, made);
    return made;
  }

  /** Reads a job's record unless it is known; events keep it fresh afterwards. */
  needJob(jobId: string): void {
    if (this.#askedJobs.has(jobId)) return;
    this.#askedJobs.add(jobId);
    if (!this.state.get().jobs.has(jobId)) void this.#jobs.now(jobId);
  }

  needApproval(approvalId: string): void {
    const known = this.state.get().approvals.value?.some((approval) => approval.id === approvalId);
    if (known || this.#askedApprovals.has(approvalId)) return;
    this.#askedApprovals.add(approvalId);
    this.#unread(approvalId);
    this.call("approval.get", { id: approvalId }).then(
      (approval) => this.state.update((state) => putApproval(state, approval)),
      (thrown: unknown) => {
        this.#askedApprovals.delete(approvalId);
        this.#unread(approvalId, asFailure(thrown));
      },
    );
  }

  #unread(approvalId: string, failure?: CallFailure): void {
    this.state.update((state) => {
      if (!failure && !state.unreadApprovals.has(approvalId)) return state;
      const unread = new Map(state.unreadApprovals);
      unread.delete(approvalId);
      // Whoever looks at one that was forgotten asks for it by hand.
      const oldest = unread.size >= MOST_UNREAD ? unread.keys().next().value : undefined;
      if (oldest !== undefined) unread.delete(oldest);
      if (failure) unread.set(approvalId, failure);
      return { ...state, unreadApprovals: unread };
    });
  }

  send(sessionId: string, text: string, priority: Outgoing["priority"] = "interactive", targetWorkerId?: string): void {
    this.#outbox.add(sessionId, text, priority, targetWorkerId);
  }

  /** The row of a message keeps the key it had before its event came back, so that it is not drawn anew. */
  readonly rowKey = (eventId: string): string => this.#outbox.keyOf(eventId);

  resend(key: string): void {
    this.#outbox.retry(key);
  }

  discard(key: string): void {
    this.#outbox.discard(key);
  }

  /** Bound to the hash of what the person saw: anything else is refused by the server. */
  async answer(approval: Approval, decision: Decision, span?: GrantFor): Promise<void> {
    const remember = span && decision === "approve" ? { remember: { for: span } } : {};
    const answered = await this.call("approval.answer", { approvalId: approval.id, decision, hash: approval.hash, ...remember });
    this.state.update((state) => putApproval(state, answered));
    this.#slices.stale("merge");
  }

  async #start(): Promise<void> {
    const life = new AbortController();
    this.#life = life;
    this.gateway?.start();
    const welcome = await this.#greeting(life.signal);
    if (life.signal.aborted) return;
    if (welcome) {
      // It names the cursor to follow from, so nothing has to be asked before everything else.
      this.#stream.start(welcome.snapshot.cursor);
      await Promise.all(ALL_SLICES.map((slice) => this.#slices.now(slice)));
      this.#figures();
      return;
    }
    for (let attempt = 0; ; attempt += 1) {
      this.state.update((state) => ({ ...state, connection: { state: "connecting", attempt } }));
      await this.#readSlice("status");
      if (life.signal.aborted) return;
      const { status } = this.state.get();
      if (!status.failure) break;
      await this.#waitForServer(attempt + 1, status.failure.message, life.signal);
      if (life.signal.aborted) return;
    }
    // Read before everything else: what happens in between comes twice and changes nothing the second time.
    this.#stream.start(this.state.get().status.value?.latestCursor ?? 0);
    await Promise.all(ALL_SLICES.filter((slice) => slice !== "status").map((slice) => this.#slices.now(slice)));
    this.#figures();
  }

  /** What the server says when the connection begins; none where there is no connection, or it takes too long. */
  #greeting(life: AbortSignal): Promise<Welcome | undefined> {
    const { gateway } = this;
    if (!gateway) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const over = () => {
        cancel();
        unwatch();
        resolve(gateway.welcome);
      };
      const look = () => {
        if (gateway.state.state !== "connecting") over();
      };
      const cancel = this.#parts.timers.after(GREETING_MS, over);
      const unwatch = gateway.watch({ onState: look });
      life.addEventListener("abort", over, { once: true });
      look();
    });
  }

  /** Before the first answer there is no cursor to follow from, so the stream cannot do the waiting. */
  async #waitForServer(attempt: number, cause: string, life: AbortSignal): Promise<void> {
    const { now, random, wait } = this.#parts.stream;
    const ms = backOff(attempt, random());
    this.state.update((state) => ({
      ...state,
      connection: { state: "offline", attempt, nextAt: now() + ms, lastSeen: undefined, cause },
    }));
    this.#skipWait = new AbortController();
    await wait(ms, AbortSignal.any([life, this.#skipWait.signal]));
    this.#skipWait = undefined;
  }

  #figures(): void {
    this.#stopFigures?.();
    this.#stopFigures = this.#parts.timers.after(FIGURES_EVERY_MS, () => {
      if (this.#parts.visible() && this.state.get().connection.state === "live") {
        this.#slices.stale("status");
        this.#slices.stale("workers");
      }
      this.#figures();
    });
  }

  async #readSlice(slice: Slice): Promise<void> {
    this.state.update((state) => ({ ...state, [slice]: begun<unknown>(state[slice]) }));
    try {
      const value = await READ[slice](this.call);
      const at = this.#parts.stream.now();
      this.state.update((state) => {
        const whole = slice === "approvals" ? withAsked(value as Approval[], state.approvals.value ?? [], this.#askedApprovals) : value;
        const next = { ...state, [slice]: arrived(whole, at) };
        return slice === "jobBoard" ? withJobs(next, (value as { jobs: Job[] }).jobs) : next;
      });
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.state.update((state) => ({ ...state, [slice]: broken<unknown>(state[slice], failure) }));
    }
  }

  async #readJob(jobId: string): Promise<void> {
    try {
      const job = await this.call("jobs.get", { id: jobId });
      this.state.update((state) => withJobs(state, [job]));
    } catch {
      // The card still tells what the events said; the next event asks again.
      this.#askedJobs.delete(jobId);
    }
  }

  #connection(connection: Connection): void {
    const before = this.state.get().connection.state;
    this.state.update((state) => ({ ...state, connection }));
    if (connection.state === "live" && before !== "live") {
      void this.#outbox.flush();
      const snapshot = this.gateway?.welcome?.snapshot;
      const holds = snapshot !== undefined && nothingNew(this.state.get(), snapshot, this.#stream.cursor);
      if (snapshot) this.state.update((state) => welcomed(state, snapshot));
      // A page that began without a server knows nothing yet.
      for (const slice of ALL_SLICES) {
        const held = this.state.get()[slice];
        if (held.failure || (slice === "status" && !holds && !held.loading)) this.#slices.stale(slice);
      }
      for (const [id, failure] of this.state.get().unreadApprovals) {
        // What the server refused it refuses again, until somebody asks by hand.
        if (failure.retryable) this.needApproval(id);
      }
      for (const conversation of this.#conversations.values()) {
        if (conversation.state.get().failure) void conversation.open();
      }
    }
    if (connection.state === "offline") {
      for (const conversation of this.#conversations.values()) conversation.streamBroke();
    }
  }

  #events(events: readonly Delivered[]): void {
    const bySession = new Map<string, Delivered[]>();
    const stale = new Set<Slice>();
    for (const event of events) {
      const { envelope } = event;
      const list = bySession.get(envelope.sessionId);
      if (list) list.push(event);
      else bySession.set(envelope.sessionId, [event]);
      for (const slice of staleAfter(envelope.type)) stale.add(slice);
      if (changesJobRecord(envelope.type)) {
        const jobId = jobOf(event);
        if (jobId && (this.state.get().jobs.has(jobId) || this.#askedJobs.has(jobId))) this.#jobs.stale(jobId);
      }
    }
    const lines = this.#tailOrder.take(events);
    this.state.update((state) => {
      const next = applyBoardEvents(applyJobEvents(state, events), events);
      return lines.size > 0 ? { ...next, jobTails: addTailLines(next.jobTails, lines) } : next;
    });
    for (const [sessionId, list] of bySession) this.#conversations.get(sessionId)?.receive(list);
    for (const { envelope } of events) {
      if (envelope.type === "message") this.#outbox.echoed(envelope.sessionId, envelope.id, envelope.payload.text);
      if (envelope.type === "checks.dry_run") this.#dryRuns.get(envelope.payload.run.workspaceId)?.receive(envelope.payload.run);
    }
    for (const slice of stale) this.#slices.stale(slice);
    if (events.some(({ envelope }) => envelope.type === "config.changed")) this.#configChanged();
    if (events.some(({ envelope }) => envelope.type.startsWith("git."))) this.#publishChanged();
    if (events.some(({ envelope }) => OF_DEVICES.test(envelope.type))) this.#devicesChanged();
  }

  #configChanged(): void {
    this.state.update((state) => ({ ...state, configChanges: state.configChanges + 1 }));
  }

  #publishChanged(): void {
    this.state.update((state) => ({ ...state, publishChanges: state.publishChanges + 1 }));
  }

  #devicesChanged(): void {
    this.state.update((state) => ({ ...state, deviceChanges: state.deviceChanges + 1 }));
  }

  #ephemeral(event: Ephemeral): void {
    if (OF_DEVICES.test(event.type)) return this.#devicesChanged();
    if (event.type !== "assistant.delta") return;
    const { sessionId, requestId, text } = event;
    if (typeof sessionId !== "string" || typeof text !== "string") return;
    this.#conversations
      .get(sessionId)
      ?.delta(typeof requestId === "string" ? requestId : undefined, text, new Date(this.#parts.stream.now()).toISOString());
  }

  /** Older events bring output lines of jobs that are still running. */
  #history(events: readonly Delivered[]): void {
    const running = events.filter((event) => {
      const jobId = jobOf(event);
      return event.envelope.type === "job_log" && jobId !== undefined && !this.#tailOrder.knows(jobId);
    });
    const lines = this.#tailOrder.take(running);
    if (lines.size > 0) this.state.update((state) => ({ ...state, jobTails: addTailLines(state.jobTails, lines) }));
  }

  async #gap(why: "log_restarted" | "server_said"): Promise<void> {
    for (const slice of ALL_SLICES) this.#slices.stale(slice);
    this.#configChanged();
    this.#publishChanged();
    this.#devicesChanged();
    if (why === "log_restarted") {
      this.state.update((state) => ({ ...state, jobs: new Map(), jobLive: new Map(), jobTails: new Map() }));
    }
    await Promise.all([...this.#conversations.values()].map((conversation) => conversation.reopen()));
  }
}

function withJobs(state: CrewState, records: readonly Job[]): CrewState {
  const jobs = new Map(state.jobs);
  for (const job of records) jobs.set(job.id, job);
  return { ...state, jobs };
}

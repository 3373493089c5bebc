// The stored events of one job: read back from its session's log to the moment it was made, then followed. Free of
// React.

import { asFailure, type Call, type CallFailure, type Delivered, type Job } from "../client";
import { Store } from "../model";
import { concerns } from "./story";

export interface JobEventsState {
  readonly events: readonly Delivered[];
  readonly fresh: boolean;
  readonly failure: CallFailure | undefined;
  /** The log goes further back than was read. */
  readonly cut: boolean;
}

/** Output lines that say what was done rather than what it printed. */
const TELLING = /^(\$ |\[\w|\[?exit|Revision \d)/;
const PAGE = 500;
const MOST_PAGES = 40;

export class JobEvents {
  readonly state = new Store<JobEventsState>({ events: [], fresh: true, failure: undefined, cut: false });
  readonly #call: Call;
  readonly #job: Pick<Job, "id" | "taskId" | "createdAt">;
  readonly #sessionId: string;
  #newest = 0;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(call: Call, job: Pick<Job, "id" | "taskId" | "createdAt">, sessionId: string) {
    this.#call = call;
    this.#job = job;
    this.#sessionId = sessionId;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Reads what is missing. Asking while it runs makes it run once more afterwards. */
  refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#read().finally(() => {
      this.#running = undefined;
      if (this.#again && !this.#stopped) {
        this.#again = false;
        void this.refresh();
      }
    });
    return this.#running;
  }

  async #read(): Promise<void> {
    try {
      if (this.state.get().fresh) await this.#back();
      else await this.#on();
    } catch (thrown) {
      if (!this.#stopped) this.state.update((state) => ({ ...state, failure: asFailure(thrown) }));
    }
  }

  async #back(): Promise<void> {
    const born = Date.parse(this.#job.createdAt) - 1000;
    let kept: Delivered[] = [];
    let before: number | undefined;
    let cut = true;
    for (let page = 0; page < MOST_PAGES && !this.#stopped; page += 1) {
      const reply = await this.#call("session.events", { sessionId: this.#sessionId, limit: PAGE, ...(before === undefined ? {} : { before }) });
      const events = reply.events as unknown as Delivered[];
      const [first, last] = [events[0], events[events.length - 1]];
      if (last) this.#newest = Math.max(this.#newest, last.cursor);
      kept = [...this.#mine(events), ...kept];
      if (!first || !reply.more || Date.parse(first.envelope.ts) < born) {
        cut = false;
        break;
      }
      before = first.cursor;
    }
    if (!this.#stopped) this.state.set({ events: kept, fresh: false, failure: undefined, cut });
  }

  async #on(): Promise<void> {
    for (let page = 0; page < MOST_PAGES && !this.#stopped; page += 1) {
      const reply = await this.#call("session.events", { sessionId: this.#sessionId, after: this.#newest, limit: PAGE });
      const events = (reply.events as unknown as Delivered[]).filter((event) => event.cursor > this.#newest);
      const last = events[events.length - 1];
      if (!last) break;
      this.#newest = last.cursor;
      const mine = this.#mine(events);
      if (mine.length > 0) this.state.update((state) => ({ ...state, events: [...state.events, ...mine], failure: undefined }));
      if (!reply.more) break;
    }
    if (this.state.get().failure) this.state.update((state) => ({ ...state, failure: undefined }));
  }

  /** The log itself is read elsewhere. */
  #mine(events: readonly Delivered[]): Delivered[] {
    return events.filter(({ envelope }) => {
      if (!concerns(envelope, this.#job)) return false;
      return envelope.type !== "job_log" || TELLING.test(envelope.payload.line);
    });
  }
}

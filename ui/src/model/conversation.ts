// One session's conversation: the newest page of its log, what the stream adds, and older pages on demand.

import type { Call, CallFailure, Delivered } from "../client";
import { asFailure } from "../client";
import type { Item } from "./items";
import { Store } from "./store";
import { TimelineReducer } from "./timeline";

export interface ConversationState {
  readonly items: readonly Item[];
  /** Nothing was read yet. */
  readonly fresh: boolean;
  readonly loadingOlder: boolean;
  /** There are events before the first item. */
  readonly older: boolean;
  readonly failure: CallFailure | undefined;
}

const PAGE = 200;
/** Whoever reads back reads on: fewer, larger pages. */
const OLDER_PAGE = 500;
/** A page may hold nothing but output lines: then go on until there is something to read. */
const ENOUGH_ITEMS = 24;
const MOST_PAGES = 12;
/** Events told again in one go when older ones come before them; the page may draw in between. */
const IN_ONE_GO = 1500;

export class Conversation {
  readonly state = new Store<ConversationState>({ items: [], fresh: true, loadingOlder: false, older: false, failure: undefined });
  readonly #call: Call;
  readonly #onHistory: (events: readonly Delivered[]) => void;
  readonly #breathe: () => Promise<void>;
  #reducer = new TimelineReducer();
  /** In the order of their cursor, none twice; output lines are kept elsewhere. */
  #events: Delivered[] = [];
  #first = Number.POSITIVE_INFINITY;
  #last = 0;
  #opening: Promise<void> | undefined;
  /** Events of the stream that came while the first page was on its way. */
  #early: Delivered[] = [];

  constructor(
    readonly sessionId: string,
    call: Call,
    /** Told about every older event, for what is kept outside of the timeline. */
    onHistory: (events: readonly Delivered[]) => void,
    /** Lets the page draw before it comes back. */
    breathe: () => Promise<void>,
  ) {
    this.#call = call;
    this.#onHistory = onHistory;
    this.#breathe = breathe;
  }

  /** Reads the newest page. Asking again while it is on its way is the same reading. */
  open(): Promise<void> {
    this.#opening ??= this.#readNewest().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Forgets everything and reads again: the log behind the address changed. */
  reopen(): Promise<void> {
    this.#reducer = new TimelineReducer();
    this.#events = [];
    this.#first = Number.POSITIVE_INFINITY;
    this.#last = 0;
    this.state.update((state) => ({ ...state, fresh: true, failure: undefined }));
    return this.open();
  }

  async older(): Promise<void> {
    const state = this.state.get();
    if (state.loadingOlder || state.fresh || !state.older) return;
    this.state.set({ ...state, loadingOlder: true });
    try {
      await this.#readBack(this.state.get().items.length + ENOUGH_ITEMS);
      this.#show({ loadingOlder: false, failure: undefined });
    } catch (thrown) {
      this.state.update((now) => ({ ...now, loadingOlder: false, failure: asFailure(thrown) }));
    }
  }

  /** Events of this session from the stream, in order. */
  receive(events: readonly Delivered[]): void {
    if (this.state.get().fresh) {
      this.#early.push(...events);
      return;
    }
    let changed = false;
    for (const event of events) changed = this.#append(event) || changed;
    if (changed) this.#show({});
  }

  delta(requestId: string | undefined, text: string, ts: string): void {
    if (this.state.get().fresh) return;
    this.#reducer.delta(requestId, text, ts);
    this.#show({});
  }

  streamBroke(): void {
    this.#reducer.dropStreaming();
    this.#show({});
  }

  async #readNewest(): Promise<void> {
    try {
      this.state.update((state) => ({ ...state, failure: undefined }));
      await this.#readBack(ENOUGH_ITEMS);
      const early = this.#early;
      this.#early = [];
      for (const event of early) this.#append(event);
      this.#show({ fresh: false, failure: undefined });
    } catch (thrown) {
      this.state.update((state) => ({ ...state, failure: asFailure(thrown) }));
    }
  }

  /** Pages backwards until there are this many items or the log begins. */
  async #readBack(items: number): Promise<void> {
    let more = true;
    for (let page = 0; page < MOST_PAGES && more; page += 1) {
      const before = Number.isFinite(this.#first) ? this.#first : undefined;
      const reply = await this.#call("session.events", {
        sessionId: this.sessionId,
        limit: before === undefined ? PAGE : OLDER_PAGE,
        ...(before === undefined ? {} : { before }),
      });
      const events = reply.events as unknown as Delivered[];
      more = reply.more && events.length > 0;
      await this.#prepend(events);
      if (this.#reducer.length >= items) break;
    }
    this.state.update((state) => ({ ...state, older: more }));
  }

  async #prepend(page: readonly Delivered[]): Promise<void> {
    const older = page.filter((event) => event.cursor < this.#first);
    if (older.length === 0) return;
    this.#onHistory(older);
    this.#first = older[0]?.cursor ?? this.#first;
    this.#last = Math.max(this.#last, older.at(-1)?.cursor ?? 0);
    this.#events = [...older.filter((event) => event.envelope.type !== "job_log"), ...this.#events];
    await this.#retell();
  }

  /** All events told anew from the first, because an older one may begin what a later one changes. */
  async #retell(): Promise<void> {
    const events = this.#events;
    const reducer = new TimelineReducer();
    // What the stream adds meanwhile goes to the end of the same list and is reached too.
    for (let at = 0; at < events.length; at += 1) {
      const event = events[at];
      if (event) reducer.apply(event);
      if (at % IN_ONE_GO === IN_ONE_GO - 1) {
        await this.#breathe();
        // Read again from the server meanwhile.
        if (this.#events !== events) return;
      }
    }
    reducer.adoptStreaming(this.#reducer);
    this.#reducer = reducer;
  }

  /** Whether the conversation may look different now. */
  #append(event: Delivered): boolean {
    if (event.cursor <= this.#last) return false;
    this.#last = event.cursor;
    if (!Number.isFinite(this.#first)) this.#first = event.cursor;
    if (event.envelope.type === "job_log") return false;
    this.#events.push(event);
    this.#reducer.apply(event);
    return true;
  }

  #show(change: Partial<ConversationState>): void {
    this.state.update((state) => ({ ...state, ...change, items: this.#reducer.items() }));
  }
}

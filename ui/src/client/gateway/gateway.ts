// One WebSocket to the server for everything of this page: calls, events, terminals, and what is true only now. It comes
// back by itself after every break, and whatever was attached is attached again where it was. Where a WebSocket cannot be
// had although the server answers, it says so and tries again now and then.

import { type CallFailure, offline } from "../failure";
import type { ClientFrame, ClientNote, Methods, ServerFrame } from "../protocol";
import { backOff } from "../stream";
import { type Beside, connecting } from "./beside";
import { type Head, readFrame } from "./head";
import { asCallFailure } from "./refused";
import { SILENCE_MS, Waking } from "./waking";

export type GatewayState =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "offline"; nextAt: number }
  /** The server answers, but not over a WebSocket: something in between does not let one through, or it is too old. */
  | { state: "unavailable"; nextAt: number }
  /** It does not try again by itself: the page is not signed in, or too old. */
  | { state: "rejected"; code: string; message: string }
  | { state: "stopped" };

/** The part of a browser's WebSocket that is used. */
export interface Socket {
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: unknown) => void) | null;
}

export interface GatewayParts {
  open: () => Socket;
  now: () => number;
  /** 0 to 1. */
  random: () => number;
  /** Runs once after so many milliseconds; what it returns cancels it. */
  later: (ms: number, run: () => void) => () => void;
  onState: (state: GatewayState) => void;
  /** Something that is true only now, such as a changed list. */
  onNow: (data: unknown) => void;
  /** Whether the server answers without a WebSocket. Left out, a WebSocket is waited for as long as it takes. */
  reachable?: () => Promise<boolean>;
  /** Signs this page in anew; false when it cannot. */
  signIn?: () => Promise<boolean>;
  /** What the page calls itself, for lists of who is here. */
  client?: ClientNote;
}

/** Whoever follows the connection. */
export interface Watcher {
  onState?: (state: GatewayState) => void;
  onNow?: (data: unknown) => void;
  /** Some of what is true only now was left out, because this page was slow. */
  onGap?: () => void;
  onEvent?: (event: ServerEvent) => void;
}

export type ServerEvent = Extract<ServerFrame, { t: "ev" }>;
export type Welcome = Extract<ServerFrame, { t: "welcome" }>;

/** What is attached: it hears of its stream, and when to begin and to stop. */
export interface Attached {
  /** The connection is there. */
  connected(): void;
  /** It is gone; what was on its way may be lost. */
  cut(): void;
  binary(head: Head, payload: Uint8Array): void;
  frame(frame: ServerFrame): void;
  readonly stream: number | undefined;
}

const BEAT_MS = 15_000;
/** How long a WebSocket that cannot be had is not tried again. */
const UNAVAILABLE_MS = 30_000;

export class Gateway {
  readonly #parts: GatewayParts;
  readonly #waking: Waking;
  #socket: Socket | undefined;
  #state: GatewayState = { state: "stopped" };
  #attempt = 0;
  #last = 0;
  #heard = 0;
  #cancel: (() => void) | undefined;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (failure: CallFailure) => void }>();
  readonly #attached = new Set<Attached>();
  readonly #watchers = new Set<Watcher>();
  #greeted = false;
  /** When the present line was begun. */
  #began = 0;
  #welcome: Welcome | undefined;
  #scopes: Welcome["scopes"] | undefined;
  #deviceId: Welcome["deviceId"];
  #signedInAnew = false;
  /** Whether the server answers at all is being found out. */
  #probing = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#waking = new Waking({
      open: parts.open,
      now: parts.now,
      later: parts.later,
      client: this.#client,
      standing: () => ({
        state: this.#state.state, open: this.#socket !== undefined, greeted: this.#greeted, began: this.#began, heard: this.#heard, probing: this.#probing,
      }),
      ping: () => this.#say({ t: "ping" }),
      connect: () => this.#connect(),
      broken: () => this.#broken(),
      use: (beside) => this.#useBeside(beside),
      frame: (frame) => this.#frame(frame),
    });
  }

  get live(): boolean {
    return this.#state.state === "live";
  }

  get state(): GatewayState {
    return this.#state;
  }

  /** When anything was last heard. */
  get heard(): number {
    return this.#heard;
  }

  /** How often it was tried since it was last there. */
  get attempt(): number {
    return this.#attempt;
  }

  /** What this page may do, as it was last said; also while there is no connection. */
  get scopes(): readonly string[] | undefined {
    return this.#scopes;
  }

  /** The device this page is, as it was last said; the owner's own window is none. */
  get deviceId(): string | undefined {
    return this.#deviceId;
  }

  /** What the server said when this connection began. */
  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  /** What it returns ends it. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  start(): void {
    if (this.#state.state === "stopped") this.#connect();
  }

  stop(): void {
    this.#set({ state: "stopped" });
    this.#waking.stopped();
    this.#drop();
  }

  /** Ends the present wait. */
  retryNow(): void {
    const { state } = this.#state;
    if (state === "offline" || state === "rejected" || state === "unavailable") this.#connect();
  }

  /** For a page that comes back from a sleep or to another network, where a line may be dead without saying so. */
  wake(onAnotherNetwork = false): void {
    this.retryNow();
    this.#waking.wake(onAnotherNetwork);
  }

  #useBeside(beside: Beside): void {
    this.#drop();
    // Whoever follows begins anew, and so do calls that were on their way.
    this.#set({ state: "connecting" });
    this.#use(beside.socket, beside.since, beside.greeted);
  }

  /**
   * Calls a method over this connection. Fails at once when there is none, or when it breaks. A changing call with a
   * key can be made again under it.
   */
  call<M extends keyof Methods>(method: M, params: Methods[M][0], key?: string): Promise<Methods[M][1]> {
    const idem = key === undefined ? {} : { idem: key };
    return this.#ask((id) => ({ t: "req", id, method, params: params as Record<string, never>, ...idem })) as Promise<Methods[M][1]>;
  }

  /** Follows events of all sessions; they come to the watchers with the id it gives. Ends with the connection. */
  follow(after: number, window: number): { id: number; admitted: Promise<unknown> } {
    const admitted = this.#ask((id) => ({ t: "sub", id, after, allTypes: true, window }));
    return { id: this.#last, admitted };
  }

  unfollow(id: number): void {
    if (this.live) this.#say({ t: "unsub", id });
  }

  /** Lets more events come. */
  acknowledge(sub: number, cursor: number): void {
    if (this.live) this.#say({ t: "ack", sub, cursor });
  }

  #ask(frame: (id: number) => ClientFrame): Promise<unknown> {
    if (!this.live) return Promise.reject(offline());
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#say(frame(id));
    });
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.live) this.#socket?.send(bytes);
  }

  add(one: Attached): void {
    this.#attached.add(one);
    if (this.live) one.connected();
  }

  remove(one: Attached): void {
    this.#attached.delete(one);
  }

  #say(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #set(state: GatewayState): void {
    this.#state = state;
    this.#parts.onState(state);
    for (const watcher of this.#watchers) watcher.onState?.(state);
  }

  #connect(): void {
    this.#drop();
    // Where one cannot be had, another attempt is no news until it succeeds.
    if (this.#state.state !== "unavailable") this.#set({ state: "connecting" });
    this.#use(this.#parts.open(), this.#parts.now());
  }

  /** The line from now on; it may have been begun, and greeted, a while ago. */
  #use(socket: Socket, began: number, greeted?: number): void {
    this.#socket = socket;
    this.#began = began;
    this.#greeted = greeted !== undefined;
    this.#waking.began(greeted);
    socket.binaryType = "arraybuffer";
    this.#heard = this.#parts.now();
    this.#welcome = undefined;
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#heard = this.#parts.now();
      if (typeof data === "string") this.#frame(JSON.parse(data) as ServerFrame);
      else if (data instanceof ArrayBuffer) this.#binary(data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#broken();
    };
    // Whatever went wrong, a close follows.
    socket.onerror = () => undefined;
    this.#watch();
  }

  /** Says something now and then, and gives up on a line that is silent. */
  #watch(): void {
    this.#cancel?.();
    this.#cancel = this.#parts.later(BEAT_MS, () => {
      if (this.#parts.now() - this.#heard > SILENCE_MS) return this.#waking.giveUp();
      if (this.live) this.#waking.ask();
      this.#watch();
    });
  }

  #frame(frame: ServerFrame): void {
    switch (frame.t) {
      case "hello":
        this.#greeted = true;
        this.#waking.greeted();
        return this.#socket?.send(connecting(this.#client));
      case "pong":
        return this.#waking.pong();
      case "welcome":
        this.#waking.welcomed();
        this.#attempt = 0;
        this.#signedInAnew = false;
        this.#welcome = frame;
        this.#scopes = frame.scopes;
        this.#deviceId = frame.deviceId;
        this.#set({ state: "live" });
        for (const one of this.#attached) one.connected();
        return;
      case "reject":
        this.#drop();
        return this.#rejected(frame);
      case "res": {
        const waiting = this.#waiting.get(frame.id);
        this.#waiting.delete(frame.id);
        if (frame.ok) waiting?.resolve(frame.result);
        else waiting?.reject(asCallFailure(frame.error));
        return;
      }
      case "now":
        this.#parts.onNow(frame.data);
        for (const watcher of this.#watchers) watcher.onNow?.(frame.data);
        return;
      case "gap":
        for (const watcher of this.#watchers) watcher.onGap?.();
        return;
      case "ev":
        for (const watcher of this.#watchers) watcher.onEvent?.(frame);
        return;
      case "term":
      case "refused":
        for (const one of this.#attached) if (one.stream === frame.stream) one.frame(frame);
        return;
      default:
        // Newer servers say more.
        return;
    }
  }

  get #client(): ClientNote {
    return this.#parts.client ?? { name: "web" };
  }

  #binary(data: ArrayBuffer): void {
    const read = readFrame(data);
    if (!read) return;
    for (const one of this.#attached) if (one.stream === read.head.stream) one.binary(read.head, read.payload);
  }

  #rejected(frame: Extract<ServerFrame, { t: "reject" }>): void {
    if (frame.next === "wait") return this.#again();
    // This page is too old or too new for its frames, and may still be understood without them.
    if (frame.next === "update" && this.#parts.reachable) return this.#withoutSocket();
    const rejected: GatewayState = { state: "rejected", code: frame.error.code, message: frame.error.message };
    const { signIn } = this.#parts;
    if (!signIn || this.#signedInAnew) return this.#set(rejected);
    this.#signedInAnew = true;
    const before = this.#state;
    const go = (signedIn: boolean) => {
      if (this.#state !== before) return;
      if (signedIn) this.#connect();
      else this.#set(rejected);
    };
    signIn().then(go, () => go(false));
  }

  #broken(): void {
    const greeted = this.#greeted;
    this.#drop();
    if (this.#state.state === "stopped") return;
    if (this.#state.state === "unavailable") return this.#withoutSocket();
    const { reachable } = this.#parts;
    if (greeted || !reachable) return this.#again();
    // Nobody said hello: either nobody is there, or only what is in between does not let a WebSocket through.
    const before = this.#state;
    this.#probing = true;
    const go = (there: boolean) => {
      if (this.#state !== before || this.#socket) return;
      this.#probing = false;
      if (there) this.#withoutSocket();
      else this.#again();
    };
    reachable().then(go, () => go(false));
  }

  #withoutSocket(): void {
    this.#set({ state: "unavailable", nextAt: this.#parts.now() + UNAVAILABLE_MS });
    this.#cancel = this.#parts.later(UNAVAILABLE_MS, () => this.#connect());
  }

  #again(): void {
    this.#attempt += 1;
    const ms = backOff(this.#attempt, this.#parts.random());
    this.#set({ state: "offline", nextAt: this.#parts.now() + ms });
    this.#cancel = this.#parts.later(ms, () => this.#connect());
  }

  #drop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waking.dropped();
    this.#probing = false;
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of this.#attached) one.cut();
    for (const one of waiting) one.reject(offline());
  }
}

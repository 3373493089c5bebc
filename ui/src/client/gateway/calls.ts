// Calls over the gateway. A call whose answer was lost with the connection is made again on the next one, a changing
// one under the key it had, so that it happens once. Without a WebSocket calls go over HTTP.

import { asFailure, CallFailure, offline } from "../failure";
import { type Call, changes } from "../rpc";
import type { Gateway } from "./gateway";

/** How long a call waits for a connection that broke under it. */
const PATIENCE_MS = 20_000;
/** Calls on their way at once; the server takes a few more. */
const MOST = 48;

export interface CallsParts {
  gateway: Gateway;
  /** For pages that have no WebSocket, and for answers that are too long for one. */
  http: Call;
  newKey: () => string;
  now: () => number;
  later: (ms: number, run: () => void) => () => void;
  /** This page is not signed in. */
  onSignedOut: () => void;
}

export function createGatewayCall(parts: CallsParts): Call {
  const { gateway } = parts;
  const turn = queue(MOST);
  return async (method, params, options = {}) => {
    const { signal } = options;
    const key = changes(method) ? (options.idempotencyKey ?? parts.newKey()) : undefined;
    const overHttp = () => parts.http(method, params, key === undefined ? options : { ...options, idempotencyKey: key });
    const stopWaiting = new Waiting(parts, signal);
    for (let first = true; ; first = false) {
      // Whoever asks while the line is broken has it looked at now.
      if (first && (gateway.state.state === "offline" || gateway.state.state === "rejected")) gateway.retryNow();
      await stopWaiting.settled(first);
      const { state } = gateway;
      if (state.state === "unavailable") return overHttp();
      if (state.state === "rejected") {
        parts.onSignedOut();
        throw new CallFailure(state.code as CallFailure["code"], state.message, false, 401);
      }
      if (state.state !== "live") throw offline();
      try {
        return await turn(() => abortable(gateway.call(method, params, key), signal));
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (signal?.aborted || !(failure.code === "offline" || failure.code === "too_large")) throw failure;
        if (failure.code === "too_large") return overHttp();
        stopWaiting.brokeNow();
      }
    }
  };
}

/** Waits for the connection to be there, or to be given up. */
class Waiting {
  readonly #parts: CallsParts;
  readonly #signal: AbortSignal | undefined;
  #until: number | undefined;

  constructor(parts: CallsParts, signal: AbortSignal | undefined) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /** The answer was lost: from now on a new connection is waited for. */
  brokeNow(): void {
    this.#until ??= this.#parts.now() + PATIENCE_MS;
  }

  /** A first attempt waits for what is under way already; later ones for the next connection, within their patience. */
  settled(first: boolean): Promise<void> {
    const { gateway, later, now } = this.#parts;
    const done = () => {
      const { state } = gateway.state;
      if (state === "offline") return first;
      // A page that is just being signed in has not begun yet.
      return state !== "connecting" && state !== "stopped";
    };
    if (this.#signal?.aborted) return Promise.reject(asFailure(this.#signal.reason));
    if (done()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        unwatch();
        cancel?.();
        this.#signal?.removeEventListener("abort", aborted);
        settle();
      };
      const aborted = () => end(() => reject(asFailure(this.#signal?.reason)));
      const unwatch = gateway.watch({ onState: () => done() && end(resolve) });
      const cancel = this.#until === undefined ? undefined : later(Math.max(0, this.#until - now()), () => end(() => reject(offline())));
      this.#signal?.addEventListener("abort", aborted);
    });
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const aborted = () => reject(asFailure(signal.reason));
    if (signal.aborted) aborted();
    signal.addEventListener("abort", aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}

/** Runs so much at once; the rest in the order it came in. */
function queue(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: Array<() => void> = [];
  return async (work) => {
    // A place that becomes free is handed over, so that nobody slips in before those who wait.
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

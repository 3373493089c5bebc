// The way to the server for everything above: calls, the event stream, signing in. Free of React.

import { createCall } from "./rpc";
import type { Call } from "./rpc";

export { AfterSleep } from "./after-sleep";
export { asFailure, CallFailure, type FailureCode } from "./failure";
export type { Call, CallOptions, Method, Params, Reply } from "./rpc";
export { codeOf, exchangeCode } from "./session";
export { backOff, type Connection, type Ephemeral, EventStream, type Following, type StreamParts } from "./stream";
export * from "./protocol";

export function newKey(): string {
  // `randomUUID` exists on secure pages only; a phone may reach us over plain http in a private network.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}

export function createBrowserCall(onSignedOut: () => void, through: typeof fetch = (...args) => fetch(...args)): Call {
  return createCall({ fetch: through, base: "", newKey, onSignedOut });
}

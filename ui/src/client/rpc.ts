// Calls to the server, typed by the generated method table. Changing calls carry an idempotency key, so a call
// that is repeated because its answer was lost happens once.

import { asFailure, CallFailure, isApiError, offline } from "./failure";
import type { Methods } from "./protocol";
import { words } from "./words";

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M][0];
export type Reply<M extends Method> = Methods[M][1];

export interface CallOptions {
  signal?: AbortSignal;
  /** Repeat an earlier attempt under its own key. */
  idempotencyKey?: string;
}

export type Call = <M extends Method>(method: M, params: Params<M>, options?: CallOptions) => Promise<Reply<M>>;

const READS = new Set<string>([
  "session.list", "session.events", "approval.list", "approval.get", "requests.list", "requests.get", "jobs.list",
  "jobs.get", "jobs.logs", "jobs.diff", "jobs.artifacts", "jobs.steering", "jobs.taken", "workers.list", "completions.list", "completions.get",
  "merge.queue", "merge.entry", "merge.stats", "merge.history", "merge.of_job", "merge.dry_run_state", "workspace.list", "workspace.facts", "config.show", "config.models", "config.keys",
  "terminals.list", "terminals.attach", "terminals.detach", "terminals.snapshot", "terminals.export",
  "checks.dryRunState", "config.providers", "config.probe", "system.status", "doctor.run",
  "device.list", "pairing.list", "listen.show", "node.list", "presence.list", "notifications.list",
  "publish.defaults", "publish.show", "publish.checks", "publish.hosts", "config.publishing",
] satisfies Method[]);

/** Whether a method changes something, and is made once under its key. */
export function changes(method: Method): boolean {
  return !READS.has(method);
}

export interface RpcParts {
  fetch: typeof fetch;
  /** Address before `/v1`, without a slash at its end. */
  base: string;
  newKey: () => string;
  /** Called on 401: this browser has no valid cookie. */
  onSignedOut: () => void;
}

export function createCall(parts: RpcParts): Call {
  return async (method, params, options = {}) => {
    const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json" };
    if (changes(method)) headers["idempotency-key"] = options.idempotencyKey ?? parts.newKey();
    let response: Response;
    try {
      response = await parts.fetch(`${parts.base}/v1/rpc/${method}`, {
        method: "POST",
        headers,
        body: JSON.stringify(params),
        credentials: "same-origin",
        ...(options.signal ? { signal: options.signal } : {}),
      });
    } catch (thrown) {
      if (options.signal?.aborted) throw asFailure(thrown);
      throw offline();
    }
    const body = await readBody(response);
    if (response.ok) {
      if (body === undefined) {
        throw new CallFailure("bad_answer", words.unreadable(method), true, response.status);
      }
      return body as Reply<typeof method>;
    }
    if (response.status === 401) parts.onSignedOut();
    if (isApiError(body)) {
      throw new CallFailure(body.code, body.message, body.retryable, response.status, body.details);
    }
    // A proxy in between, or a server that is just going down.
    if (response.status >= 502 && response.status <= 504) throw offline();
    throw new CallFailure("bad_answer", words.status(method, response.status), false, response.status);
  };
}

async function readBody(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

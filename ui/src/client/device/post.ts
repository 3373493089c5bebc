// Calls of the routes that need no token: pairing, and signing in by key.

import { CallFailure, isApiError, offline } from "../failure";
import { words } from "../words";

export interface PostParts {
  fetch: typeof fetch;
  /** Address before the path, without a slash at its end. */
  base: string;
}

/** The answer's body, or a failure with the server's own code. */
export async function post<T>(parts: PostParts, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await parts.fetch(`${parts.base}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      credentials: "same-origin",
      cache: "no-store",
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  } catch {
    throw offline();
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  if (isApiError(answer)) throw new CallFailure(answer.code, answer.message, answer.retryable, response.status, answer.details);
  if (response.status >= 502 && response.status <= 504) throw offline();
  throw new CallFailure("bad_answer", words.status(path, response.status), false, response.status);
}

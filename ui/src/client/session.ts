// Signing this browser in: the one-time code of an opened link becomes a cookie the page itself cannot read.

import { asFailure, CallFailure, isApiError, offline } from "./failure";
import { words } from "./words";

/** The code in `#code=…`, if the address has one. */
export function codeOf(hash: string): string | undefined {
  const code = new URLSearchParams(hash.replace(/^#/, "")).get("code");
  return code ? code : undefined;
}

export async function exchangeCode(parts: { fetch: typeof fetch; base: string }, code: string): Promise<CallFailure | undefined> {
  try {
    const response = await parts.fetch(`${parts.base}/auth/exchange`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      credentials: "same-origin",
      body: JSON.stringify({ code }),
    });
    if (response.ok) return undefined;
    const body: unknown = await response.json().catch(() => undefined);
    if (isApiError(body)) return new CallFailure(body.code, body.message, body.retryable, response.status);
    return new CallFailure("bad_answer", words.signIn(response.status), false, response.status);
  } catch (thrown) {
    return thrown instanceof TypeError ? offline() : asFailure(thrown);
  }
}

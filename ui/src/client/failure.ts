// A call that failed, with the server's own code, or `offline` when nobody answered.

import type { ApiError, ErrorCode, JsonValue } from "./protocol";
import { words } from "./words";

export type FailureCode = ErrorCode | "offline" | "bad_answer";

export class CallFailure extends Error {
  override readonly name = "CallFailure";
  constructor(
    readonly code: FailureCode,
    message: string,
    /** Whether the same call may succeed later. */
    readonly retryable: boolean,
    readonly status = 0,
    readonly details?: JsonValue,
  ) {
    super(message);
  }
}

export function offline(): CallFailure {
  return new CallFailure("offline", words.offline, true);
}

export function isApiError(body: unknown): body is ApiError {
  return typeof body === "object" && body !== null && "code" in body && "message" in body;
}

/** Any thrown thing as a failure, so that every place can show cause and next step. */
export function asFailure(thrown: unknown): CallFailure {
  if (thrown instanceof CallFailure) return thrown;
  return new CallFailure("internal", thrown instanceof Error ? thrown.message : String(thrown), false);
}

// An error of the gateway in the form every call fails with.

import { CallFailure } from "../failure";
import type { ApiError } from "../protocol";
import { words } from "../words";

export function asCallFailure(error: ApiError | undefined): CallFailure {
  if (!error) return new CallFailure("bad_answer", words.unreadable("/v1/ws"), false, 0);
  return new CallFailure(error.code, error.message, error.retryable, 0, error.details);
}

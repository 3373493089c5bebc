// A value that comes from the server: there or not, being fetched or not, and what went wrong last.

import type { CallFailure } from "../client";

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly loading: boolean;
  /** The last attempt failed; `value` may still be there from before. */
  readonly failure: CallFailure | undefined;
  /** When `value` was read, in milliseconds. */
  readonly at: number | undefined;
}

export const NOTHING: Loaded<never> = { value: undefined, loading: false, failure: undefined, at: undefined };

export function begun<T>(before: Loaded<T>): Loaded<T> {
  return before.loading ? before : { ...before, loading: true };
}

export function arrived<T>(value: T, at: number): Loaded<T> {
  return { value, loading: false, failure: undefined, at };
}

export function broken<T>(before: Loaded<T>, failure: CallFailure): Loaded<T> {
  return { ...before, loading: false, failure };
}

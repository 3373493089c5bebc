// What a worker is called: by its machine where it is on another one, else by its id.

import type { JsonValue } from "../client";

function under(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

/** Name of the machine a worker is on; none when that is the server's own. */
export function machineOf(worker: { readonly details: JsonValue }): string | null {
  const name = under(under(worker.details, "node"), "name");
  return typeof name === "string" && name !== "" ? name : null;
}

export function workerName(worker: { readonly workerId: string; readonly details: JsonValue }): string {
  return machineOf(worker) ?? worker.workerId;
}

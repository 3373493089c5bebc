// What was and was not verified, wherever the record keeps it.

import type { Job, JsonValue, Plan, VerifiedLine } from "../client";

/** Lines kept in a finished job's result, if it holds any. */
export function linesInResult(result: JsonValue | null | undefined): VerifiedLine[] {
  const lines = field(result, "verification") ?? field(result, "lines");
  if (!Array.isArray(lines)) return [];
  return lines.flatMap((line) => {
    const what = field(line, "what");
    const outcome = field(line, "result");
    if (typeof what !== "string" || (outcome !== "passed" && outcome !== "failed" && outcome !== "not_checked")) return [];
    const detail = field(line, "detail");
    return [{ what, result: outcome, ...(typeof detail === "string" ? { detail } : {}) }];
  });
}

export function summaryInResult(result: JsonValue | null | undefined): string {
  const summary = field(result, "summary");
  return typeof summary === "string" ? summary : typeof result === "string" ? result : "";
}

/** The plan a job was made from; its parameters are JSON text and may be anything. */
export function planOf(job: Pick<Job, "params">): Partial<Plan> | null {
  let read: JsonValue;
  try {
    read = JSON.parse(job.params) as JsonValue;
  } catch {
    return null;
  }
  const inner = field(read, "plan");
  const plan = (typeof inner === "object" && inner !== null ? inner : read) as Partial<Plan> | null;
  if (typeof plan !== "object" || plan === null || Array.isArray(plan)) return null;
  return typeof plan.instruction === "string" || typeof plan.planning === "object" ? plan : null;
}

/** Whether the job mends what an earlier one handed over, and what was wrong with it. */
export function fixUpOf(job: Pick<Job, "params">): { round: number; context: string } {
  try {
    const read = JSON.parse(job.params) as JsonValue;
    const [round, context] = [field(read, "fixUp"), field(read, "fixUpContext")];
    return { round: typeof round === "number" ? round : 0, context: typeof context === "string" ? context : "" };
  } catch {
    return { round: 0, context: "" };
  }
}

function field(value: JsonValue | null | undefined, name: string): JsonValue | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

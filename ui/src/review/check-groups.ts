// The checks of an entry by their groups, in the order in which they run. Free of React.

import type { CheckVerdict } from "../client";

export type GroupState = "passed" | "failed" | "running" | "skipped" | "waiting";

export interface CheckGroup {
  /** Empty: checks that have none. */
  readonly name: string;
  readonly state: GroupState;
  /** Seconds each of them may take; none where they differ, or are not known. */
  readonly limitS: number | undefined;
  readonly checks: readonly CheckVerdict[];
}

export function groupedChecks(checks: readonly CheckVerdict[]): CheckGroup[] {
  const groups = new Map<string, CheckVerdict[]>();
  for (const check of checks) groups.set(check.group ?? "", [...(groups.get(check.group ?? "") ?? []), check]);
  return [...groups].map(([name, of]) => ({ name, state: stateOf(of), limitS: sameLimit(of), checks: of }));
}

/** What was left out proves nothing: a group has passed with what of it ran. */
function stateOf(checks: readonly CheckVerdict[]): GroupState {
  const has = (state: string) => checks.some((check) => check.state === state);
  if (has("failed")) return "failed";
  if (has("running")) return "running";
  if (checks.every((check) => check.state === "skipped")) return "skipped";
  return checks.every((check) => check.state === "passed" || check.state === "skipped") ? "passed" : "waiting";
}

function sameLimit(checks: readonly CheckVerdict[]): number | undefined {
  const [first, ...others] = checks.map((check) => check.timeoutS);
  return others.every((limit) => limit === first) ? first : undefined;
}

/** `10 min`, `90 s`: a limit as people write one. */
export function limitText(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

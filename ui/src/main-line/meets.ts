// What one piece of live work meets, out of the forecast of its workspace.

import type { Forecast, Meets } from "../client";

const ORDER = ["conflict", "files", "scope"];

/** The other side of every overlap of a job, the surest first. */
export function meetsOf(forecast: Forecast | undefined, jobId: string): Meets[] {
  const found: Meets[] = [];
  for (const { one, other, kind, paths, more } of forecast?.overlaps ?? []) {
    const other_ = one.jobId === jobId ? other : other.jobId === jobId ? one : undefined;
    if (other_ && other_.jobId !== jobId) found.push({ with: other_, kind, paths, more });
  }
  return found.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

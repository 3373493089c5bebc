// How a worker stands, and whether a job that only it may have will begin.

import type { Worker, WorkerEnd } from "../client";

export type Standing = "unheard" | "offline" | "starting" | "asleep" | "drained" | "finishing" | "trouble" | "busy" | "idle";

/** Ends in a row after which a worker is more than unlucky. */
const TROUBLE = 3;

export function standingOf(worker: Worker): Standing {
  if (worker.isOnline) {
    if (worker.drain) return worker.currentJobId ? "finishing" : "drained";
    if (worker.status === "error") return "trouble";
    return worker.currentJobId ? "busy" : "idle";
  }
  if (worker.drain) return "drained";
  const last = worker.ends?.[0];
  if (last?.againInMs !== undefined) return last.inRow >= TROUBLE ? "trouble" : "starting";
  if (last?.kind === "idle") return "asleep";
  return worker.supervised && neverReported(worker) ? "unheard" : "offline";
}

/** It ended before it said anything of itself. */
export function neverReported(worker: Worker): boolean {
  const said = worker.capabilities;
  return typeof said !== "object" || said === null || Object.keys(said).length === 0;
}

/** Why a job for one worker does not begin; nothing when it will. */
export type HeldUp = "gone" | "drained" | "offline";

export function heldUpBy(target: string, workers: readonly Worker[]): HeldUp | null {
  const worker = workers.find((each) => each.workerId === target);
  if (!worker) return "gone";
  if (worker.drain) return "drained";
  // One of the server's own is started for it.
  return worker.isOnline || worker.supervised ? null : "offline";
}

/** Ends that nobody wanted. */
export function deaths(ends: readonly WorkerEnd[] | undefined): number {
  return (ends ?? []).filter((end) => end.kind === "died").length;
}

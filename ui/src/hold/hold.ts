// What is held and what waits for it. Pure.

import type { Hold, SystemStatus } from "../client";
import { words } from "./words";

const NONE: readonly Hold[] = [];

/** What holds everything; servers of older builds hold nothing. */
export function holdsOf(status: { holds?: readonly Hold[] } | undefined): readonly Hold[] {
  return status?.holds ?? NONE;
}

/** Requests and jobs that would begin, and entries that would be checked or land, if nothing held them. */
export function waitingIn(queues: Pick<SystemStatus["queues"], "requests" | "jobs" | "merge">): number {
  const { requests, jobs, merge } = queues;
  return (requests["pending"] ?? 0) + (jobs["pending"] ?? 0) + (merge["approved"] ?? 0) + (merge["landing"] ?? 0);
}

/** The sentence that is shown while a hold lasts. */
export function saidOf(hold: Hold, waiting: number): string {
  if (hold.reason === "drain") return words.drainSaid(sentence(hold.note ?? words.drains), words.waiting(waiting));
  const said = words.said(words.waiting(waiting));
  return hold.note ? `${said} ${sentence(hold.note)}` : said;
}

/** Who asked for it, in words. */
export function whoOf(hold: Hold): string {
  return words.by(hold.by === "owner" ? words.owner : hold.by === "server" ? words.server : hold.by);
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

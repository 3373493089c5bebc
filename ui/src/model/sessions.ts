// Conversations in the order people look for them.

import type { Session } from "../client";

/** By what was last heard in them; one in which nothing was said counts from when it was made. */
export function newestFirst(sessions: readonly Session[]): Session[] {
  return sessions.toSorted((a, b) => (b.lastEventAt ?? b.createdAt).localeCompare(a.lastEventAt ?? a.createdAt));
}

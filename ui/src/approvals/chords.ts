// Which of the visible approvals the chord keys answer: the one with the focus, else the oldest that can be seen
// whole. One that has just come up cannot be answered by key at once, so that no key meant for another hits it.

import { useEffect, useSyncExternalStore } from "react";

/** How long an approval must have been the one in question. */
export const ARMING_MS = 700;

interface Shown {
  id: string;
  createdAt: string;
  focused: boolean;
}

let shown: readonly Shown[] = [];
let active: { id: string; since: number } | undefined;
const readers = new Set<() => void>();

function settle(next: readonly Shown[], now: number): void {
  shown = next;
  const chosen = shown.find((one) => one.focused) ?? [...shown].sort((a, b) => a.createdAt.localeCompare(b.createdAt))[0];
  if (chosen?.id !== active?.id) active = chosen ? { id: chosen.id, since: now } : undefined;
  for (const reader of readers) reader();
}

export function showApproval(one: Shown, now: number): void {
  settle([...shown.filter((other) => other.id !== one.id), one], now);
}

export function hideApproval(id: string, now: number): void {
  settle(
    shown.filter((one) => one.id !== id),
    now,
  );
}

/** Whether a chord may answer this one now. */
export function armed(id: string, now: number): boolean {
  return active?.id === id && now - active.since >= ARMING_MS;
}

/** Tells that this approval can be seen whole, and returns whether the chord keys are its own. */
export function useChordPlace(id: string, createdAt: string, visible: boolean, focused: boolean): boolean {
  useEffect(() => {
    if (!visible) return;
    showApproval({ id, createdAt, focused }, Date.now());
    return () => hideApproval(id, Date.now());
  }, [id, createdAt, visible, focused]);
  return useSyncExternalStore(
    (reader) => {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    () => active?.id === id,
  );
}

// The taps of a crew: one list for the page, sent whenever there is a line.

import { useCrew, useStore } from "../app";
import { newKey } from "../client";
import type { Crew } from "../model";
import { putApproval } from "../model/boards";
import { type Tap, Taps } from "./taps";

const SHELF = "pilothouse.taps";
const made = new WeakMap<Crew, Taps>();

export function tapsOf(crew: Crew): Taps {
  const known = made.get(crew);
  if (known) return known;
  const taps = new Taps({
    call: crew.call,
    shelf: { read: () => localStorage.getItem(SHELF), write: (text) => localStorage.setItem(SHELF, text) },
    newKey,
    now: () => Date.now(),
    settled: (approval) => {
      if (approval) crew.state.update((state) => putApproval(state, approval));
      // Whatever it is now is what should be shown.
      void crew.refresh("approvals", "merge");
    },
  });
  made.set(crew, taps);
  let before = crew.state.get().connection.state;
  crew.state.subscribe(() => {
    const now = crew.state.get().connection.state;
    if (now === before) return;
    before = now;
    if (now === "live") void taps.flush();
  });
  if (before === "live") void taps.flush();
  return taps;
}

export function useTaps(): { taps: Taps; list: readonly Tap[] } {
  const taps = tapsOf(useCrew());
  return { taps, list: useStore(taps.list) };
}

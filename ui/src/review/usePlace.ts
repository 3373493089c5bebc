// Brings one place of the change before the reader: its file is unfolded, its line scrolled to and marked, and the keys
// go on from there.

import { type RefObject, useEffect, useState } from "react";
import type { DiffHandle } from "./DiffText";
import type { Review } from "./files";
import { type Place, placeIn, rowOf } from "./place";
import type { RowList } from "./rows";

export function usePlace(
  diff: RefObject<DiffHandle | null>,
  { review, list, closed, ready, asked, onUnfold }: {
    review: Review | undefined;
    list: RowList | undefined;
    closed: ReadonlySet<number>;
    /** The layout is known: going there before would end somewhere else. */
    ready: boolean;
    /** The place the page's address names. */
    asked: string | undefined;
    onUnfold: (index: number) => void;
  },
): { readonly place: Place | undefined; readonly go: (text: string) => void } {
  const [goal, setGoal] = useState(asked);
  const [place, setPlace] = useState<Place>();
  const folded = review && goal !== undefined ? closed.has(placeIn(review, goal)?.file.index ?? -1) : false;
  useEffect(() => {
    if (goal === undefined || !review || !list || !ready) return;
    const found = placeIn(review, goal);
    if (found && folded) {
      onUnfold(found.file.index);
      return;
    }
    const frame = requestAnimationFrame(() => {
      setGoal(undefined);
      if (!found) return;
      setPlace(found);
      diff.current?.showRow(rowOf(list, found));
      diff.current?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [diff, goal, review, list, ready, folded, onUnfold]);
  return { place, go: setGoal };
}

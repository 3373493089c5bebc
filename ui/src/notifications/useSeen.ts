// Looks at the app's list of notifications while the page is looked at, and no longer.

import { useCallback, useEffect, useState } from "react";
import type { Seen } from "./seen";

/** Between two looks. */
const PAUSE_MS = 4_000;

export interface Looking {
  readonly seen: Seen | undefined;
  /** Why the last look did not come through. */
  readonly refused: string | undefined;
  readonly again: () => void;
}

export function useSeen(look: () => Promise<Seen>): Looking {
  const [seen, setSeen] = useState<Seen>();
  const [refused, setRefused] = useState<string>();
  const again = useCallback(() => {
    look().then(
      (now) => {
        // The same list stays the same object, so that nothing is drawn again for it.
        setSeen((before) => (before && JSON.stringify(before) === JSON.stringify(now) ? before : now));
        setRefused(undefined);
      },
      (thrown: unknown) => setRefused(thrown instanceof Error ? thrown.message : String(thrown)),
    );
  }, [look]);
  useEffect(() => {
    again();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") again();
    }, PAUSE_MS);
    return () => clearInterval(timer);
  }, [again]);
  return { seen, refused, again };
}

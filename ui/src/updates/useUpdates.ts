// Looks at the updater while the page is looked at, and no longer.

import { useCallback, useEffect, useState } from "react";
import { type Failure, failureOf, lookAgainIn, type UpdateAct, type Updates, type UpdateSeen } from "./seen";

export interface Looking {
  readonly seen: UpdateSeen | undefined;
  /** Why the last look or wish did not come through. */
  readonly refused: Failure | undefined;
  readonly busy: boolean;
  readonly act: (act: UpdateAct) => void;
  readonly again: () => void;
}

export function useUpdates(updates: Updates): Looking {
  const [seen, setSeen] = useState<UpdateSeen>();
  const [refused, setRefused] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const look = useCallback(
    () =>
      updates.seen().then(setSeen, (thrown: unknown) => {
        setRefused(failureOf(thrown));
      }),
    [updates],
  );
  useEffect(() => {
    void look();
  }, [look]);
  const pause = lookAgainIn(seen?.state);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void look();
    }, pause);
    return () => clearInterval(timer);
  }, [look, pause]);
  const act = useCallback(
    (wish: UpdateAct) => {
      setBusy(true);
      setRefused(undefined);
      updates
        .act(wish)
        .then(setSeen, (thrown: unknown) => setRefused(failureOf(thrown)))
        .finally(() => setBusy(false));
    },
    [updates],
  );
  const again = useCallback(() => {
    setRefused(undefined);
    void look();
  }, [look]);
  return { seen, refused, busy, act, again };
}

// The link that is shown at the moment: made when asked for, taken back when put away unanswered.

import { useState } from "react";
import { useAction, useClient } from "../app";
import type { CallFailure, Pairing, StartPairing } from "../client";

export interface Invitation {
  shown: Pairing | undefined;
  busy: boolean;
  failure: CallFailure | undefined;
  /** A new link; the one shown so far leads nowhere from then on. */
  start: (what?: StartPairing) => void;
  /** Puts it away. `answered` when there is nothing left to take back. */
  drop: (answered: boolean) => void;
}

export function useInvitation(): Invitation {
  const call = useClient();
  const action = useAction();
  const [shown, setShown] = useState<Pairing>();
  const takeBack = (one: Pairing) => {
    // It dies by itself when its time is over.
    call("pairing.deny", { id: one.id }).catch(() => undefined);
  };
  return {
    shown,
    busy: action.busy,
    failure: action.failure,
    start: (what = {}) =>
      void action.run(async () => {
        const next = await call("pairing.start", what);
        if (shown) takeBack(shown);
        setShown(next);
      }),
    drop: (answered) => {
      if (shown && !answered) takeBack(shown);
      setShown(undefined);
      action.clear();
    },
  };
}

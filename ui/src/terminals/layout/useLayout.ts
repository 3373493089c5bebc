// Which terminals this page shows, and which of them is used; kept for as long as the page's tab is.

import { useState } from "react";
import { idsOf, keep, type Layout, put, readLayout, split, type Way } from "./layout";

const SHELF = "pilothouse.terminals.layout";

function kept(): Layout | undefined {
  try {
    return readLayout(sessionStorage.getItem(SHELF));
  } catch {
    return undefined;
  }
}

export interface Shown {
  layout: Layout | undefined;
  active: string | undefined;
  setActive: (id: string) => void;
  setLayout: (layout: Layout) => void;
  /** Shows it: where it is, or in place of the one that is used. */
  choose: (id: string) => void;
  beside: (at: string, way: Way, fresh: string) => void;
  alone: (id: string) => void;
  hide: (id: string) => void;
}

/** `known` are those there are; `first` is shown when nothing else is. On a narrow page one stands alone. */
export function useLayout(known: readonly string[], first: string | undefined, narrow: boolean): Shown {
  const [wanted, setWanted] = useState(kept);
  const [used, setUsed] = useState<string>();
  // One that was just opened may not be in the list yet: it is waited for in its place, and others are left out.
  const there = wanted && keep(wanted, (id) => known.includes(id));
  const whole = there ?? (first === undefined ? undefined : { id: first });
  const ids = whole ? idsOf(whole) : [];
  const active = used !== undefined && ids.includes(used) ? used : ids[0];
  const layout = narrow && active !== undefined ? { id: active } : whole;
  const setLayout = (next: Layout) => {
    setWanted(next);
    try {
      sessionStorage.setItem(SHELF, JSON.stringify(next));
    } catch {
      // Holds until the page is left.
    }
  };
  return {
    layout,
    active,
    setActive: setUsed,
    setLayout: (next) => {
      if (!narrow) setLayout(next);
    },
    choose: (id) => {
      if (!ids.includes(id)) setLayout(whole && active !== undefined ? put(whole, active, id) : { id });
      setUsed(id);
    },
    beside: (at, way, fresh) => {
      if (whole) setLayout(split(whole, at, way, fresh));
      setUsed(fresh);
    },
    alone: (id) => {
      setLayout({ id });
      setUsed(id);
    },
    hide: (id) => {
      const rest = whole && keep(whole, (one) => one !== id);
      if (rest) setLayout(rest);
    },
  };
}

// The one device this page is, shared by everything that has to sign in.

import { useSyncExternalStore } from "react";
import { browserDevice, type Standing } from "../client/device";
import { Store } from "../model";

export const standing = new Store<Standing>({ state: "unknown" });

export const device = browserDevice({ onStanding: (next) => standing.set(next) });

export function useStanding(): Standing {
  return useSyncExternalStore(standing.subscribe, standing.get);
}

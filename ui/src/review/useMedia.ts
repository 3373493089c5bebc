// Whether a media query holds, kept up to date.

import { useCallback, useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (reader: () => void) => {
      const list = matchMedia(query);
      list.addEventListener("change", reader);
      return () => list.removeEventListener("change", reader);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

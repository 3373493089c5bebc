// Whether the window is as narrow as a phone, where pages replace what stands side by side elsewhere.

import { useSyncExternalStore } from "react";

const QUERY = "(max-width: 600px)";

function subscribe(reader: () => void): () => void {
  const media = matchMedia(QUERY);
  media.addEventListener("change", reader);
  return () => media.removeEventListener("change", reader);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(QUERY).matches);
}

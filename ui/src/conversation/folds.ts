// Which rows are folded. Kept outside of the rows, because rows out of sight do not exist.

import { useSyncExternalStore } from "react";

const folded = new Map<string, boolean>();
const readers = new Set<() => void>();

export function useFold(key: string, initially = false): [folded: boolean, toggle: () => void] {
  const now = useSyncExternalStore(
    (reader) => {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    () => folded.get(key) ?? initially,
  );
  return [
    now,
    () => {
      folded.set(key, !now);
      for (const reader of readers) reader();
    },
  ];
}

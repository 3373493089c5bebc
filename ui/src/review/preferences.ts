// Small choices that stay with this browser, and which files of a commit were viewed.

import { useCallback, useState } from "react";

function read(key: string): string | null {
  try {
    return localStorage.getItem(`pilothouse.${key}`);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(`pilothouse.${key}`, value);
  } catch {
    // Holds until the page is closed.
  }
}

export function usePreference<T extends string>(key: string, otherwise: T): [T, (next: T) => void] {
  const [value, setValue] = useState<T>(() => (read(key) as T | null) ?? otherwise);
  return [
    value,
    (next) => {
      setValue(next);
      keep(key, next);
    },
  ];
}

const VIEWED = "review.viewed";
/** Commits whose viewed files are remembered; the oldest go first. */
const REMEMBERED = 40;

function readViewed(): Record<string, string[]> {
  try {
    const stored: unknown = JSON.parse(read(VIEWED) ?? "{}");
    return typeof stored === "object" && stored !== null && !Array.isArray(stored) ? (stored as Record<string, string[]>) : {};
  } catch {
    return {};
  }
}

/** Paths viewed in this commit; a revision is another commit and starts anew. */
export function useViewed(commit: string): [ReadonlySet<string>, (path: string) => boolean] {
  const [held, setHeld] = useState<{ commit: string; paths: ReadonlySet<string> }>(() => ({ commit, paths: new Set(readViewed()[commit] ?? []) }));
  const paths = held.commit === commit ? held.paths : new Set(readViewed()[commit] ?? []);
  const toggle = useCallback(
    (path: string) => {
      const all = readViewed();
      const next = new Set(all[commit] ?? []);
      const now = !next.delete(path);
      if (now) next.add(path);
      const { [commit]: _replaced, ...others } = all;
      const kept = Object.fromEntries([...Object.entries(others), [commit, [...next]] as const].slice(-REMEMBERED));
      keep(VIEWED, JSON.stringify(kept));
      setHeld({ commit, paths: next });
      return now;
    },
    [commit],
  );
  return [paths, toggle];
}

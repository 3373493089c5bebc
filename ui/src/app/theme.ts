// Light, dark, high contrast, or whatever the system says; and the colours of a diff. `public/theme.js` does the
// same before the first paint.

import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark" | "contrast";
export type DiffColours = "usual" | "safe";

const THEME = "pilothouse.theme";
const DIFF = "pilothouse.diff";
const readers = new Set<() => void>();

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Holds until the page is closed.
  }
}

let theme: ThemeChoice = (["light", "dark", "contrast"] as const).find((one) => one === stored(THEME)) ?? "system";
let diff: DiffColours = stored(DIFF) === "safe" ? "safe" : "usual";

export function resolveTheme(choice: ThemeChoice, dark: boolean, more: boolean): string {
  if (choice === "system") return more ? (dark ? "contrast" : "contrast-light") : dark ? "dark" : "light";
  if (choice === "contrast") return dark ? "contrast" : "contrast-light";
  return choice;
}

function apply(): void {
  const root = document.documentElement;
  root.dataset["theme"] = resolveTheme(
    theme,
    matchMedia("(prefers-color-scheme: dark)").matches,
    matchMedia("(prefers-contrast: more)").matches,
  );
  if (diff === "safe") root.dataset["diff"] = "safe";
  else delete root.dataset["diff"];
}

function changed(): void {
  apply();
  for (const reader of readers) reader();
}

export function chooseTheme(next: ThemeChoice): void {
  theme = next;
  keep(THEME, next);
  changed();
}

export function chooseDiffColours(next: DiffColours): void {
  diff = next;
  keep(DIFF, next);
  changed();
}

/** Follows the system for as long as the page lives. */
export function followSystemTheme(): void {
  apply();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  matchMedia("(prefers-contrast: more)").addEventListener("change", changed);
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

export function useTheme(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => theme);
}

export function useDiffColours(): DiffColours {
  return useSyncExternalStore(subscribe, () => diff);
}

// Keyboard shortcuts: one table of what there is, changed by the person where wanted, and one listener for all.

import { useEffect, useRef, useSyncExternalStore } from "react";
import { words } from "./words";

export interface Shortcut {
  id: string;
  label: string;
  /** Modifiers first: `mod+shift+l`. A chord of two strokes has a space: `g q`. */
  keys: string;
  /** Also while a text field has the focus. */
  inFields: boolean;
}

const BUILT_IN = [
  { id: "palette", label: words.palette, keys: "mod+k", inFields: true },
  { id: "session.new", label: words.newSession, keys: "alt+shift+n", inFields: true },
  { id: "search", label: words.search, keys: "mod+f", inFields: true },
  { id: "settings", label: words.settings, keys: "mod+,", inFields: true },
  { id: "pane", label: words.pane, keys: "mod+\\", inFields: true },
  { id: "review", label: words.review, keys: "mod+d", inFields: true },
  { id: "approve", label: words.approve, keys: "alt+y", inFields: true },
  { id: "deny", label: words.deny, keys: "alt+n", inFields: true },
  { id: "land", label: words.land, keys: "mod+shift+l", inFields: true },
  { id: "publish", label: words.publish, keys: "alt+shift+p", inFields: true },
  { id: "latest", label: words.latest, keys: "mod+end", inFields: true },
  { id: "session.next", label: words.nextSession, keys: "alt+down", inFields: true },
  { id: "session.previous", label: words.previousSession, keys: "alt+up", inFields: true },
  { id: "composer", label: words.composer, keys: "c", inFields: false },
  { id: "go.chat", label: words.chat, keys: "g c", inFields: false },
  { id: "go.queue", label: words.queue, keys: "g q", inFields: false },
  { id: "go.approvals", label: words.approvals, keys: "g a", inFields: false },
  { id: "queue.earlier", label: words.queueEarlier, keys: "alt+shift+left", inFields: false },
  { id: "queue.later", label: words.queueLater, keys: "alt+shift+right", inFields: false },
  { id: "queue.next", label: words.queueNext, keys: "alt+shift+home", inFields: false },
  { id: "queue.try", label: words.queueTry, keys: "t", inFields: false },
  { id: "queue.history", label: words.queueHistory, keys: "h", inFields: false },
  { id: "shortcuts", label: words.shortcuts, keys: "shift+?", inFields: false },
] as const satisfies readonly Shortcut[];

export type ShortcutId = (typeof BUILT_IN)[number]["id"];

const SHELF = "pilothouse.shortcuts";
let changed: Record<string, string> = readChanged();
let table: readonly Shortcut[] = merged();
const readers = new Set<() => void>();

function readChanged(): Record<string, string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(SHELF) ?? "{}");
    return typeof stored === "object" && stored !== null ? (stored as Record<string, string>) : {};
  } catch {
    return {};
  }
}

function merged(): readonly Shortcut[] {
  return BUILT_IN.map((one) => ({ ...one, keys: typeof changed[one.id] === "string" ? (changed[one.id] ?? one.keys) : one.keys }));
}

/** Other keys for a shortcut; `undefined` brings the built-in ones back. */
export function remap(id: ShortcutId, keys: string | undefined): void {
  changed = Object.fromEntries(Object.entries({ ...changed, [id]: keys }).filter(([, value]) => value !== undefined)) as Record<string, string>;
  try {
    localStorage.setItem(SHELF, JSON.stringify(changed));
  } catch {
    // Kept for this page only.
  }
  table = merged();
  for (const reader of readers) reader();
}

export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (reader) => {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    () => table,
  );
}

export function keysOf(id: ShortcutId): string {
  return table.find((one) => one.id === id)?.keys ?? "";
}

/** `mod+shift+l` for a key press, in the order the table uses. */
export function strokeOf(event: KeyboardEvent): string {
  const names: Record<string, string> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", Escape: "escape", Enter: "enter", " ": "space" };
  // Alt types other letters on some keyboards; the physical key is meant.
  const letter = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key;
  const key = names[letter] ?? letter.toLowerCase();
  return [event.ctrlKey || event.metaKey ? "mod" : "", event.altKey ? "alt" : "", event.shiftKey ? "shift" : "", key]
    .filter(Boolean)
    .join("+");
}

type Handler = () => boolean | undefined | void;
const handlers = new Map<string, Handler[]>();
let pending: { stroke: string; until: number } | undefined;

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

let grab: ((stroke: string) => void) | undefined;

/** The next stroke goes to `taker` instead of doing anything. `undefined` ends that. */
export function grabStroke(taker: ((stroke: string) => void) | undefined): void {
  grab = taker;
}

/** Decisions are never made by a key that is held down. */
const ONCE = new Set<string>(["approve", "deny", "land", "queue.try"] satisfies ShortcutId[]);

/** Something lies over the page, so what would be decided cannot be seen. */
function isCovered(): boolean {
  return document.querySelector("[role=dialog][data-state=open]") !== null;
}

/** Keys in a terminal belong to the program that runs in it. */
function hasOwnKeys(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("[data-keys=own]") !== null;
}

/** True when a handler took it. */
export function press(event: KeyboardEvent, now: number): boolean {
  if (hasOwnKeys(event.target)) return false;
  if (event.isComposing || ["Control", "Shift", "Alt", "Meta"].includes(event.key)) return false;
  const stroke = strokeOf(event);
  if (grab) {
    grab(stroke);
    return true;
  }
  const chord = pending && now < pending.until ? `${pending.stroke} ${stroke}` : undefined;
  pending = undefined;
  const inField = isField(event.target);
  for (const shortcut of table) {
    if (inField && !shortcut.inFields) continue;
    if (shortcut.keys === chord || shortcut.keys === stroke) {
      if (ONCE.has(shortcut.id) && (event.repeat || isCovered())) return event.repeat;
      // The newest that listens goes first; one that says false leaves it to the next.
      for (const handler of [...(handlers.get(shortcut.id) ?? [])].reverse()) {
        if (handler() !== false) return true;
      }
    } else if (!inField && shortcut.keys.startsWith(`${stroke} `)) {
      pending = { stroke, until: now + 900 };
    }
  }
  return false;
}

/** Listens for a shortcut while the component is there. Returning false passes it on. */
export function useShortcut(id: ShortcutId, handler: Handler, enabled = true): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    if (!enabled) return;
    const mine: Handler = () => latest.current();
    handlers.set(id, [...(handlers.get(id) ?? []), mine]);
    return () => {
      handlers.set(id, (handlers.get(id) ?? []).filter((one) => one !== mine));
    };
  }, [id, enabled]);
}

/** The one listener of the page. */
export function useShortcutListener(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (press(event, Date.now())) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }, []);
}

// A shortcut as printed on the keys of this machine.

import { words } from "./words";

const APPLE = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform ?? "");

const NAMES: Record<string, [apple: string, other: string]> = {
  mod: ["⌘", words.keyCtrl],
  // What is Control everywhere, also beside an Apple keyboard's ⌘.
  ctrl: ["⌃", words.keyCtrl],
  alt: ["⌥", words.keyAlt],
  shift: ["⇧", words.keyShift],
  enter: ["↵", words.keyEnter],
  escape: ["esc", words.keyEscape],
  end: ["↘", words.keyEnd],
  up: ["↑", "↑"],
  down: ["↓", "↓"],
  left: ["←", "←"],
  right: ["→", "→"],
  home: ["↖", words.keyHome],
};

/** `mod+k` as `⌘ K` or `Ctrl K`; a sequence such as `g q` keeps its space. */
export function keysText(chord: string): string {
  return chord
    .split(" ")
    .map((stroke) =>
      stroke
        .split("+")
        .map((key) => NAMES[key]?.[APPLE ? 0 : 1] ?? (key.length === 1 ? key.toUpperCase() : key))
        .join(" "),
    )
    .join(" ");
}

export function Kbd({ keys }: { keys: string }) {
  return <kbd className="k">{keysText(keys)}</kbd>;
}

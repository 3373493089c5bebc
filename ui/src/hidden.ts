// Characters that must not stay invisible: they would hide or reorder what stands beside them.

import type { JsonValue } from "./client";

// Controls other than tab and newline, bidirectional marks, and blanks without width.
const MARKS = "\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb";

/** In code joiners are hidden too; in words, letters and signs of some scripts need them. */
export const HIDDEN = new RegExp(`[${MARKS}\\u200c\\u200d]`);
const IN_WORDS = new RegExp(`[${MARKS}]`, "g");

export function charName(char: string): string {
  const code = char.charCodeAt(0);
  if (code === 0x1b) return "ESC";
  if (code === 0x0d) return "CR";
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Text of somebody else's, in which such characters are written by their names. */
export function revealed(text: string): string {
  return text.replace(IN_WORDS, (char) => `‹${charName(char)}›`);
}

/** The same of every text in a value, names of its parts too. */
export function revealedAll(value: JsonValue): JsonValue {
  if (typeof value === "string") return revealed(value);
  if (Array.isArray(value)) return value.map(revealedAll);
  if (typeof value === "object" && value !== null) {
    const all: Record<string, JsonValue> = {};
    for (const [key, one] of Object.entries(value)) {
      let name = revealed(key);
      // Two that read alike stay two.
      while (Object.hasOwn(all, name)) name += " ";
      all[name] = revealedAll(one ?? null);
    }
    return all;
  }
  return value;
}

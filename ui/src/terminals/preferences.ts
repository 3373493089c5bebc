// How terminals look in this browser.

export interface Look {
  /** Name of a font of this system; empty is the page's own. */
  font: string;
  /** Pixels. */
  fontSize: number;
  /** Lines kept above the screen. */
  scrollback: number;
  screenReader: boolean;
}

export const SCROLLBACKS = [1_000, 10_000, 50_000] as const;
export const SMALLEST = 9;
export const LARGEST = 28;
const LONGEST_FONT = 100;
const SHELF = "pilothouse.terminals";
const USUAL: Look = { font: "", fontSize: 13, scrollback: 10_000, screenReader: false };

/** What is kept may have been written by another version, or by hand. */
export function readLook(text: string | null): Look {
  let kept: Partial<Record<keyof Look, unknown>> = {};
  try {
    const stored: unknown = JSON.parse(text ?? "{}");
    if (typeof stored === "object" && stored !== null) kept = stored;
  } catch {
    // The usual look then.
  }
  const size = typeof kept.fontSize === "number" && Number.isFinite(kept.fontSize) ? kept.fontSize : USUAL.fontSize;
  const font = typeof kept.font === "string" ? kept.font.slice(0, LONGEST_FONT) : USUAL.font;
  return {
    font,
    fontSize: Math.min(LARGEST, Math.max(SMALLEST, Math.round(size))),
    scrollback: SCROLLBACKS.find((lines) => lines === kept.scrollback) ?? USUAL.scrollback,
    screenReader: kept.screenReader === true,
  };
}

/** As a style sheet has it: a name that somebody typed is one name, whatever stands in it. */
export function familyOf(font: string, otherwise: string): string {
  const name = font.replaceAll(/["\\\n]/g, "").trim();
  return name === "" ? otherwise : `"${name}", ${otherwise}`;
}

export function loadLook(): Look {
  try {
    return readLook(localStorage.getItem(SHELF));
  } catch {
    return USUAL;
  }
}

export function keepLook(look: Look): Look {
  const kept = readLook(JSON.stringify(look));
  try {
    localStorage.setItem(SHELF, JSON.stringify(kept));
  } catch {
    // Holds until the page is closed.
  }
  return kept;
}

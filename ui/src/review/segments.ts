// Cuts one line into pieces to draw: colour classes, word marks, and characters that must not stay invisible.

import { charName, HIDDEN } from "../hidden";
import type { Token, TokenClass } from "./syntax/scan";
import type { Range } from "./worddiff";

export interface Segment {
  readonly text: string;
  readonly as: TokenClass | null;
  readonly marked: boolean;
  /** Set for a character drawn by its name, because it would hide or reorder what stands beside it. */
  readonly hidden: string | null;
}

/** Longer lines are cut on screen; copying the patch gives them whole. */
export const MAX_SHOWN = 4_000;

export function segments(text: string, tokens: readonly Token[], marks: readonly Range[]): Segment[] {
  const shown = text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) : text;
  const cuts = new Set<number>([0, shown.length]);
  for (const t of tokens) {
    cuts.add(t.from);
    cuts.add(t.to);
  }
  for (const m of marks) {
    cuts.add(m.from);
    cuts.add(m.to);
  }
  const ordered = [...cuts].filter((c) => c >= 0 && c <= shown.length).sort((a, b) => a - b);
  const out: Segment[] = [];
  let t = 0;
  let m = 0;
  for (let i = 0; i + 1 < ordered.length; i++) {
    const from = ordered[i] ?? 0;
    const to = ordered[i + 1] ?? from;
    while (t < tokens.length && (tokens[t]?.to ?? 0) <= from) t++;
    while (m < marks.length && (marks[m]?.to ?? 0) <= from) m++;
    const token = tokens[t];
    const mark = marks[m];
    const as = token && token.from <= from && to <= token.to ? token.as : null;
    const marked = mark !== undefined && mark.from <= from && to <= mark.to;
    revealInto(out, shown.slice(from, to), as, marked);
  }
  return out;
}

function revealInto(out: Segment[], text: string, as: TokenClass | null, marked: boolean): void {
  let rest = text;
  for (;;) {
    const at = rest.search(HIDDEN);
    if (at < 0) break;
    if (at > 0) out.push({ text: rest.slice(0, at), as, marked, hidden: null });
    const char = rest.charAt(at);
    out.push({ text: char, as, marked, hidden: charName(char) });
    rest = rest.slice(at + 1);
  }
  if (rest !== "") out.push({ text: rest, as, marked, hidden: null });
}

/** Columns a line takes with tabs at every fourth column; hidden characters by the length of their names. */
export function columns(text: string): number {
  const end = Math.min(text.length, MAX_SHOWN);
  let width = 0;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 9) width += 4 - (width % 4);
    else if (code >= 0x1100 && isWide(code)) width += 2;
    else if (code < 32 || (code >= 0x200b && code <= 0x2069)) width += 8;
    else width += 1;
  }
  return width;
}

function isWide(code: number): boolean {
  return (
    code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60)
  );
}

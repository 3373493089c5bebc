// One output line cut into pieces: terminal colours and search matches together.

import { type Look, paintedRuns } from "./ansi";

export interface Piece extends Look {
  readonly text: string;
  /** Not in a match, in one, or in the one the reader stands at. */
  readonly mark: 0 | 1 | 2;
}

export const MAX_SHOWN = 4_000;

export interface Found {
  readonly from: number;
  readonly to: number;
  readonly here: boolean;
}

/** Match ranges count in the text without terminal codes. */
export function paintLine(message: string, found: readonly Found[]): { pieces: Piece[]; cut: number } {
  const pieces: Piece[] = [];
  let at = 0;
  let left = MAX_SHOWN;
  let cut = 0;
  for (const run of paintedRuns(message)) {
    const text = run.text.slice(0, Math.max(0, left));
    cut += run.text.length - text.length;
    left -= text.length;
    const { className, ink, paper } = run;
    const look: Look = { className, ...(ink ? { ink } : {}), ...(paper ? { paper } : {}) };
    let from = 0;
    for (const match of found) {
      const start = Math.max(match.from - at, from);
      const end = Math.min(match.to - at, text.length);
      if (end <= start) continue;
      if (start > from) pieces.push({ text: text.slice(from, start), ...look, mark: 0 });
      pieces.push({ text: text.slice(start, end), ...look, mark: match.here ? 2 : 1 });
      from = end;
    }
    if (from < text.length) pieces.push({ text: text.slice(from), ...look, mark: 0 });
    at += run.text.length;
  }
  return { pieces, cut };
}

// One output line cut into pieces: terminal colours and search matches together.

import { ansiRuns } from "../components";

export interface Piece {
  readonly text: string;
  readonly className: string;
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
  for (const run of ansiRuns(message)) {
    const text = run.text.slice(0, Math.max(0, left));
    cut += run.text.length - text.length;
    left -= text.length;
    let from = 0;
    for (const match of found) {
      const start = Math.max(match.from - at, from);
      const end = Math.min(match.to - at, text.length);
      if (end <= start) continue;
      if (start > from) pieces.push({ text: text.slice(from, start), className: run.className, mark: 0 });
      pieces.push({ text: text.slice(start, end), className: run.className, mark: match.here ? 2 : 1 });
      from = end;
    }
    if (from < text.length) pieces.push({ text: text.slice(from), className: run.className, mark: 0 });
    at += run.text.length;
  }
  return { pieces, cut };
}

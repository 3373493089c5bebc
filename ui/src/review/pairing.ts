// Puts removed lines beside the lines that replaced them. Order is kept; inside a block the pairing with the greatest
// total likeness wins, and what finds no partner stands alone.

import type { DiffLine } from "./unified";
import { likeness } from "./worddiff";

export interface Pair {
  readonly old: DiffLine | null;
  readonly new: DiffLine | null;
  /** Alike enough that word marks help. */
  readonly alike: boolean;
}

/** Beyond this many cells a block is paired by position. */
const MAX_CELLS = 2_500;
const ALIKE = 0.4;

export function pairBlock(removed: readonly DiffLine[], added: readonly DiffLine[]): Pair[] {
  if (removed.length === 0) return added.map((line) => ({ old: null, new: line, alike: false }));
  if (added.length === 0) return removed.map((line) => ({ old: line, new: null, alike: false }));
  if (removed.length * added.length > MAX_CELLS) return byPosition(removed, added, true);
  const matches = bestMatches(removed, added);
  const pairs: Pair[] = [];
  let i = 0;
  let j = 0;
  for (const [a, b] of [...matches, [removed.length, added.length] as const]) {
    pairs.push(...byPosition(removed.slice(i, a), added.slice(j, b), false));
    const old = removed[a];
    const fresh = added[b];
    if (old && fresh) pairs.push({ old, new: fresh, alike: true });
    i = a + 1;
    j = b + 1;
  }
  return pairs;
}

function byPosition(removed: readonly DiffLine[], added: readonly DiffLine[], compare: boolean): Pair[] {
  const pairs: Pair[] = [];
  for (let i = 0; i < Math.max(removed.length, added.length); i++) {
    const old = removed[i] ?? null;
    const fresh = added[i] ?? null;
    const alike = compare && old !== null && fresh !== null && likeness(old.text, fresh.text) >= ALIKE;
    pairs.push({ old, new: fresh, alike });
  }
  return pairs;
}

function bestMatches(removed: readonly DiffLine[], added: readonly DiffLine[]): (readonly [number, number])[] {
  const width = added.length + 1;
  const score = new Float64Array((removed.length + 1) * width);
  const alike = new Float64Array(removed.length * added.length);
  for (let i = removed.length - 1; i >= 0; i--) {
    for (let j = added.length - 1; j >= 0; j--) {
      const value = likeness(removed[i]?.text ?? "", added[j]?.text ?? "");
      alike[i * added.length + j] = value;
      const skip = Math.max(score[(i + 1) * width + j] ?? 0, score[i * width + j + 1] ?? 0);
      const take = value >= ALIKE ? value + (score[(i + 1) * width + j + 1] ?? 0) : 0;
      score[i * width + j] = Math.max(skip, take);
    }
  }
  const matches: (readonly [number, number])[] = [];
  let i = 0;
  let j = 0;
  while (i < removed.length && j < added.length) {
    const here = score[i * width + j] ?? 0;
    const value = alike[i * added.length + j] ?? 0;
    if (value >= ALIKE && Math.abs(here - (value + (score[(i + 1) * width + j + 1] ?? 0))) < 1e-9) {
      matches.push([i, j]);
      i++;
      j++;
    } else if ((score[(i + 1) * width + j] ?? 0) >= (score[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return matches;
}

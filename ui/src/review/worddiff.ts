// Which words of a changed line differ from the line it replaced. Bounded: a line too long or too different gets no
// marks, because marking everything says nothing.

/** Half-open range of UTF-16 units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface WordMarks {
  readonly old: Range[];
  readonly new: Range[];
}

const MAX_LENGTH = 2_000;
const MAX_EDITS = 160;
/** Below this share of common text the pair is not "the same line, changed". */
const MIN_COMMON = 0.3;

const WORD = /[\p{L}\p{N}_]+|\s+|[^]/gu;

export function wordMarks(oldText: string, newText: string): WordMarks | null {
  if (oldText === newText || oldText.length > MAX_LENGTH || newText.length > MAX_LENGTH) return null;
  const a = oldText.match(WORD) ?? [];
  const b = newText.match(WORD) ?? [];
  const common = longestCommon(a, b);
  if (!common) return null;
  const [oldKept, newKept] = common;
  const weight = (words: string[], kept: boolean[]) =>
    words.reduce((sum, word, i) => sum + (kept[i] && word.trim() !== "" ? word.length : 0), 0);
  const size = (words: string[]) => words.reduce((sum, word) => sum + (word.trim() === "" ? 0 : word.length), 0);
  const whole = Math.max(size(a), size(b));
  if (whole > 0 && weight(a, oldKept) / whole < MIN_COMMON) return null;
  return { old: changed(a, oldKept), new: changed(b, newKept) };
}

/** How alike two lines are, 0 to 1, cheap enough for pairing. */
export function likeness(a: string, b: string): number {
  const left = a.trim();
  const right = b.trim();
  if (left === right) return 1;
  const whole = Math.max(left.length, right.length);
  if (whole === 0) return 1;
  if (whole > MAX_LENGTH) return 0;
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left.charCodeAt(head) === right.charCodeAt(head)) head++;
  let tail = 0;
  while (
    tail < shorter - head &&
    left.charCodeAt(left.length - 1 - tail) === right.charCodeAt(right.length - 1 - tail)
  ) tail++;
  const ends = (head + tail) / whole;
  const bag = new Map<string, number>();
  for (const word of left.match(/[\p{L}\p{N}_]+/gu) ?? []) bag.set(word, (bag.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of right.match(/[\p{L}\p{N}_]+/gu) ?? []) {
    const n = bag.get(word) ?? 0;
    if (n > 0) {
      shared += word.length;
      bag.set(word, n - 1);
    }
  }
  return Math.max(ends, shared / whole);
}

/** Words kept on both sides, by Myers' greedy walk; null when the edit is larger than the bound. */
function longestCommon(a: string[], b: string[]): [boolean[], boolean[]] | null {
  const oldKept = Array.from({ length: a.length }, () => false);
  const newKept = Array.from({ length: b.length }, () => false);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    oldKept[head] = newKept[head] = true;
    head++;
  }
  let aEnd = a.length;
  let bEnd = b.length;
  while (aEnd > head && bEnd > head && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd--;
    bEnd--;
    oldKept[aEnd] = newKept[bEnd] = true;
  }
  const n = aEnd - head;
  const m = bEnd - head;
  if (n === 0 || m === 0) return [oldKept, newKept];

  const max = Math.min(n + m, MAX_EDITS);
  const offset = max + 1;
  const furthest = new Int32Array(2 * max + 3);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= max; d++) {
    trace.push(furthest.slice());
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(furthest, offset + k - 1) < at(furthest, offset + k + 1));
      let x = down ? at(furthest, offset + k + 1) : at(furthest, offset + k - 1) + 1;
      let y = x - k;
      while (x < n && y < m && a[head + x] === b[head + y]) {
        x++;
        y++;
      }
      furthest[offset + k] = x;
      if (x >= n && y >= m) {
        walkBack(trace, d, n, m, offset, head, oldKept, newKept);
        return [oldKept, newKept];
      }
    }
  }
  return null;
}

function walkBack(
  trace: Int32Array[],
  edits: number,
  n: number,
  m: number,
  offset: number,
  head: number,
  oldKept: boolean[],
  newKept: boolean[],
): void {
  let x = n;
  let y = m;
  const slide = (toX: number, toY: number) => {
    while (x > toX && y > toY) {
      x--;
      y--;
      oldKept[head + x] = newKept[head + y] = true;
    }
  };
  for (let d = edits; d > 0; d--) {
    const before = trace[d];
    if (!before) return;
    const k = x - y;
    const down = k === -d || (k !== d && at(before, offset + k - 1) < at(before, offset + k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = at(before, offset + fromK);
    const fromY = fromX - fromK;
    slide(down ? fromX : fromX + 1, down ? fromY + 1 : fromY);
    x = fromX;
    y = fromY;
  }
  slide(0, 0);
}

function at(array: Int32Array, index: number): number {
  return array[index] ?? 0;
}

/** Runs of words that were not kept; a run is joined across blanks so that a phrase reads as one change. */
function changed(words: string[], kept: boolean[]): Range[] {
  const ranges: { from: number; to: number }[] = [];
  let position = 0;
  let gap = -1;
  for (const [i, word] of words.entries()) {
    const end = position + word.length;
    const last = ranges[ranges.length - 1];
    if (!kept[i]) {
      if (last && gap === last.to) last.to = end;
      else if (last && last.to === position) last.to = end;
      else ranges.push({ from: position, to: end });
      gap = -1;
    } else if (last && last.to === position && word.trim() === "") {
      gap = last.to;
    } else {
      gap = -1;
    }
    position = end;
  }
  return ranges;
}

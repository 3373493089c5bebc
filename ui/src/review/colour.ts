// Colours and word marks of a line, worked out when the line is first drawn and kept as long as the line itself.

import { type Language, languageOf } from "./syntax/languages";
import { type Carry, FRESH, type Token, scanLine } from "./syntax/scan";
import type { DiffLine, Hunk } from "./unified";
import { type Range, wordMarks } from "./worddiff";

const NONE: readonly Token[] = [];
const NO_MARKS: readonly Range[] = [];
/** A jump further than this into one hunk starts afresh a little before the target. */
const LEAP = 3_000;
const RUN_UP = 200;

interface Progress {
  done: number;
  old: Carry;
  new: Carry;
  readonly position: Map<DiffLine, number>;
}

const KNOWN = new WeakMap<object, Colours>();

/** The colours of one review, kept as long as the review. */
export function coloursOf(review: object): Colours {
  const known = KNOWN.get(review);
  if (known) return known;
  const made = new Colours();
  KNOWN.set(review, made);
  return made;
}

/** One per review; holds nothing but what it can work out again. */
export class Colours {
  private readonly tokens = new WeakMap<DiffLine, readonly Token[]>();
  private readonly progress = new WeakMap<Hunk, Progress>();
  private readonly marks = new WeakMap<DiffLine, { mate: DiffLine; ranges: readonly Range[] }>();
  private readonly languages = new Map<string, Language | null>();

  tokensOf(path: string, hunk: Hunk, line: DiffLine): readonly Token[] {
    const known = this.tokens.get(line);
    if (known) return known;
    const language = this.language(path);
    if (!language) return NONE;
    let progress = this.progress.get(hunk);
    if (!progress) {
      progress = { done: 0, old: FRESH, new: FRESH, position: new Map(hunk.lines.map((l, i) => [l, i])) };
      this.progress.set(hunk, progress);
    }
    const target = progress.position.get(line);
    if (target === undefined) return scanLine(language, line.text, FRESH).tokens;
    if (target - progress.done > LEAP) {
      progress.done = target - RUN_UP;
      progress.old = progress.new = FRESH;
    } else if (target < progress.done) {
      progress.done = Math.max(0, target - RUN_UP);
      progress.old = progress.new = FRESH;
    }
    for (let i = progress.done; i <= target; i++) {
      const each = hunk.lines[i];
      if (!each) break;
      const scanned = scanLine(language, each.text, each.kind === "del" ? progress.old : progress.new);
      if (each.kind !== "add") {
        progress.old = each.kind === "del" ? scanned.carry : scanLine(language, each.text, progress.old).carry;
      }
      if (each.kind !== "del") progress.new = scanned.carry;
      this.tokens.set(each, scanned.tokens);
    }
    progress.done = target + 1;
    return this.tokens.get(line) ?? NONE;
  }

  marksOf(line: DiffLine, mate: DiffLine | null): readonly Range[] {
    if (!mate || line.kind === "context") return NO_MARKS;
    const known = this.marks.get(line);
    if (known?.mate === mate) return known.ranges;
    const [old, fresh] = line.kind === "del" ? [line, mate] : [mate, line];
    const marks = wordMarks(old.text, fresh.text);
    this.marks.set(old, { mate: fresh, ranges: marks?.old ?? NO_MARKS });
    this.marks.set(fresh, { mate: old, ranges: marks?.new ?? NO_MARKS });
    return (line.kind === "del" ? marks?.old : marks?.new) ?? NO_MARKS;
  }

  private language(path: string): Language | null {
    const known = this.languages.get(path);
    if (known !== undefined) return known;
    const language = languageOf(path);
    this.languages.set(path, language);
    return language;
  }
}

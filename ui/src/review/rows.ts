// Flattens a review into rows of known height, which is what makes ten thousand lines scroll like ten.

import { type Review, type ReviewFile, isCut } from "./files";
import { type Pair, pairBlock } from "./pairing";
import { columns } from "./segments";
import type { DiffLine, Hunk } from "./unified";

export type Layout = "unified" | "split";

export type NoteKind = "binary" | "mode" | "renamed" | "copied" | "emptied" | "cut" | "missing" | "closed" | "space";

export type Row =
  | { readonly kind: "file"; readonly file: ReviewFile }
  | { readonly kind: "note"; readonly file: ReviewFile; readonly note: NoteKind; readonly count: number }
  | { readonly kind: "hunk"; readonly file: ReviewFile; readonly hunk: Hunk }
  | { readonly kind: "line"; readonly file: ReviewFile; readonly hunk: Hunk; readonly line: DiffLine; readonly mate: DiffLine | null }
  | { readonly kind: "pair"; readonly file: ReviewFile; readonly hunk: Hunk; readonly old: DiffLine | null; readonly new: DiffLine | null; readonly alike: boolean };

export interface RowOptions {
  readonly layout: Layout;
  readonly ignoreSpace: boolean;
  /** Indexes of files folded away. */
  readonly closed: ReadonlySet<number>;
}

export interface RowList {
  readonly rows: readonly Row[];
  /** Row of each file's head, by file index. */
  readonly fileRows: readonly number[];
  readonly hunkRows: readonly number[];
  /** Widest line, in columns. */
  readonly widest: number;
  /** Changed lines shown as unchanged because only white space differs. */
  readonly spaceOnly: number;
}

export const HEIGHTS = { file: 32, note: 36, hunk: 28, line: 20, pair: 20 } as const;

export function buildRows(review: Review, options: RowOptions): RowList {
  const rows: Row[] = [];
  const fileRows: number[] = [];
  const hunkRows: number[] = [];
  let widest = 0;
  let spaceOnly = 0;

  for (const file of review.files) {
    fileRows[file.index] = rows.length;
    rows.push({ kind: "file", file });
    if (options.closed.has(file.index)) continue;
    for (const note of notesOf(file)) rows.push({ kind: "note", file, note, count: 0 });
    for (const hunk of file.patch?.hunks ?? []) {
      hunkRows.push(rows.length);
      rows.push({ kind: "hunk", file, hunk });
      for (const line of hunk.lines) widest = Math.max(widest, columns(line.text));
      for (const block of blocks(hunk)) {
        if (block.context) {
          rows.push(
            options.layout === "split"
              ? { kind: "pair", file, hunk, old: block.context, new: block.context, alike: false }
              : { kind: "line", file, hunk, line: block.context, mate: null },
          );
          continue;
        }
        let pairs = pairBlock(block.removed, block.added);
        if (options.ignoreSpace) {
          const before = pairs;
          pairs = [];
          for (const pair of before) {
            if (!sameButSpace(pair)) pairs.push(pair);
            else {
              flush(rows, file, hunk, pairs, options.layout);
              pairs = [];
              spaceOnly += 1;
              rows.push(
                options.layout === "split"
                  ? { kind: "pair", file, hunk, old: pair.old, new: pair.new, alike: false }
                  : { kind: "line", file, hunk, line: asContext(pair), mate: null },
              );
            }
          }
        }
        flush(rows, file, hunk, pairs, options.layout);
      }
    }
    if (isCut(file)) rows.push({ kind: "note", file, note: file.patch?.hunks.length ? "cut" : "missing", count: 0 });
  }
  return { rows, fileRows, hunkRows, widest, spaceOnly };
}

export function rowHeight(row: Row): number {
  return HEIGHTS[row.kind];
}

/** Index of the last entry of `starts` that is not beyond `row`. */
export function lastAtOrBefore(starts: readonly number[], row: number): number {
  let low = 0;
  let high = starts.length - 1;
  let found = -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= row) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

interface Block {
  readonly context: DiffLine | null;
  readonly removed: DiffLine[];
  readonly added: DiffLine[];
}

function* blocks(hunk: Hunk): Generator<Block> {
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  for (const line of hunk.lines) {
    if (line.kind === "del" && added.length === 0) removed.push(line);
    else if (line.kind === "add") added.push(line);
    else {
      if (removed.length + added.length > 0) yield { context: null, removed, added };
      removed = line.kind === "del" ? [line] : [];
      added = [];
      if (line.kind === "context") yield { context: line, removed: [], added: [] };
    }
  }
  if (removed.length + added.length > 0) yield { context: null, removed, added };
}

/** Unified order: everything removed, then everything added. */
function flush(rows: Row[], file: ReviewFile, hunk: Hunk, pairs: readonly Pair[], layout: Layout): void {
  if (layout === "split") {
    for (const pair of pairs) rows.push({ kind: "pair", file, hunk, old: pair.old, new: pair.new, alike: pair.alike });
    return;
  }
  for (const pair of pairs) {
    if (pair.old) rows.push({ kind: "line", file, hunk, line: pair.old, mate: pair.alike ? pair.new : null });
  }
  for (const pair of pairs) {
    if (pair.new) rows.push({ kind: "line", file, hunk, line: pair.new, mate: pair.alike ? pair.old : null });
  }
}

export function sameButSpace(pair: { readonly old: DiffLine | null; readonly new: DiffLine | null }): boolean {
  return (
    pair.old !== null && pair.new !== null && pair.old.text.replace(/\s+/g, "") === pair.new.text.replace(/\s+/g, "")
  );
}

function asContext(pair: Pair): DiffLine {
  const line = pair.new as DiffLine;
  return { ...line, kind: "context", oldNo: pair.old?.oldNo ?? 0 };
}

function notesOf(file: ReviewFile): NoteKind[] {
  const notes: NoteKind[] = [];
  const empty = (file.patch?.hunks.length ?? 0) === 0;
  if (file.binary) notes.push("binary");
  if (file.modeChange || file.status === "type_changed") notes.push("mode");
  if (!file.binary && empty && file.patch) {
    if (file.status === "renamed") notes.push("renamed");
    else if (file.status === "copied") notes.push("copied");
    else if (!isCut(file) && notes.length === 0) notes.push("emptied");
  }
  return notes;
}

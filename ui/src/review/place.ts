// Where a reviewer's opinion points: a file of the change, and a line of it as it is after the change. The text comes
// from a model, so it only ever picks out of what the change holds.

import type { Review, ReviewFile } from "./files";
import type { Row, RowList } from "./rows";

export interface Place {
  readonly file: ReviewFile;
  /** None when the whole file is meant. */
  readonly line: number | null;
}

/** `path:line`, or a path alone; none when the change has no such file. */
export function placeIn(review: Review, text: string): Place | undefined {
  const of = (path: string) => review.files.find((file) => file.path === path);
  const whole = of(text);
  if (whole) return { file: whole, line: null };
  const [, path = "", number = ""] = /^(.+):(\d{1,9})$/.exec(text) ?? [];
  const file = of(path);
  return file && { file, line: Number(number) || null };
}

/** The row to go to: the line, else the nearest one before it that the diff holds, else the first hunk, else the head. */
export function rowOf(list: RowList, place: Place): number {
  const head = list.fileRows[place.file.index] ?? 0;
  if (place.line === null) return head;
  const end = list.fileRows[place.file.index + 1] ?? list.rows.length;
  let nearest: number | undefined;
  for (let at = head; at < end; at += 1) {
    const row = list.rows[at];
    const line = row && newLine(row);
    if (line && line <= place.line) nearest = at;
  }
  return nearest ?? list.hunkRows.find((row) => row > head && row < end) ?? head;
}

/** Whether a row is that line. */
export function isPlace(row: Row, place: Place | undefined): boolean {
  return place !== undefined && place.line !== null && row.file.index === place.file.index && newLine(row) === place.line;
}

function newLine(row: Row): number | undefined {
  if (row.kind === "line") return row.line.kind === "del" ? undefined : row.line.newNo;
  if (row.kind === "pair") return row.new?.newNo;
  return undefined;
}

// The files of a review: what the server says of each, joined with what its patch holds.

import type { FileDiff, FileStatus, JobDiff } from "../client";
import { type FilePatch, parseUnified, patchPath } from "./unified";

export interface ReviewFile {
  /** Position in the list; also the identity inside one review. */
  readonly index: number;
  readonly path: string;
  readonly oldPath: string | null;
  readonly status: FileStatus;
  readonly additions: number;
  readonly deletions: number;
  readonly binary: boolean;
  /** Why policy looks at this path twice. */
  readonly risky: string | null;
  /** Absent when the diff was cut before this file. */
  readonly patch: FilePatch | null;
  readonly modeChange: ModeChange | null;
}

export interface ModeChange {
  readonly from: string;
  readonly to: string;
}

export interface Review {
  readonly files: readonly ReviewFile[];
  readonly additions: number;
  readonly deletions: number;
  readonly risky: readonly ReviewFile[];
  readonly truncated: boolean;
  /** Listed by the server, but not (or not wholly) in the text. */
  readonly missing: number;
  readonly problems: readonly string[];
  readonly unified: string;
}

export function readReview(diff: JobDiff): Review {
  const parsed = parseUnified(diff.unified);
  const patches = new Map<string, FilePatch>();
  for (const patch of parsed.files) patches.set(patchPath(patch), patch);
  const files: ReviewFile[] = [];
  for (const info of diff.files) {
    const patch = patches.get(info.path) ?? null;
    patches.delete(info.path);
    files.push(joined(files.length, info, patch));
  }
  for (const patch of patches.values()) files.push(joined(files.length, fromPatch(patch), patch));
  files.sort((a, b) => comparePaths(a.path, b.path));
  const ordered = files.map((file, index) => ({ ...file, index }));
  const cut = ordered.filter(isCut).length;
  return {
    files: ordered,
    additions: ordered.reduce((sum, file) => sum + file.additions, 0),
    deletions: ordered.reduce((sum, file) => sum + file.deletions, 0),
    risky: ordered.filter((file) => file.risky !== null),
    truncated: diff.truncated,
    missing: cut,
    problems: parsed.problems,
    unified: diff.unified,
  };
}

/** Whether some of this file's lines are not in the text we hold. */
export function isCut(file: ReviewFile): boolean {
  if (file.binary) return false;
  if (!file.patch) return file.additions + file.deletions > 0;
  return (
    file.patch.hunks.some((hunk) => hunk.cut) ||
    file.patch.additions < file.additions ||
    file.patch.deletions < file.deletions
  );
}

/** The patch of one file, exactly as git wrote it. */
export function patchText(review: Review, file: ReviewFile): string {
  if (!file.patch) return "";
  const text = review.unified.slice(file.patch.start, file.patch.end);
  return text.endsWith("\n") ? text : `${text}\n`;
}

function joined(index: number, info: FileDiff, patch: FilePatch | null): ReviewFile {
  const from = patch?.oldMode ?? null;
  const to = patch?.newMode ?? null;
  return {
    index,
    path: info.path,
    oldPath: info.oldPath ?? (patch && patch.status !== "modified" ? patch.oldPath : null),
    status: info.status,
    additions: info.additions,
    deletions: info.deletions,
    binary: info.binary || patch?.binary === true,
    risky: info.risky ?? null,
    patch,
    modeChange: from && to && from !== to ? { from, to } : null,
  };
}

function fromPatch(patch: FilePatch): FileDiff {
  const info: FileDiff = {
    path: patchPath(patch),
    status: patch.status,
    additions: patch.additions,
    deletions: patch.deletions,
    binary: patch.binary,
  };
  if (patch.oldPath && patch.oldPath !== patch.newPath) info.oldPath = patch.oldPath;
  return info;
}

/** Folders before files of the same folder, each by name: the order of the tree and of the text are one. */
export function comparePaths(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] ?? "";
    const y = right[i] ?? "";
    if (x === y) continue;
    const leftIsFile = i === left.length - 1;
    const rightIsFile = i === right.length - 1;
    if (leftIsFile !== rightIsFile) return leftIsFile ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

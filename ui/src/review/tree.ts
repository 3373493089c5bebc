// The file tree: folders with a single child are drawn as one row.

import type { ReviewFile } from "./files";

export type TreeRow =
  | { readonly kind: "folder"; readonly depth: number; readonly label: string; readonly path: string; readonly open: boolean }
  | { readonly kind: "file"; readonly depth: number; readonly label: string; readonly file: ReviewFile };

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly folders: Map<string, Folder>;
  readonly files: ReviewFile[];
}

/** Rows in drawing order; `closed` holds the paths of folders the user closed. */
export function treeRows(files: readonly ReviewFile[], closed: ReadonlySet<string>, filter: string): TreeRow[] {
  const wanted = filter.trim().toLowerCase();
  const root: Folder = { name: "", path: "", folders: new Map(), files: [] };
  for (const file of files) {
    if (wanted !== "" && !file.path.toLowerCase().includes(wanted)) continue;
    const steps = file.path.split("/");
    steps.pop();
    let folder = root;
    for (const step of steps) {
      const path = folder.path === "" ? step : `${folder.path}/${step}`;
      let next = folder.folders.get(step);
      if (!next) {
        next = { name: step, path, folders: new Map(), files: [] };
        folder.folders.set(step, next);
      }
      folder = next;
    }
    folder.files.push(file);
  }
  const rows: TreeRow[] = [];
  append(rows, root, 0, closed, wanted !== "");
  return rows;
}

function append(rows: TreeRow[], folder: Folder, depth: number, closed: ReadonlySet<string>, allOpen: boolean): void {
  for (const child of folder.folders.values()) {
    let label = child.name;
    let end = child;
    while (end.files.length === 0 && end.folders.size === 1) {
      const only = [...end.folders.values()][0];
      if (!only) break;
      label = `${label}/${only.name}`;
      end = only;
    }
    const open = allOpen || !closed.has(end.path);
    rows.push({ kind: "folder", depth, label, path: end.path, open });
    if (open) append(rows, end, depth + 1, closed, allOpen);
  }
  for (const file of folder.files) {
    rows.push({ kind: "file", depth, label: file.path.slice(file.path.lastIndexOf("/") + 1), file });
  }
}

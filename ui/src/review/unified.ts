// Reads git's unified diff format. The text comes out of a repository, so nothing in it is trusted: hunk bodies are
// read by the counts of their head (a deleted line may look like a file head), every other line can only end a hunk,
// and whatever cannot be understood is reported, never thrown.

export type LineKind = "context" | "add" | "del";

export interface DiffLine {
  readonly kind: LineKind;
  /** One-based; 0 on the side where the line does not exist. */
  readonly oldNo: number;
  readonly newNo: number;
  /** Without the line end. */
  readonly text: string;
  /** The line ended in CR LF. */
  readonly cr: boolean;
  /** The last line of its file, without a line end. */
  noNewline: boolean;
}

export interface Hunk {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  /** What git prints after the second `@@`, usually the enclosing function. */
  readonly section: string;
  readonly lines: DiffLine[];
  /** The text ended before the counts did. */
  cut: boolean;
}

export type PatchStatus = "added" | "modified" | "deleted" | "renamed" | "copied";

export interface FilePatch {
  oldPath: string | null;
  newPath: string | null;
  status: PatchStatus;
  oldMode: string | null;
  newMode: string | null;
  similarity: number | null;
  binary: boolean;
  readonly hunks: Hunk[];
  additions: number;
  deletions: number;
  /** Where the patch of this file stands in the whole text. */
  readonly start: number;
  end: number;
}

export interface ParsedDiff {
  readonly files: FilePatch[];
  /** Lines that belong to nothing, as `line number: text`; at most ten are kept. */
  readonly problems: string[];
}

const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)$/;
const MAX_PROBLEMS = 10;

/** The path a patch is listed under: the new one, or the old one of a deleted file. */
export function patchPath(patch: FilePatch): string {
  return patch.newPath ?? patch.oldPath ?? "";
}

export function parseUnified(text: string): ParsedDiff {
  const files: FilePatch[] = [];
  const problems: string[] = [];
  let file: FilePatch | null = null;
  let hunk: Hunk | null = null;
  let oldLeft = 0;
  let newLeft = 0;
  let oldNo = 0;
  let newNo = 0;
  let inBinary = false;
  let at = 0;
  let number = 0;

  const close = () => {
    if (hunk && (oldLeft > 0 || newLeft > 0)) hunk.cut = true;
    hunk = null;
  };
  const begin = (start: number): FilePatch => {
    close();
    if (file) file.end = start;
    inBinary = false;
    const next: FilePatch = {
      oldPath: null,
      newPath: null,
      status: "modified",
      oldMode: null,
      newMode: null,
      similarity: null,
      binary: false,
      hunks: [],
      additions: 0,
      deletions: 0,
      start,
      end: text.length,
    };
    files.push(next);
    return next;
  };

  while (at < text.length) {
    const start = at;
    let stop = text.indexOf("\n", at);
    const last = stop < 0;
    if (last) stop = text.length;
    at = stop + 1;
    number += 1;
    const raw = text.slice(start, stop);

    if (hunk && file) {
      const open: Hunk = hunk;
      if (raw.startsWith("\\")) {
        const before = open.lines[open.lines.length - 1];
        if (before) before.noNewline = true;
        continue;
      }
      if (oldLeft > 0 || newLeft > 0) {
        const mark = raw.charAt(0);
        const cr = raw.endsWith("\r");
        const body = cr ? raw.slice(1, -1) : raw.slice(1);
        if (mark === "+" && newLeft > 0) {
          newLeft -= 1;
          file.additions += 1;
          open.lines.push({ kind: "add", oldNo: 0, newNo: newNo++, text: body, cr, noNewline: false });
          continue;
        }
        if (mark === "-" && oldLeft > 0) {
          oldLeft -= 1;
          file.deletions += 1;
          open.lines.push({ kind: "del", oldNo: oldNo++, newNo: 0, text: body, cr, noNewline: false });
          continue;
        }
        // Some tools strip the blank that marks an empty context line.
        if ((mark === " " || mark === "" || raw === "\r") && oldLeft > 0 && newLeft > 0 && !(last && raw === "")) {
          oldLeft -= 1;
          newLeft -= 1;
          const bare = raw === "\r" ? "" : body;
          open.lines.push({ kind: "context", oldNo: oldNo++, newNo: newNo++, text: bare, cr, noNewline: false });
          continue;
        }
      }
      close();
    }

    if (raw.startsWith("diff --git ")) {
      file = begin(start);
      const names = gitHeadPaths(raw.slice("diff --git ".length));
      if (names) [file.oldPath, file.newPath] = names;
      continue;
    }
    const head = HUNK.exec(raw.endsWith("\r") ? raw.slice(0, -1) : raw);
    if (head && file && !inBinary) {
      oldLeft = head[2] === undefined ? 1 : Number(head[2]);
      newLeft = head[4] === undefined ? 1 : Number(head[4]);
      oldNo = Number(head[1]);
      newNo = Number(head[3]);
      hunk = {
        oldStart: oldNo,
        oldCount: oldLeft,
        newStart: newNo,
        newCount: newLeft,
        section: head[5] ?? "",
        lines: [],
        cut: false,
      };
      file.hunks.push(hunk);
      continue;
    }
    if (raw.startsWith("--- ") && (!file || file.hunks.length > 0) && text.startsWith("+++ ", at)) {
      // A patch without git's own head.
      file = begin(start);
    }
    if (!file) {
      if (raw.trim() !== "" && problems.length < MAX_PROBLEMS) problems.push(`${number}: ${raw.slice(0, 120)}`);
      continue;
    }
    if (inBinary) continue;
    if (!readHead(file, raw)) {
      if (raw.startsWith("GIT binary patch")) {
        file.binary = true;
        inBinary = true;
      } else if (raw.trim() !== "" && !raw.startsWith("index ") && problems.length < MAX_PROBLEMS) {
        problems.push(`${number}: ${raw.slice(0, 120)}`);
      }
    }
  }
  close();
  return { files, problems };
}

/** Takes one line between the head of a file and its first hunk. */
function readHead(file: FilePatch, raw: string): boolean {
  const after = (prefix: string) => (raw.startsWith(prefix) ? raw.slice(prefix.length) : null);
  let rest: string | null;
  if ((rest = after("--- ")) !== null) {
    const path = sidePath(rest, "a/");
    if (path === null) file.status = "added";
    file.oldPath = path;
  } else if ((rest = after("+++ ")) !== null) {
    const path = sidePath(rest, "b/");
    if (path === null) file.status = "deleted";
    file.newPath = path;
  } else if ((rest = after("new file mode ")) !== null) {
    file.status = "added";
    file.newMode = rest.trim();
    file.oldPath = null;
  } else if ((rest = after("deleted file mode ")) !== null) {
    file.status = "deleted";
    file.oldMode = rest.trim();
    file.newPath = null;
  } else if ((rest = after("old mode ")) !== null) {
    file.oldMode = rest.trim();
  } else if ((rest = after("new mode ")) !== null) {
    file.newMode = rest.trim();
  } else if ((rest = after("similarity index ") ?? after("dissimilarity index ")) !== null) {
    const percent = Number.parseInt(rest, 10);
    file.similarity = Number.isFinite(percent) ? percent : null;
  } else if ((rest = after("rename from ")) !== null) {
    file.status = "renamed";
    file.oldPath = unquote(rest);
  } else if ((rest = after("rename to ")) !== null) {
    file.status = "renamed";
    file.newPath = unquote(rest);
  } else if ((rest = after("copy from ")) !== null) {
    file.status = "copied";
    file.oldPath = unquote(rest);
  } else if ((rest = after("copy to ")) !== null) {
    file.status = "copied";
    file.newPath = unquote(rest);
  } else if (raw.startsWith("Binary files ") && raw.trimEnd().endsWith(" differ")) {
    file.binary = true;
  } else {
    return false;
  }
  return true;
}

/** `a/x` or `"a/\303\244"` or `/dev/null`; git ends a name that holds blanks with a tab. */
function sidePath(rest: string, prefix: string): string | null {
  let path = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
  if (!path.startsWith('"')) {
    const tab = path.indexOf("\t");
    if (tab >= 0) path = path.slice(0, tab);
  }
  path = unquote(path);
  if (path === "/dev/null") return null;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** Both names of `diff --git`, where they can be told apart; other head lines name them when they cannot. */
function gitHeadPaths(rest: string): [string, string] | null {
  const line = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
  if (line.startsWith('"')) {
    const end = closingQuote(line);
    if (end < 0) return null;
    return strip(unquote(line.slice(0, end + 1)), unquote(line.slice(end + 1).trimStart()));
  }
  if (line.endsWith('"')) {
    const open = line.indexOf(' "');
    if (open < 0) return null;
    return strip(line.slice(0, open), unquote(line.slice(open + 1)));
  }
  const middle = (line.length - 1) / 2;
  if (Number.isInteger(middle) && line.charAt(middle) === " ") {
    const [a, b] = [line.slice(0, middle), line.slice(middle + 1)];
    if (a.slice(2) === b.slice(2)) return strip(a, b);
  }
  const split = line.indexOf(" b/");
  return split < 0 ? null : strip(line.slice(0, split), line.slice(split + 1));
}

function strip(a: string, b: string): [string, string] {
  return [a.startsWith("a/") ? a.slice(2) : a, b.startsWith("b/") ? b.slice(2) : b];
}

function closingQuote(text: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text.charAt(i) === "\\") i++;
    else if (text.charAt(i) === '"') return i;
  }
  return -1;
}

const ESCAPES: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** Undoes git's C-style quoting, whose octal escapes are bytes of UTF-8. */
export function unquote(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (let i = 1; i < text.length - 1; i++) {
    const c = text.charAt(i);
    if (c !== "\\") {
      const point = text.codePointAt(i) ?? 0;
      if (point > 0xffff) i++;
      bytes.push(...encoder.encode(String.fromCodePoint(point)));
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(i + 1, i + 4));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8));
      i += 3;
    } else {
      i += 1;
      const named = ESCAPES[text.charAt(i)];
      bytes.push(...(named === undefined ? encoder.encode(text.charAt(i)) : [named]));
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

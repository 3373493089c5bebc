import { describe, expect, it } from "vitest";
import type { FileDiff, JobDiff } from "../client";
import { Colours } from "./colour";
import { comparePaths, patchText, readReview } from "./files";
import { buildRows, lastAtOrBefore } from "./rows";
import { columns, segments } from "./segments";
import { treeRows } from "./tree";

const PATCH = [
  "diff --git a/src/b.rs b/src/b.rs",
  "--- a/src/b.rs",
  "+++ b/src/b.rs",
  "@@ -1,4 +1,5 @@ fn main",
  " fn main() {",
  "-    let a = 500;",
  "-\tlet b = 1;",
  "+    let a = 50;",
  "+    let b = 1;",
  "+    let c = 2;",
  " }",
  "diff --git a/README.md b/README.md",
  "old mode 100644",
  "new mode 100755",
  "diff --git a/logo.png b/logo.png",
  "Binary files a/logo.png and b/logo.png differ",
  "",
].join("\n");

const info = (path: string, more: Partial<FileDiff> = {}): FileDiff => ({ path, status: "modified", additions: 0, deletions: 0, binary: false, ...more });
const diff = (more: Partial<JobDiff> = {}): JobDiff => ({
  jobId: "j1",
  base: "a".repeat(40),
  commit: "b".repeat(40),
  title: "t",
  files: [info("README.md"), info("logo.png", { binary: true }), info("src/b.rs", { additions: 3, deletions: 2, risky: "build script" })],
  unified: PATCH,
  truncated: false,
  ...more,
});
const open = { ignoreSpace: false, closed: new Set<number>() };

describe("a review", () => {
  it("orders files as the tree draws them and keeps what policy says of them", () => {
    const review = readReview(diff());
    expect(review.files.map((f) => f.path)).toEqual(["src/b.rs", "README.md", "logo.png"]);
    expect(review.risky.map((f) => f.path)).toEqual(["src/b.rs"]);
    expect(review.missing).toBe(0);
  });

  it("says which files the cut text leaves out", () => {
    const review = readReview(diff({ truncated: true, files: [...diff().files, info("z.rs", { additions: 9 })] }));
    expect(review.missing).toBe(1);
    const list = buildRows(review, { layout: "unified", ...open });
    expect(list.rows[list.rows.length - 1]).toMatchObject({ kind: "note", note: "missing" });
  });

  it("shows a file the list forgot", () => {
    expect(readReview(diff({ files: [] })).files).toHaveLength(3);
  });

  it("copies the patch of one file exactly", () => {
    const review = readReview(diff());
    expect(patchText(review, review.files[0]!)).toBe(`${PATCH.split("diff --git a/README")[0]}`);
  });
});

describe("rows", () => {
  it("stand in git's order when unified", () => {
    const list = buildRows(readReview(diff()), { layout: "unified", ...open });
    expect(list.rows.map((r) => (r.kind === "line" ? r.line.kind : r.kind === "note" ? r.note : r.kind))).toEqual([
      "file", "hunk", "context", "del", "del", "add", "add", "add", "context", "file", "mode", "file", "binary",
    ]);
    expect(list.fileRows).toEqual([0, 9, 11]);
    expect(list.hunkRows).toEqual([1]);
  });

  it("stand side by side when split", () => {
    const list = buildRows(readReview(diff()), { layout: "split", ...open });
    const pairs = list.rows.flatMap((r) => (r.kind === "pair" ? [[r.old?.text.trim() ?? null, r.new?.text.trim() ?? null, r.alike]] : []));
    expect(pairs).toEqual([
      ["fn main() {", "fn main() {", false],
      ["let a = 500;", "let a = 50;", true],
      ["let b = 1;", "let b = 1;", true],
      [null, "let c = 2;", false],
      ["}", "}", false],
    ]);
  });

  it("count and calm lines that differ in white space only", () => {
    const list = buildRows(readReview(diff()), { layout: "unified", ignoreSpace: true, closed: new Set() });
    expect(list.spaceOnly).toBe(1);
    expect(list.rows.filter((r) => r.kind === "line").map((r) => (r.kind === "line" ? r.line.kind : ""))).toEqual([
      "context", "del", "add", "context", "add", "context",
    ]);
  });

  it("fold a closed file to its head", () => {
    const list = buildRows(readReview(diff()), { layout: "unified", ignoreSpace: false, closed: new Set([0]) });
    expect(list.rows.map((r) => r.kind)).toEqual(["file", "file", "note", "file", "note"]);
  });

  it("find the head a row belongs to", () => {
    expect([0, 1, 8, 9, 99].map((row) => lastAtOrBefore([0, 9, 11], row))).toEqual([0, 0, 0, 1, 2]);
    expect(lastAtOrBefore([], 4)).toBe(-1);
  });

  it("are built for a hundred thousand lines at once", () => {
    const count = 100_000;
    const body = Array.from({ length: count }, (_, i) => `+line ${i}`).join("\n");
    const text = `diff --git a/big b/big\nnew file mode 100644\n--- /dev/null\n+++ b/big\n@@ -0,0 +1,${count} @@\n${body}\n`;
    const review = readReview(diff({ files: [info("big", { status: "added", additions: count })], unified: text }));
    expect(buildRows(review, { layout: "split", ...open }).rows).toHaveLength(count + 2);
  });
});

describe("the tree", () => {
  it("draws a chain of single folders as one row", () => {
    const review = readReview(diff({ unified: "", files: ["crates/ingest/src/a.rs", "crates/ingest/src/b.rs", "crates/ingest/tests/a.rs", "README.md"].map((p) => info(p)) }));
    const rows = treeRows(review.files, new Set(), "").map((r) => `${"  ".repeat(r.depth)}${r.label}`);
    expect(rows).toEqual(["crates/ingest", "  src", "    a.rs", "    b.rs", "  tests", "    a.rs", "README.md"]);
    expect(treeRows(review.files, new Set(["crates/ingest"]), "").map((r) => r.label)).toEqual(["crates/ingest", "README.md"]);
    expect(treeRows(review.files, new Set(["crates/ingest"]), "B.RS").map((r) => r.label)).toEqual(["crates/ingest/src", "b.rs"]);
  });

  it("puts folders before files", () => {
    expect(["b", "a/z", "a/b/c", "a/b.rs"].sort(comparePaths)).toEqual(["a/b/c", "a/b.rs", "a/z", "b"]);
  });
});

describe("a drawn line", () => {
  it("cuts at colours and marks without losing a character", () => {
    const text = "let a = 50;";
    const out = segments(text, [{ from: 0, to: 3, as: "kw" }, { from: 8, to: 10, as: "nu" }], [{ from: 6, to: 10 }]);
    expect(out.map((s) => s.text).join("")).toBe(text);
    expect(out.find((s) => s.text === "50")).toMatchObject({ as: "nu", marked: true });
    expect(out.find((s) => s.text === "= ")).toMatchObject({ as: null, marked: true });
  });

  it("names characters that would hide or reorder code", () => {
    const out = segments("a\u202Eb\u200Bc\u001b[31m", [], []);
    expect(out.filter((s) => s.hidden).map((s) => s.hidden)).toEqual(["U+202E", "U+200B", "ESC"]);
    expect(out.map((s) => s.text).join("")).toBe("a\u202Eb\u200Bc\u001b[31m");
  });

  it("is cut on screen when it is huge", () => {
    expect(segments("x".repeat(1_000_000), [], []).reduce((n, s) => n + s.text.length, 0)).toBe(4_000);
  });

  it("knows how many columns it takes", () => {
    expect([columns("abc"), columns("\tab"), columns("a\tb"), columns("日本")]).toEqual([3, 6, 5, 4]);
  });
});

describe("colours of a hunk", () => {
  it("follow the old and the new text apart", () => {
    const text = ["diff --git a/a.rs b/a.rs", "--- a/a.rs", "+++ b/a.rs", "@@ -1,3 +1,3 @@", "-/* old", "+let x = 1;", " let y = 2;", "-*/", "+let z = 3;", ""].join("\n");
    const review = readReview(diff({ files: [], unified: text }));
    const hunk = review.files[0]!.patch!.hunks[0]!;
    const colours = new Colours();
    const of = (i: number) => colours.tokensOf("a.rs", hunk, hunk.lines[i]!).map((t) => t.as).join(" ");
    expect([of(3), of(2), of(1), of(4), of(0)]).toEqual(["co", "kw nu", "kw nu", "kw nu", "co"]);
  });

  it("jump into the middle of a huge hunk without reading all of it", () => {
    const count = 50_000;
    const text = `diff --git a/a.rs b/a.rs\n--- /dev/null\n+++ b/a.rs\n@@ -0,0 +1,${count} @@\n${"+let x = 1;\n".repeat(count)}`;
    const hunk = readReview(diff({ files: [], unified: text })).files[0]!.patch!.hunks[0]!;
    const colours = new Colours();
    expect(colours.tokensOf("a.rs", hunk, hunk.lines[40_000]!)).toHaveLength(2);
    expect(colours.tokensOf("a.rs", hunk, hunk.lines[10]!)).toHaveLength(2);
  });
});

import { describe, expect, it } from "vitest";
import { parseUnified, patchPath, unquote } from "./unified";

const only = (text: string) => {
  const parsed = parseUnified(text);
  expect(parsed.files).toHaveLength(1);
  return parsed.files[0]!;
};

describe("a patch of git", () => {
  it("gives each line its numbers on both sides", () => {
    const file = only(
      [
        "diff --git a/src/retry.rs b/src/retry.rs",
        "index 1..2 100644",
        "--- a/src/retry.rs",
        "+++ b/src/retry.rs",
        "@@ -14,4 +16,5 @@ impl RetryPolicy",
        " one",
        "-two",
        "+2",
        "+2.5",
        " three",
        " four",
        "",
      ].join("\n"),
    );
    expect(patchPath(file)).toBe("src/retry.rs");
    expect(file.status).toBe("modified");
    expect([file.additions, file.deletions]).toEqual([2, 1]);
    const hunk = file.hunks[0]!;
    expect(hunk.section).toBe("impl RetryPolicy");
    expect(hunk.cut).toBe(false);
    expect(hunk.lines.map((l) => [l.kind, l.oldNo, l.newNo])).toEqual([
      ["context", 14, 16],
      ["del", 15, 0],
      ["add", 0, 17],
      ["add", 0, 18],
      ["context", 16, 19],
      ["context", 17, 20],
    ]);
  });

  it("does not take a removed line that looks like a head for a head", () => {
    const file = only(
      [
        "diff --git a/q.sql b/q.sql",
        "--- a/q.sql",
        "+++ b/q.sql",
        "@@ -1,3 +1,2 @@",
        "--- a/other.sql",
        "-diff --git a/x b/x",
        "+++ b/other.sql",
        " last",
        "",
      ].join("\n"),
    );
    expect(file.hunks[0]!.lines.map((l) => l.text)).toEqual(["-- a/other.sql", "diff --git a/x b/x", "++ b/other.sql", "last"]);
    expect([file.additions, file.deletions]).toEqual([1, 2]);
  });

  it("knows added, deleted, renamed, copied and mode-only files", () => {
    const parsed = parseUnified(
      [
        "diff --git a/new.txt b/new.txt",
        "new file mode 100644",
        "--- /dev/null",
        "+++ b/new.txt",
        "@@ -0,0 +1 @@",
        "+hello",
        "diff --git a/gone.txt b/gone.txt",
        "deleted file mode 100644",
        "--- a/gone.txt",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-bye",
        "diff --git a/a name.txt b/b name.txt",
        "similarity index 100%",
        "rename from a name.txt",
        "rename to b name.txt",
        "diff --git a/x.rs b/y.rs",
        "similarity index 91%",
        "copy from x.rs",
        "copy to y.rs",
        "diff --git a/run.sh b/run.sh",
        "old mode 100644",
        "new mode 100755",
        "diff --git a/empty b/empty",
        "new file mode 100644",
        "index 0000000..e69de29",
        "",
      ].join("\n"),
    );
    expect(parsed.problems).toEqual([]);
    expect(parsed.files.map((f) => [f.status, f.oldPath, f.newPath, f.oldMode, f.newMode])).toEqual([
      ["added", null, "new.txt", null, "100644"],
      ["deleted", "gone.txt", null, "100644", null],
      ["renamed", "a name.txt", "b name.txt", null, null],
      ["copied", "x.rs", "y.rs", null, null],
      ["modified", "run.sh", "run.sh", "100644", "100755"],
      ["added", null, "empty", null, "100644"],
    ]);
    expect(parsed.files[2]!.similarity).toBe(100);
  });

  it("marks binary files in both of git's forms and skips the data", () => {
    const parsed = parseUnified(
      [
        "diff --git a/a.png b/a.png",
        "index 1..2 100644",
        "Binary files a/a.png and b/a.png differ",
        "diff --git a/b.bin b/b.bin",
        "index 1..2 100644",
        "GIT binary patch",
        "literal 12",
        "@@ -1,2 +1,2 @@",
        "HcmV?d00001",
        "",
        "diff --git a/c.txt b/c.txt",
        "--- a/c.txt",
        "+++ b/c.txt",
        "@@ -1 +1 @@",
        "-a",
        "+b",
        "",
      ].join("\n"),
    );
    expect(parsed.files.map((f) => [patchPath(f), f.binary, f.hunks.length])).toEqual([
      ["a.png", true, 0],
      ["b.bin", true, 0],
      ["c.txt", false, 1],
    ]);
  });

  it("keeps missing line ends and carriage returns apart from the text", () => {
    const file = only(
      "diff --git a/w b/w\n--- a/w\n+++ b/w\n@@ -1,2 +1,2 @@\n one\r\n-two\r\n\\ No newline at end of file\n+two\n\\ No newline at end of file\n",
    );
    expect(file.hunks[0]!.lines.map((l) => [l.text, l.cr, l.noNewline])).toEqual([
      ["one", true, false],
      ["two", true, true],
      ["two", false, true],
    ]);
  });

  it("decodes quoted names, whose octal escapes are bytes", () => {
    expect(unquote('"src/gr\\303\\266\\303\\237e \\"x\\".rs"')).toBe('src/größe "x".rs');
    const file = only('diff --git "a/gr\\303\\266.rs" "b/gr\\303\\266.rs"\n--- "a/gr\\303\\266.rs"\n+++ "b/gr\\303\\266.rs"\n@@ -1 +1 @@\n-a\n+b\n');
    expect(patchPath(file)).toBe("grö.rs");
  });

  it("ends a name with blanks at git's tab", () => {
    const file = only("diff --git a/a b c b/a b c\n--- a/a b c\t\n+++ b/a b c\t\n@@ -1 +1 @@\n-a\n+b\n");
    expect(file.newPath).toBe("a b c");
  });

  it("knows where the text of each file begins and ends", () => {
    const first = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n";
    const second = "diff --git a/b b/b\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-1\n+2\n";
    const parsed = parseUnified(first + second);
    expect(parsed.files.map((f) => (first + second).slice(f.start, f.end))).toEqual([first, second]);
  });

  it("reads a patch that has no head of git's own", () => {
    const parsed = parseUnified("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-1\n+2\n");
    expect(parsed.files.map(patchPath)).toEqual(["x", "y"]);
  });
});

describe("a hostile patch", () => {
  it("marks a hunk that ends before its counts", () => {
    const file = only("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,900000000 +1,900000000 @@\n one\n+tw");
    expect(file.hunks[0]!.cut).toBe(true);
    expect(file.hunks[0]!.lines).toHaveLength(2);
  });

  it("reports lines that belong to nothing and goes on", () => {
    const parsed = parseUnified("garbage\n\u0000\u0001\ndiff --git a/x b/x\nwhat is this\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n+3\n");
    expect(parsed.files).toHaveLength(1);
    expect(parsed.files[0]!.additions).toBe(1);
    expect(parsed.problems.length).toBeGreaterThanOrEqual(3);
  });

  it("never throws on random text made of diff syntax", () => {
    const pieces = ["diff --git ", "a/x b/x", '"a/\\', "--- ", "+++ ", "/dev/null", "@@ -1,2 +3 @@", "@@ -", "\n", "\n", "\r\n", "-", "+", " ", "\\", "GIT binary patch", "rename to ", "ü", "\ud83d"];
    let seed = 42;
    const next = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
    for (let round = 0; round < 2000; round++) {
      let text = "";
      for (let i = 0; i < 40; i++) text += pieces[Math.floor(next() * pieces.length)];
      const parsed = parseUnified(text);
      for (const file of parsed.files) {
        expect(file.start).toBeLessThanOrEqual(file.end);
        expect(file.additions).toBe(file.hunks.flatMap((h) => h.lines).filter((l) => l.kind === "add").length);
      }
    }
  });

  it("reads eight megabytes of changed lines in well under a second", () => {
    const line = `+${"x".repeat(79)}\n`;
    const count = 100_000;
    const text = `diff --git a/big b/big\n--- /dev/null\n+++ b/big\n@@ -0,0 +1,${count} @@\n${line.repeat(count)}`;
    const file = only(text);
    expect(file.additions).toBe(count);
  });

  it("answers nothing for nothing", () => {
    expect(parseUnified("")).toEqual({ files: [], problems: [] });
  });
});

import { expect, it } from "vitest";
import type { JobDiff } from "../client";
import { readReview } from "./files";
import { isPlace, placeIn, rowOf } from "./place";
import { buildRows, type Layout } from "./rows";

const UNIFIED = `diff --git a/src/a.rs b/src/a.rs
--- a/src/a.rs
+++ b/src/a.rs
@@ -1,3 +1,4 @@
 one
-two
+two and
+a half
 three
@@ -40,2 +41,3 @@
 forty
+more
 end
diff --git a/src/b:7 b/src/b:7
new file mode 100644
--- /dev/null
+++ b/src/b:7
@@ -0,0 +1,1 @@
+only
`;
const file = (path: string) => ({ path, status: "modified", additions: 1, deletions: 0, binary: false });
const review = readReview({ files: [file("src/a.rs"), file("src/b:7")], unified: UNIFIED, truncated: false } as unknown as JobDiff);

function textAt(place: string, layout: Layout): string {
  const found = placeIn(review, place);
  if (!found) return "nowhere";
  const list = buildRows(review, { layout, ignoreSpace: false, closed: new Set() });
  const row = list.rows[rowOf(list, found)];
  const exact = row && isPlace(row, found) ? "" : "near ";
  if (row?.kind === "line") return exact + row.line.text;
  if (row?.kind === "pair") return exact + (row.new?.text ?? "");
  return `${row?.kind} ${row?.file.path}`;
}

it.each<Layout>(["unified", "split"])("a place leads to its line in the %s layout", (layout) => {
  expect(textAt("src/a.rs:3", layout)).toBe("a half");
  expect(textAt("src/a.rs:2", layout)).toBe("two and");
  expect(textAt("src/a.rs:42", layout)).toBe("more");
});

it("a line that the diff does not hold leads to the nearest one before it", () => {
  expect(textAt("src/a.rs:20", "unified")).toBe("near three");
  expect(textAt("src/a.rs:9999", "unified")).toBe("near end");
});

it("a file alone, also one that looks like a place, leads to its head", () => {
  expect(textAt("src/a.rs", "unified")).toBe("file src/a.rs");
  expect(textAt("src/b:7", "unified")).toBe("file src/b:7");
  expect(textAt("src/b:7:1", "unified")).toBe("only");
});

it("what is not in the change leads nowhere", () => {
  for (const odd of ["", "src/c.rs:1", "../src/a.rs:1", "javascript:alert(1)", "/etc/passwd:1", "src/a.rs:-1", "src/a.rs:1e3"]) expect(textAt(odd, "unified")).toBe("nowhere");
});

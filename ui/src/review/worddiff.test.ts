import { describe, expect, it } from "vitest";
import { pairBlock } from "./pairing";
import type { DiffLine } from "./unified";
import { likeness, wordMarks } from "./worddiff";

const cut = (text: string, ranges: readonly { from: number; to: number }[]) => ranges.map((r) => text.slice(r.from, r.to));
const del = (text: string, n: number): DiffLine => ({ kind: "del", oldNo: n, newNo: 0, text, cr: false, noNewline: false });
const add = (text: string, n: number): DiffLine => ({ kind: "add", oldNo: 0, newNo: n, text, cr: false, noNewline: false });

describe("word marks", () => {
  it("mark only what changed", () => {
    const old = "    Duration::from_millis(500);";
    const fresh = "    Duration::from_millis(50);";
    const marks = wordMarks(old, fresh)!;
    expect(cut(old, marks.old)).toEqual(["500"]);
    expect(cut(fresh, marks.new)).toEqual(["50"]);
  });

  it("join neighbouring words into one phrase", () => {
    const old = "pub fn delay(&self, _attempt: u32) -> Duration {";
    const fresh = "pub fn delay(&self, attempt: u32, rng: &mut impl Rng) -> Duration {";
    const marks = wordMarks(old, fresh)!;
    expect(cut(old, marks.old)).toEqual(["_attempt"]);
    expect(cut(fresh, marks.new)).toEqual(["attempt", ", rng: &mut impl Rng"]);
  });

  it("stay away when the lines have little in common", () => {
    expect(wordMarks("let a = 1;", "throw new Error('no such thing at all');")).toBeNull();
  });

  it("stay away from very long lines", () => {
    expect(wordMarks("a".repeat(5000), "b".repeat(5000))).toBeNull();
  });

  it("rebuild both lines from kept and changed parts", () => {
    let seed = 7;
    const next = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
    const words = ["foo", "bar", " ", "(", ")", "x1", "  ", "ünï", "日本"];
    for (let round = 0; round < 500; round++) {
      const make = () => Array.from({ length: next(14) }, () => words[next(words.length)]).join("");
      const [a, b] = [make(), make()];
      const marks = wordMarks(a, b);
      if (!marks) continue;
      const keep = (text: string, ranges: readonly { from: number; to: number }[]) => {
        let out = "";
        let at = 0;
        for (const r of ranges) {
          expect(r.from).toBeGreaterThanOrEqual(at);
          expect(r.to).toBeGreaterThan(r.from);
          out += text.slice(at, r.from);
          at = r.to;
        }
        return (out + text.slice(at)).replace(/\s+/g, "");
      };
      expect(keep(a, marks.old)).toBe(keep(b, marks.new));
    }
  });
});

describe("pairing", () => {
  it("puts a changed line beside its replacement and leaves new lines alone", () => {
    const pairs = pairBlock(
      [del("const RETRY: Duration = Duration::from_millis(500);", 3)],
      [add("use rand::Rng;", 2), add("", 3), add("const FLOOR: Duration = Duration::from_millis(50);", 4)],
    );
    expect(pairs.map((p) => [p.old?.oldNo ?? null, p.new?.newNo ?? null, p.alike])).toEqual([
      [null, 2, false],
      [null, 3, false],
      [3, 4, true],
    ]);
  });

  it("keeps every line exactly once and in order", () => {
    const removed = Array.from({ length: 30 }, (_, i) => del(`line ${i * 7} of the old text`, i + 1));
    const added = Array.from({ length: 45 }, (_, i) => add(`line ${i * 5} of the new text`, i + 1));
    const pairs = pairBlock(removed, added);
    expect(pairs.flatMap((p) => (p.old ? [p.old] : []))).toEqual(removed);
    expect(pairs.flatMap((p) => (p.new ? [p.new] : []))).toEqual(added);
  });

  it("goes by position when the block is large", () => {
    const removed = Array.from({ length: 400 }, (_, i) => del(`a ${i}`, i + 1));
    const added = Array.from({ length: 300 }, (_, i) => add(`a ${i}`, i + 1));
    const pairs = pairBlock(removed, added);
    expect(pairs).toHaveLength(400);
    expect(pairs[10]!.old!.text).toBe(pairs[10]!.new!.text);
  });

  it("measures likeness from nothing to the same", () => {
    expect(likeness("  same", "same  ")).toBe(1);
    expect(likeness("alpha", "1234")).toBe(0);
    expect(likeness("let delay = 500;", "let delay = 50;")).toBeGreaterThan(0.6);
  });
});

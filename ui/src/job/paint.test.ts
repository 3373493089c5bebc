import { expect, it } from "vitest";
import { paintLine } from "./paint";

it("marks a match that spans two colours", () => {
  const { pieces } = paintLine("ab\u001b[31mcd\u001b[0mef", [{ from: 1, to: 3, here: true }]);
  expect(pieces).toEqual([
    { text: "a", className: "", mark: 0 },
    { text: "b", className: "", mark: 2 },
    { text: "c", className: "a-r", mark: 2 },
    { text: "d", className: "a-r", mark: 0 },
    { text: "ef", className: "", mark: 0 },
  ]);
});

it("keeps every character in order with several matches", () => {
  const { pieces } = paintLine("retry and retry", [{ from: 0, to: 5, here: false }, { from: 10, to: 15, here: true }]);
  expect(pieces.map((p) => p.text).join("")).toBe("retry and retry");
  expect(pieces.map((p) => p.mark)).toEqual([1, 0, 2]);
});

it("cuts a line nobody can read and says by how much", () => {
  const { pieces, cut } = paintLine("x".repeat(10_000), []);
  expect([pieces[0]!.text.length, cut]).toEqual([4_000, 6_000]);
});

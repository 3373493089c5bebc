import { describe, expect, it } from "vitest";
import { areas, idsOf, keep, type Layout, MOST, put, readLayout, resized, split } from "./layout";

const one: Layout = { id: "a" };
const three = split(split(one, "a", "row", "b"), "b", "column", "c");

describe("a layout of terminals", () => {
  it("is split beside and below, and no terminal is in it twice", () => {
    expect(idsOf(three)).toEqual(["a", "b", "c"]);
    expect(split(three, "a", "row", "c")).toBe(three);
    let many: Layout = one;
    for (let n = 0; n < 20; n += 1) many = split(many, "a", "row", `n${n}`);
    expect(idsOf(many)).toHaveLength(MOST);
  });

  it("fills the whole page, and its borders lie between what they divide", () => {
    const { panes, borders } = areas(resized(three, [], 0.6));
    expect(panes).toEqual([
      { id: "a", left: 0, top: 0, width: 0.6, height: 1 },
      { id: "b", left: 0.6, top: 0, width: 0.4, height: 0.5 },
      { id: "c", left: 0.6, top: 0.5, width: 0.4, height: 0.5 },
    ]);
    expect(panes.reduce((sum, { width, height }) => sum + width * height, 0)).toBeCloseTo(1);
    expect(borders.map(({ way, part, path, left, top }) => ({ way, part, path, left, top }))).toEqual([
      { way: "row", part: 0.6, path: [], left: 0.6, top: 0 },
      { way: "column", part: 0.5, path: ["second"], left: 0.6, top: 0.5 },
    ]);
  });

  it("keeps every part large enough to be read", () => {
    const part = (wanted: number) => areas(resized(three, ["second"], wanted)).borders[1]?.part;
    expect([part(0), part(0.3), part(7)]).toEqual([0.15, 0.3, 0.85]);
  });

  it("gives the room of one that goes to its neighbour", () => {
    const left = keep(three, (id) => id !== "b");
    expect(left && idsOf(left)).toEqual(["a", "c"]);
    expect(keep(three, () => true)).toBe(three);
    expect(keep(three, () => false)).toBeUndefined();
  });

  it("puts one in another's place, or lets two that are shown change places", () => {
    expect(idsOf(put(three, "b", "x"))).toEqual(["a", "x", "c"]);
    expect(idsOf(put(three, "a", "c"))).toEqual(["c", "b", "a"]);
  });

  it("is read as it was kept, and what is no layout is not", () => {
    expect(readLayout(JSON.stringify(three))).toEqual(three);
    const twice = { way: "row", part: 0.5, first: one, second: one };
    for (const bad of [null, "[", "{}", "7", JSON.stringify(twice), JSON.stringify({ ...twice, way: "up" }), '{"id":7}']) expect(readLayout(bad)).toBeUndefined();
  });
});

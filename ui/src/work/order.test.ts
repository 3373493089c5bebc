import { describe, expect, it } from "vitest";
import type { MergeEntry } from "../client";
import { landingOrder, neighbour, placesOf } from "./order";

const entry = (id: string, more: Partial<MergeEntry> = {}) => ({ id, state: "approved", position: Number(id.slice(2)), ...more }) as MergeEntry;

describe("the landing order", () => {
  it("goes by position, whatever order the entries came in", () => {
    expect(landingOrder([entry("e-3"), entry("e-1"), entry("e-2")]).map((each) => each.id)).toEqual(["e-1", "e-2", "e-3"]);
  });

  it("has a neighbour on either side, but not beyond its ends", () => {
    const order = [entry("e-1"), entry("e-2", { dependsOn: "e-1" })];
    expect([neighbour("e-2", order, "earlier"), neighbour("e-1", order, "later")]).toEqual(["e-1", "e-2"]);
    expect([neighbour("e-1", order, "earlier"), neighbour("e-2", order, "later"), neighbour("e-9", order, "later")]).toEqual([undefined, undefined, undefined]);
  });

  it("offers both neighbours to one in the middle", () => {
    const order = [entry("e-1"), entry("e-2"), entry("e-3")];
    expect(placesOf("e-2", order)).toEqual({ earlier: "e-1", later: "e-3", next: true });
    expect(placesOf("e-1", order)).toEqual({ earlier: undefined, later: "e-2", next: false });
    expect(placesOf("e-3", order)).toEqual({ earlier: "e-2", later: undefined, next: true });
  });

  it("puts nothing before what is being landed, and does not move it", () => {
    const order = [entry("e-1", { state: "landing" }), entry("e-2"), entry("e-3")];
    expect(placesOf("e-1", order)).toEqual({ earlier: undefined, later: undefined, next: false });
    expect(placesOf("e-2", order)).toEqual({ earlier: undefined, later: "e-3", next: false });
  });

  it("keeps an entry behind the one it depends on", () => {
    const order = [entry("e-1"), entry("e-2", { dependsOn: "e-1" }), entry("e-3")];
    expect(placesOf("e-2", order)).toEqual({ earlier: undefined, later: "e-3", next: false });
    expect(placesOf("e-1", order).later).toBeUndefined();
    expect(placesOf("e-9", order)).toEqual({ earlier: undefined, later: undefined, next: false });
  });
});

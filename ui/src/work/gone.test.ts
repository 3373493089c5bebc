import { expect, it } from "vitest";
import type { MergeEntry } from "../client";
import { GoneRuns } from "./gone";

const at = (s: number) => new Date(s * 1000).toISOString();
const entry = (id: string, state: MergeEntry["state"], candidate: string | null, s: number): MergeEntry => ({ id, state, candidate, updatedAt: at(s) }) as MergeEntry;

it("a rebuilt candidate leaves its first run behind", () => {
  const gone = new GoneRuns();
  gone.observe([entry("e-1", "checking", "c1", 10)], 12_000);
  gone.observe([entry("e-1", "checking", "c1", 10)], 14_000);
  gone.observe([entry("e-1", "checking", "c2", 20)], 21_000);
  expect(gone.all).toEqual([{ entryId: "e-1", from: 10_000, to: 20_000 }]);
});

it("a run sent back to waiting is thrown away, one that landed is not", () => {
  const gone = new GoneRuns();
  gone.observe([entry("e-1", "checking", "c1", 10), entry("e-2", "checking", "c2", 11)], 12_000);
  gone.observe([entry("e-1", "queued", null, 15)], 16_000);
  expect(gone.all).toEqual([{ entryId: "e-1", from: 10_000, to: 15_000 }]);
});

import { expect, it } from "vitest";
import type { ThrownReason } from "../client/protocol";
import { whyGone } from "./Slots";

// The compiler asks for each that the server has.
const reasons: Record<ThrownReason, true> = {
  ahead_failed: true,
  ahead_left: true,
  reordered: true,
  tip_moved: true,
  strategy_changed: true,
  removed: true,
  server_ended: true,
};

it("has words of its own for each reason why a run was thrown away", () => {
  const said = Object.keys(reasons).map((why) => whyGone({ why: why as ThrownReason, blamed: null }));
  expect(said).not.toContain("");
  expect(new Set(said).size).toBe(said.length);
});

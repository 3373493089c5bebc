import { expect, it } from "vitest";
import type { JsonValue } from "../client";
import { machineOf, workerName } from "./worker-name";

it("a worker on another machine is called by that machine, and any other by its id", () => {
  const far = { workerId: "node-1-crew", details: { pid: 1, node: { id: "1", name: "box" } } };
  expect([machineOf(far), workerName(far)]).toEqual(["box", "box"]);
  const others: JsonValue[] = [null, {}, [], "x", { node: null }, { node: { name: "" } }, { node: { name: 1 } }];
  for (const details of others) {
    expect(workerName({ workerId: "w-1", details })).toBe("w-1");
  }
});

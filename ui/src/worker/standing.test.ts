import { describe, expect, it } from "vitest";
import type { Worker, WorkerEnd } from "../client";
import { deaths, heldUpBy, standingOf } from "./standing";

const end = (more: Partial<WorkerEnd>): WorkerEnd => ({ kind: "died", cause: "why", at: "", livedMs: 1, inRow: 1, ...more });
const worker = (more: Partial<Worker> = {}): Worker => ({ workerId: "w-1", status: "idle", currentJobId: null, isOnline: true, capabilities: { kinds: [] }, details: {}, supervised: true, ends: [], waitingForIt: 0, ...more }) as Worker;
const drain = { by: "owner", since: "" };

describe("a worker", () => {
  it("stands as its last word, its drain and its ends say", () => {
    expect(standingOf(worker())).toBe("idle");
    expect(standingOf(worker({ currentJobId: "j" }))).toBe("busy");
    expect(standingOf(worker({ currentJobId: "j", drain }))).toBe("finishing");
    expect(standingOf(worker({ drain }))).toBe("drained");
    expect(standingOf(worker({ drain, isOnline: false }))).toBe("drained");
    expect(standingOf(worker({ status: "error" }))).toBe("trouble");
    expect(standingOf(worker({ isOnline: false, ends: [end({ againInMs: 500 })] }))).toBe("starting");
    expect(standingOf(worker({ isOnline: false, ends: [end({ againInMs: 8000, inRow: 5 })] }))).toBe("trouble");
    expect(standingOf(worker({ isOnline: false, ends: [end({ kind: "idle", inRow: 0 })] }))).toBe("asleep");
    expect(standingOf(worker({ isOnline: false, capabilities: {} }))).toBe("unheard");
    expect(standingOf(worker({ isOnline: false, supervised: false }))).toBe("offline");
  });

  it("of a server that says nothing of ends is read all the same", () => {
    const { ends: _, ...older } = worker({ isOnline: false });
    expect(standingOf(older as Worker)).toBe("offline");
    expect(deaths(undefined)).toBe(0);
    expect(deaths([end({}), end({ kind: "stopped" })])).toBe(1);
  });
});

it("a job for one worker is held up when that one is gone, drained, or offline and not of the server's own", () => {
  const there = [worker(), worker({ workerId: "w-2", drain }), worker({ workerId: "far", supervised: false, isOnline: false }), worker({ workerId: "w-3", isOnline: false })];
  expect(["w-1", "w-2", "far", "w-3", "w-9"].map((id) => heldUpBy(id, there))).toEqual([null, "drained", "offline", null, "gone"]);
});

import { afterEach, describe, expect, it, vi } from "vitest";
import type { Approval } from "../client";
import { type Crew, Store } from "../model";
import { arrived } from "../model/loaded";
import { type CrewState, EMPTY } from "../model/state";
import { startPhone } from "./start";

const approval = (id: string, state = "pending") => ({ id, state }) as Approval;

/** A page that has begun in a browser with an icon to count on, and what was said to that icon; nothing is a clear one. */
function begun(refuses = false) {
  const said: Array<number | undefined> = [];
  const told = async (count?: number) => {
    said.push(count);
    if (refuses) throw new DOMException("not installed", "NotAllowedError");
  };
  vi.stubGlobal("navigator", { setAppBadge: told, clearAppBadge: () => told() });
  const state = new Store<CrewState>(EMPTY);
  startPhone({ state, call: vi.fn(), refresh: vi.fn() } as unknown as Crew, () => undefined);
  const waits = (...approvals: Approval[]) => state.update((now) => ({ ...now, approvals: arrived(approvals, 0) }));
  return { said, state, waits };
}

afterEach(() => vi.unstubAllGlobals());

describe("the number on the icon", () => {
  it("is what waits for an answer, said when it is another, and gone when nothing waits", () => {
    const { said, state, waits } = begun();
    expect(said).toEqual([]);
    waits(approval("a"), approval("b"), approval("c", "approved"));
    expect(said).toEqual([2]);
    state.update((now) => ({ ...now, deviceChanges: now.deviceChanges + 1 }));
    waits(approval("a"), approval("d"));
    expect(said).toEqual([2]);
    waits(approval("d"));
    waits();
    expect(said).toEqual([2, 1, undefined]);
  });

  it("of an earlier visit is cleared once it is known that nothing waits, and not before", () => {
    const { said, waits } = begun();
    expect(said).toEqual([]);
    waits();
    expect(said).toEqual([undefined]);
  });

  it("that a browser does not take is missed by nobody", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const { said, waits } = begun(true);
    waits(approval("a"));
    waits();
    await new Promise((done) => setTimeout(done));
    process.off("unhandledRejection", unhandled);
    expect(said).toEqual([1, undefined]);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

import { describe, expect, it, vi } from "vitest";
import type { MergeEntry } from "../client";

const call = vi.fn(() => Promise.resolve({}));
vi.mock("../app", () => ({
  useClient: () => call,
  useCrew: () => ({ refresh: () => Promise.resolve() }),
  useModel: () => true,
  useAction: () => ({ busy: false, failure: null, run: (work: () => Promise<unknown>) => work() }),
}));
vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: unknown }) => children }));

const { fireEvent, render, screen } = await import("@testing-library/react");
const { Returned } = await import("./Returned");
const { words } = await import("./words");

const entry = (repair: MergeEntry["repair"]): MergeEntry => ({ id: "e-1", target: "main_agents", state: "parked", ...(repair ? { repair } : {}) }) as MergeEntry;

describe("what came back", () => {
  it("shows both sides of a conflict and what brought the other", () => {
    const cameBack = {
      code: "merge.conflict",
      moreFiles: 0,
      files: [{ path: "a.txt", said: "Both sides changed the same lines.", clashes: [{ line: 2, ours: "red", base: "white", theirs: "blue", cut: false }], more: 0 }],
      beside: [{ commit: "0123456789", title: "paint it red" }],
    };
    render(<Returned entry={entry({ number: 0, cameBack })} />);
    for (const text of ["a.txt", "red", "white", "blue", "paint it red", "main_agents"]) expect(screen.getAllByText(text).length).toBeGreaterThan(0);
  });

  it("says of a change that was to mend the branch what it was to mend, and offers the same ways", () => {
    const { unmount } = render(<Returned entry={entry({ number: 2, mendsBranch: { branch: "main_agents", check: "tests" }, waysOut: ["agent", "take_over", "retry", "drop"] })} />);
    expect(screen.getByText(words.mendsBranch("tests", "main_agents"))).toBeTruthy();
    fireEvent.click(screen.getByText(words.wayTakeOver));
    expect(call).toHaveBeenLastCalledWith("merge.take_over", { id: "e-1" });
    fireEvent.click(screen.getByText(words.wayRetry));
    expect(call).toHaveBeenLastCalledWith("merge.retry", { id: "e-1" });
    unmount();
  });

  it("offers the ways out there are, and sends what is to be told", () => {
    render(<Returned entry={entry({ number: 2, waysOut: ["agent", "drop"] })} />);
    expect(screen.queryByText(words.wayTakeOver)).toBeNull();
    fireEvent.change(screen.getByLabelText(words.wayAgentSay), { target: { value: " keep both " } });
    fireEvent.click(screen.getByText(words.wayAgent));
    expect(call).toHaveBeenLastCalledWith("merge.mend", { id: "e-1", say: "keep both" });
    fireEvent.click(screen.getByText(words.wayDrop));
    expect(call).toHaveBeenLastCalledWith("merge.remove", { id: "e-1" });
  });
});

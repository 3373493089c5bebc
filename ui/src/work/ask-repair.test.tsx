import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { MergeQueue } from "../client";
import { AskRepair } from "./AskRepair";
import { words } from "./steer-words";
import "../patience.setup";

const { call, refresh, may } = vi.hoisted(() => ({ call: vi.fn(), refresh: vi.fn(), may: vi.fn(() => true) }));
vi.mock("../app", async () => {
  const { useState } = await import("react");
  return {
    useClient: () => call,
    useCrew: () => ({ refresh }),
    useModel: () => true,
    useMay: may,
    useAction: () => {
      const [failure, setFailure] = useState<{ message: string }>();
      return { busy: false, failure, run: (work: () => Promise<void>) => work().catch((thrown: { message: string }) => setFailure(thrown)) };
    },
  };
});

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

const red = { branch: "main_agents", commit: "abc", tree: "t", check: "tests", run: ["make"], log: "", ask: "Mend the check." };
const queue = (more: object) => ({ entries: [{ id: "e-1", sessionId: "dev", repair: { redBase: red } }], ...more }) as unknown as MergeQueue;

describe("a branch that fails by itself", () => {
  it("is asked to be mended once, where a change waits for it", async () => {
    call.mockResolvedValue({ ok: true });
    render(<AskRepair queue={queue({ red })} />);
    fireEvent.click(screen.getByRole("button", { name: words.askRepair }));
    expect(await screen.findByText(words.repairAsked)).toBeTruthy();
    expect(call).toHaveBeenCalledExactlyOnceWith("chat.send", { sessionId: "dev", text: "Mend the check." });
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("says why it could not be asked, and can be asked again", async () => {
    call.mockRejectedValueOnce({ message: "The server is stopping." });
    render(<AskRepair queue={queue({ red })} />);
    fireEvent.click(screen.getByRole("button", { name: words.askRepair }));
    expect(await screen.findByText("The server is stopping.")).toBeTruthy();
    expect(screen.getByRole("button", { name: words.askRepair })).toBeTruthy();
  });

  it("offers nothing on a branch that passes, or to a device that may not write", () => {
    const { container, rerender } = render(<AskRepair queue={queue({})} />);
    expect(container.innerHTML).toBe("");
    may.mockReturnValueOnce(false);
    rerender(<AskRepair queue={queue({ red })} />);
    expect(container.innerHTML).toBe("");
    expect(may).toHaveBeenLastCalledWith("chat");
  });
});

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Composer } from "./Composer";
import { keepDraft, readDraft } from "./drafts";

const send = vi.fn();
beforeEach(() => {
  localStorage.clear();
  send.mockReset();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const show = (extra: { live?: boolean; lastSent?: string; sessionId?: string; workers?: readonly string[]; called?: (id: string) => string } = {}) => {
  render(<Composer sessionId={extra.sessionId ?? "dev"} workspace={undefined} live={extra.live ?? true} onSend={send} lastSent={extra.lastSent} workers={extra.workers} called={extra.called} />);
  return screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
};
const type = (field: HTMLTextAreaElement, value: string) => fireEvent.change(field, { target: { value } });

describe("writing a message", () => {
  it("sends on Enter and empties the field", () => {
    const field = show();
    type(field, "  fix it  ");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(send).toHaveBeenCalledWith("fix it", "interactive");
    expect(field.value).toBe("");
  });

  it("is for one worker where that was chosen, and the next one is for any again", () => {
    const field = show({ workers: ["w-1", "w-2"] });
    fireEvent.change(screen.getByRole("combobox", { name: "On which worker" }), { target: { value: "w-2" } });
    for (const text of ["first", "second"]) {
      type(field, text);
      fireEvent.keyDown(field, { key: "Enter" });
    }
    expect(send.mock.calls).toEqual([
      ["first", "interactive", "w-2"],
      ["second", "interactive"],
    ]);
  });

  it("names a worker by its machine and sends to its id", () => {
    const field = show({ workers: ["w-1", "node-1"], called: (id) => (id === "node-1" ? "box" : id) });
    const picker = screen.getByRole("combobox", { name: "On which worker" });
    fireEvent.change(picker, { target: { value: "node-1" } });
    expect(picker.textContent).toContain("box");
    type(field, "there");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(send).toHaveBeenCalledWith("there", "interactive", "node-1");
  });

  it("offers no choice of one worker", () => {
    show({ workers: ["w-1"] });
    expect(screen.queryByRole("combobox", { name: "On which worker" })).toBeNull();
  });

  it("makes a new line on shift and Enter, and sends nothing empty", () => {
    const field = show();
    type(field, "one");
    fireEvent.keyDown(field, { key: "Enter", shiftKey: true });
    type(field, "   ");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(send).not.toHaveBeenCalled();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);
  });

  it("does not send while a word is being composed", () => {
    const field = show();
    type(field, "にほん");
    fireEvent.keyDown(field, { key: "Enter", isComposing: true });
    expect(send).not.toHaveBeenCalled();
  });

  it("sends with the chosen priority, and goes back to now", () => {
    const field = show();
    fireEvent.click(screen.getByRole("radio", { name: "Later" }));
    type(field, "one");
    fireEvent.keyDown(field, { key: "Enter" });
    type(field, "two");
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(send.mock.calls).toEqual([["one", "background"], ["two", "interactive"]]);
  });

  it("chooses a command by key and sends a command that is whole", () => {
    const field = show();
    type(field, "/");
    expect(screen.getByRole("listbox", { name: "Commands" })).toBeTruthy();
    expect(screen.getAllByRole("option")[0]?.getAttribute("aria-selected")).toBe("true");
    fireEvent.keyDown(field, { key: "ArrowDown" });
    expect(screen.getAllByRole("option")[1]?.getAttribute("aria-selected")).toBe("true");
    expect(field.getAttribute("aria-activedescendant")).toBe(screen.getAllByRole("option")[1]?.id);
    fireEvent.keyDown(field, { key: "Enter" });
    expect(field.value).toBe("/test");
    expect(send).not.toHaveBeenCalled();
    fireEvent.keyDown(field, { key: "Enter" });
    expect(send).toHaveBeenCalledWith("/test", "interactive");
  });

  it("closes the menu with Escape and leaves the text", () => {
    const field = show();
    type(field, "/st");
    fireEvent.keyDown(field, { key: "Escape" });
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(field.value).toBe("/st");
  });

  it("brings back the last message with the up key in an empty field", () => {
    const field = show({ lastSent: "what I said" });
    fireEvent.keyDown(field, { key: "ArrowUp" });
    expect(field.value).toBe("what I said");
  });

  it("keeps a draft per session and forgets it when it is sent", () => {
    vi.useFakeTimers();
    const field = show();
    type(field, "half a thought");
    vi.advanceTimersByTime(500);
    expect(readDraft("dev")).toBe("half a thought");
    cleanup();
    const again = show();
    expect(again.value).toBe("half a thought");
    cleanup();
    expect(show({ sessionId: "other" }).value).toBe("");
    cleanup();
    const third = show();
    fireEvent.keyDown(third, { key: "Enter" });
    expect(readDraft("dev")).toBe("");
  });

  it("says that it keeps the message while there is no server", () => {
    keepDraft("dev", "x");
    show({ live: false });
    expect(screen.getByText("Offline: kept here and sent later")).toBeTruthy();
  });
});

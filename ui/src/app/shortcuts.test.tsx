import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { grabStroke, keysOf, press, remap, strokeOf, useShortcut, type ShortcutId } from "./shortcuts";
import { resolveTheme } from "./theme";

afterEach(() => {
  cleanup();
  remap("go.queue", undefined);
});

const key = (init: KeyboardEventInit & { target?: HTMLElement }) => {
  const event = new KeyboardEvent("keydown", init);
  Object.defineProperty(event, "target", { value: init.target ?? document.body });
  return event;
};

function Listen({ id, run }: { id: ShortcutId; run: () => boolean | undefined | void }) {
  useShortcut(id, run);
  return null;
}

describe("shortcuts", () => {
  it("name strokes the same on every keyboard", () => {
    expect(strokeOf(key({ key: "K", ctrlKey: true, shiftKey: true }))).toBe("mod+shift+k");
    expect(strokeOf(key({ key: "¥", code: "KeyY", altKey: true }))).toBe("alt+y");
    expect(strokeOf(key({ key: "ArrowDown", altKey: true }))).toBe("alt+down");
  });

  it("follow two strokes one after the other, not too slowly", () => {
    const run = vi.fn();
    render(<Listen id="go.queue" run={run} />);
    press(key({ key: "g" }), 0);
    expect(press(key({ key: "q" }), 100)).toBe(true);
    press(key({ key: "g" }), 0);
    expect(press(key({ key: "q" }), 5000)).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("leave single letters to a text field", () => {
    const run = vi.fn();
    render(<Listen id="composer" run={run} />);
    expect(press(key({ key: "c", target: document.createElement("textarea") }), 0)).toBe(false);
    expect(press(key({ key: "c" }), 0)).toBe(true);
  });

  it("never decide by a key that is held down", () => {
    const run = vi.fn();
    render(<Listen id="approve" run={run} />);
    expect(press(key({ key: "y", code: "KeyY", altKey: true, repeat: true }), 0)).toBe(true);
    expect(run).not.toHaveBeenCalled();
    press(key({ key: "y", code: "KeyY", altKey: true }), 0);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("never decide about something that lies under a dialog", () => {
    const run = vi.fn();
    render(<Listen id="approve" run={run} />);
    const dialog = document.createElement("div");
    dialog.setAttribute("role", "dialog");
    dialog.dataset["state"] = "open";
    document.body.append(dialog);
    expect(press(key({ key: "y", code: "KeyY", altKey: true }), 0)).toBe(false);
    dialog.remove();
    expect(press(key({ key: "y", code: "KeyY", altKey: true }), 0)).toBe(true);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("go to the newest listener first and past one that declines", () => {
    const first = vi.fn();
    const second = vi.fn(() => false);
    render(<><Listen id="deny" run={first} /><Listen id="deny" run={second} /></>);
    press(key({ key: "n", code: "KeyN", altKey: true }), 0);
    expect(second).toHaveBeenCalledTimes(1);
    expect(first).toHaveBeenCalledTimes(1);
  });

  it("can be given other keys and back", () => {
    remap("go.queue", "mod+q");
    expect(keysOf("go.queue")).toBe("mod+q");
    remap("go.queue", undefined);
    expect(keysOf("go.queue")).toBe("g q");
  });

  it("hand the next stroke over when it is asked for", () => {
    const taken = vi.fn();
    grabStroke(taken);
    expect(press(key({ key: "x", ctrlKey: true }), 0)).toBe(true);
    grabStroke(undefined);
    expect(taken).toHaveBeenCalledWith("mod+x");
  });
});

describe("themes", () => {
  it("follow the system unless one was chosen", () => {
    expect(resolveTheme("system", true, false)).toBe("dark");
    expect(resolveTheme("system", false, true)).toBe("contrast-light");
    expect(resolveTheme("contrast", true, false)).toBe("contrast");
    expect(resolveTheme("light", true, true)).toBe("light");
  });
});

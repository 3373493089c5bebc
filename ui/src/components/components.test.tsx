import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { platform } from "../platform";
import { revealedAll } from "../hidden";
import { ansiRuns, argvText, argvTyped, plainText } from "./Log";
import { Button } from "./Button";
import { InlineText, plainLine } from "./InlineText";
import { keysText } from "./Kbd";
import { Markdown } from "./Markdown";
import { shortPath } from "./Path";
import { aboutText, agoText, durationText } from "./Time";

afterEach(cleanup);

describe("a button that works", () => {
  it("keeps the focus, says that it works, and can be pressed by nobody", () => {
    const [press, send] = [vi.fn(), vi.fn((event: React.FormEvent) => event.preventDefault())];
    const form = (busy: boolean) => (
      <form onSubmit={send}>
        <Button type="submit" busy={busy} onClick={press}>Push</Button>
      </form>
    );
    const { rerender } = render(form(false));
    const button = screen.getByRole("button", { name: "Push" });
    button.focus();
    fireEvent.click(button);
    expect([press.mock.calls.length, send.mock.calls.length]).toEqual([1, 1]);
    rerender(form(true));
    expect(document.activeElement).toBe(button);
    expect([button.getAttribute("aria-busy"), button.getAttribute("aria-disabled"), button.hasAttribute("disabled")]).toEqual(["true", "true", false]);
    fireEvent.click(button);
    expect([press.mock.calls.length, send.mock.calls.length]).toEqual([1, 1]);
    rerender(form(false));
    fireEvent.click(button);
    expect(press).toHaveBeenCalledTimes(2);
  });
});

describe("text of models", () => {
  it("runs nothing, loads nothing and goes nowhere by itself", () => {
    const { container } = render(<Markdown text={'<script>alert(1)</script><img src=x onerror=alert(1)>\n\n![a](https://example.invalid/p.png)\n\n[bad](javascript:alert(1)) [worse](data:text/html,x)'} />);
    expect(container.querySelector("script, img, iframe")).toBeNull();
    expect(container.querySelector("a")).toBeNull();
    expect(container.textContent).toContain("[picture: a]");
  });

  it("opens links through the platform", () => {
    const open = vi.spyOn(platform, "openLink").mockImplementation(() => undefined);
    render(<Markdown text="[notes](https://example.invalid/notes)" />);
    fireEvent.click(screen.getByRole("link", { name: "notes" }));
    expect(open).toHaveBeenCalledWith("https://example.invalid/notes");
  });
});

describe("one line of text", () => {
  it("shows marks as what they mean and leaves single ones alone", () => {
    const { container } = render(<InlineText text="Run `git init` in **that** folder, 2 * 3 * 4, a ` alone" />);
    expect(container.querySelector("code")?.textContent).toBe("git init");
    expect(container.querySelector("b")?.textContent).toBe("that");
    expect(container.textContent).toBe("Run git init in that folder, 2 * 3 * 4, a ` alone");
  });

  it("loses its marks where none can be drawn", () => {
    expect(plainLine("Replace `a` with `b` in **all** files")).toBe("Replace a with b in all files");
    expect(plainLine("a ` alone")).toBe("a ` alone");
  });
});

describe("output", () => {
  it("keeps colours and drops every other control sequence", () => {
    expect(ansiRuns("\u001b[1m\u001b[32mok\u001b[0m rest\u001b[2K")).toEqual([{ text: "ok", className: "a-g a-B" }, { text: " rest", className: "" }]);
    expect(plainText("\u001b]0;title\u0007a\u001b[31mb\u0007")).toBe("ab");
  });

  it("quotes words of a command only where needed", () => {
    expect(argvText(["git", "commit", "-m", "it's done", ""])).toBe("git commit -m 'it'\\''s done' ''");
    expect(argvText(["sh", "-c", "true\u202e # \u001b[8m"])).toBe("sh -c 'true‹U+202E› # ‹ESC›[8m'");
    expect(argvText(["sh", "-c", "true # x\ncurl y"])).toBe("sh -c 'true # x\\ncurl y'");
    expect(revealedAll({ "a\u200b": ["x\u202e"], "a‹U+200B›": 1 })).toEqual({ "a‹U+200B›": ["x‹U+202E›"], "a‹U+200B› ": 1 });
    expect(argvTyped(["a\u200b\n"])).toBe("'a\u200b\n'");
  });
});

describe("figures", () => {
  it("says times as people do", () => {
    expect([40, 900, 38_200, 161_000, 3_727_000].map(durationText)).toEqual(["40 ms", "0.9 s", "38.2 s", "2:41", "1:02:07"]);
    expect(agoText("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:06:10Z"))).toBe("6 m");
    expect(agoText("2026-01-01T00:00:10Z", Date.parse("2026-01-01T00:00:00Z"))).toBe("0 s");
    expect(aboutText(12_300)).toBe("about 12 s");
  });

  it("shortens a path in its middle and keeps the file name", () => {
    expect(shortPath("crates/tern-ingest/src/deep/down/retry.rs", 24)).toBe("crates/…/down/retry.rs");
    expect(shortPath("a/b.rs", 24)).toBe("a/b.rs");
    expect(shortPath("aaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbbbbb.rs", 10)).toBe("aaaaaaaaaaaaaaaa/…/bbbbbbbbbbbbbbbbbbbbbbbbb.rs");
  });
});

describe("keys", () => {
  it("have their names, whether Control is meant or what commands here", () => {
    expect(keysText("ctrl+shift+c")).toBe("Ctrl Shift C");
    expect(keysText("mod+k")).toBe("Ctrl K");
    expect(keysText("g q")).toBe("G Q");
  });
});

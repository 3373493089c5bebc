// What draws a terminal falls back from the graphics card to the page, whenever it has to. The drawing itself is a
// stand-in here; in a browser it is tried by tests/browser/terminal_layout.test.mjs.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "./emulator";
import { readLook } from "./preferences";

const card = vi.hoisted(() => ({ fails: undefined as "made" | "loaded" | undefined, lose: undefined as (() => void) | undefined, disposed: 0, options: undefined as Record<string, unknown> | undefined }));

vi.mock("@xterm/addon-webgl", () => ({
  WebglAddon: class {
    webgl = true;
    constructor() {
      if (card.fails === "made") throw new Error("WebGL2 not supported");
    }
    onContextLoss(told: () => void) {
      card.lose = told;
    }
    dispose() {
      card.disposed += 1;
    }
  },
}));
vi.mock("@xterm/xterm", () => ({
  Terminal: class {
    options: Record<string, unknown>;
    textarea = document.createElement("textarea");
    constructor(options: Record<string, unknown>) {
      this.options = options;
      card.options = options;
    }
    loadAddon(addon: { webgl?: boolean }) {
      if (addon.webgl && card.fails === "loaded") throw new Error("no context");
    }
    open() {}
    dispose() {}
  },
}));
vi.mock("./touch", () => ({ scrollByTouch: () => () => undefined }));

beforeEach(() => Object.assign(card, { fails: undefined, lose: undefined, disposed: 0, options: undefined }));
afterEach(() => vi.restoreAllMocks());

const make = () => createEmulator(document.createElement("div"), readLook(null), "Screen of shell");

describe("what draws a terminal", () => {
  it("is the graphics card where there is one", () => {
    expect(make().renderer()).toBe("webgl");
  });

  it.each(["made", "loaded"] as const)("is the page where the card's part cannot be %s", (when) => {
    card.fails = when;
    const emulator = make();
    expect(emulator.renderer()).toBe("dom");
    // It is whole all the same.
    emulator.restyle({ ...readLook(null), screenReader: true, font: "Iosevka" });
    expect(card.options).toMatchObject({ screenReaderMode: true });
    expect(card.options?.["fontFamily"]).toMatch(/^"Iosevka", /);
    emulator.dispose();
  });

  it("is the page from the moment the card is taken away, once, and the page is told", () => {
    const emulator = make();
    const told: string[] = [];
    emulator.onRenderer((renderer) => told.push(renderer));
    card.lose?.();
    card.lose?.();
    expect(emulator.renderer()).toBe("dom");
    expect(card.disposed).toBe(1);
    expect(told).toContain("dom");
  });
});

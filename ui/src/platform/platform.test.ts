import { describe, expect, it, vi } from "vitest";
import { detectPlatform } from ".";

type Invoke = (command: string, args?: Record<string, unknown>) => Promise<unknown>;
const shell = (invoke: Invoke, hostname = "127.0.0.1", assign = vi.fn()) =>
  ({ __TAURI__: { core: { invoke } }, open: vi.fn(), location: { hostname, assign } }) as unknown as Window;

describe("the platform", () => {
  it("has nothing to quit and no folder dialog in a browser", () => {
    const browser = detectPlatform({ open: vi.fn() } as unknown as Window);
    expect(browser.kind).toBe("browser");
    expect(browser.quit).toBeUndefined();
    expect(browser.pickFolder).toBeUndefined();
  });

  it("asks the shell to quit", async () => {
    const invoke = vi.fn<Invoke>(async () => null);
    await detectPlatform(shell(invoke)).quit?.();
    expect(invoke).toHaveBeenCalledWith("quit");
  });

  it("asks the shell why there is no server, which a browser cannot know", async () => {
    expect(detectPlatform({ open: vi.fn() } as unknown as Window).problem).toBeUndefined();
    expect(await detectPlatform(shell(async () => "It broke.")).problem?.()).toBe("It broke.");
    expect(await detectPlatform(shell(async () => null)).problem?.()).toBeUndefined();
  });

  it("opens the folder of a job by its id, in the window of this machine's server alone", () => {
    expect(detectPlatform({ open: vi.fn() } as unknown as Window).openTaken).toBeUndefined();
    expect(detectPlatform(shell(async () => null, "hub.example.ts.net")).openTaken).toBeUndefined();
    const assign = vi.fn();
    detectPlatform(shell(async () => null, "127.0.0.1", assign)).openTaken?.("job-1");
    expect(assign).toHaveBeenCalledWith("pilothouse://taken/job-1");
  });

  it("passes on why no folder could be chosen, and takes a cancelled dialog for nothing", async () => {
    await expect(detectPlatform(shell(async () => Promise.reject("no portal answers"))).pickFolder?.()).rejects.toBe("no portal answers");
    expect(await detectPlatform(shell(async () => null)).pickFolder?.()).toBeUndefined();
  });
});

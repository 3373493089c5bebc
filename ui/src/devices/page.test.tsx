import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CrewProvider } from "../app";
import { press } from "../app/shortcuts";
import { CallFailure, type DeviceShown, type Listening, type PairingShown } from "../client";
import { type Crew, Store } from "../model";
import { EMPTY } from "../model/state";
import DevicesPage from "./DevicesPage";

Element.prototype.scrollIntoView = () => undefined;
// A page with many boxes is slow to look through by role, on a machine that does something else too.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
afterEach(cleanup);

const device = (more: Partial<DeviceShown>): DeviceShown => ({
  id: "d-1" as DeviceShown["id"], name: "This one", kind: "browser", role: "owner", scopes: ["read", "chat", "approve", "pair", "admin"], keyed: false, createdAt: "2026-01-01T10:00:00Z", lastSeenAt: "2026-01-01T10:00:00Z", current: true, connected: true, ...more,
});
const phone = device({ id: "d-2" as DeviceShown["id"], name: "Pixel", kind: "phone", role: "member", scopes: ["read"], keyed: true, current: false, connected: false });
const listening: Listening = {
  listeners: [
    { kind: "loopback", chosen: true, origin: "built-in", state: "open", tier: "secure", urls: ["http://127.0.0.1:1"], reachers: "machine", selfSigned: false, done: [] },
    { kind: "tailnet", chosen: false, origin: "built-in", state: "off", tier: "plain", urls: ["http://100.64.0.1:1"], reachers: "tailnet", selfSigned: false, done: [] },
    { kind: "address", chosen: true, origin: "environment PILOTHOUSE_LISTEN_ADDRESS", state: "waiting", tier: "secure", urls: [], reachers: "network", selfSigned: true, why: "The port is taken.", code: "listen.taken", done: [] },
  ],
  tailscale: { state: "running", addresses: [] },
  logins: ["ann@example.com"],
  allow: [],
  allowOrigin: "built-in",
};

async function show({ devices = [device({}), phone], more = {} }: { devices?: DeviceShown[]; more?: Record<string, (params: never) => unknown> } = {}) {
  const pairings: PairingShown[] = [];
  const answers: Record<string, (params: never) => unknown> = {
    "device.list": () => ({ devices }),
    "pairing.list": () => ({ pairings: [...pairings] }),
    "pairing.start": () => ({ id: "p-1", url: "http://127.0.0.1:1/pair#p=1&s=s&n=n", addresses: [{ url: "http://127.0.0.1:1", tier: "secure", listener: "loopback" }], expiresAt: "2099-01-01T00:00:00Z", role: "member", scopes: ["read", "chat", "approve"] }),
    "pairing.approve": ({ scopes = ["node"] }: { scopes?: DeviceShown["scopes"] }) => ({ ...phone, name: "Pixel 9a", scopes }),
    "pairing.deny": () => ({ ok: true }),
    "listen.show": () => listening,
    "listen.set": () => listening,
    "node.list": () => ({ nodes: [] }),
    "presence.list": () => ({ present: [] }),
    ...more,
  };
  const call = vi.fn(async (method: string, params: unknown) => answers[method]?.(params as never));
  const state = new Store({ ...EMPTY, connection: { state: "live" } } as unknown as typeof EMPTY);
  const crew = { state, call } as unknown as Crew;
  const root = createRootRoute({ component: DevicesPage });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <CrewProvider crew={crew}>
      <RouterProvider router={router as never} />
    </CrewProvider>,
  );
  await screen.findByRole("heading", { name: "Devices" });
  const changed = () => act(() => state.update((now) => ({ ...now, deviceChanges: now.deviceChanges + 1 })));
  const claim = (of: Partial<PairingShown> = {}) => {
    pairings.unshift({ id: "p-1", state: "claimed", code: "418207", name: "Pixel 9a", kind: "phone", keyed: true, role: "member", scopes: ["read", "chat", "approve"], by: "owner", createdAt: "2026-01-01T10:00:00Z", expiresAt: "2099-01-01T00:00:00Z", ...of });
    changed();
  };
  const called = (method: string) => call.mock.calls.filter(([name]) => name === method).map(([, params]) => params);
  return { call, called, claim, state };
}

const chord = () => press(new KeyboardEvent("keydown", { key: "y", code: "KeyY", altKey: true }), Date.now());

describe("letting a device in", () => {
  it("shows the number of both screens, and lets in with what is ticked", async () => {
    const { called, claim } = await show();
    fireEvent.click(await screen.findByRole("button", { name: "Pair a device" }));
    await screen.findByRole("img", { name: /Pairing code/ });
    expect(screen.getByText(/Nothing outside of this machine/)).toBeTruthy();
    const yes = () => screen.getByRole<HTMLButtonElement>("button", { name: /^Approve/ });
    expect(yes().disabled, "nobody is there yet").toBe(true);
    claim();
    await waitFor(() => expect(screen.getByTestId("pairing-code").dataset["code"]).toBe("418207"));
    fireEvent.click(screen.getByRole("checkbox", { name: /^chat/ }));
    fireEvent.click(screen.getByRole("checkbox", { name: /^publish/ }));
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: /^read/ }).disabled, "nothing goes without reading").toBe(true);
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: /^publish/ }).checked, "nobody gives what they have not").toBe(false);
    fireEvent.click(yes());
    await screen.findByText("Pixel 9a is paired");
    expect(called("pairing.approve")).toEqual([{ id: "p-1", scopes: ["read", "approve"] }]);
  });

  it("is not agreed to by a key pressed just as the number comes up, nor by Enter out of habit", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(1_000);
    const { called, claim } = await show();
    fireEvent.click(await screen.findByRole("button", { name: "Pair a device" }));
    await screen.findByRole("img", { name: /Pairing code/ });
    claim();
    await screen.findByTestId("pairing-code");
    act(() => void chord());
    expect(called("pairing.approve")).toEqual([]);
    const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
    screen.getByRole("button", { name: /^Approve/ }).dispatchEvent(enter);
    expect(enter.defaultPrevented).toBe(true);
    now.mockReturnValue(2_000);
    act(() => void chord());
    await screen.findByText("Pixel 9a is paired");
  });

  it("put away unanswered, its link leads nowhere", async () => {
    const { called } = await show();
    fireEvent.click(await screen.findByRole("button", { name: "Pair a device" }));
    await screen.findByRole("img", { name: /Pairing code/ });
    fireEvent.keyDown(screen.getByTestId("pair-panel"), { key: "Escape" });
    await waitFor(() => expect(screen.queryByTestId("pair-panel")).toBeNull());
    expect(called("pairing.deny")).toEqual([{ id: "p-1" }]);
  });

  it("says why no code can be made", async () => {
    await show({ more: { "pairing.start": () => Promise.reject(new CallFailure("rate_limited", "Too many codes are open.", true)) } });
    fireEvent.click(await screen.findByRole("button", { name: "Pair a device" }));
    await screen.findByText("Too many codes are open.");
  });

  it("of a machine takes a command, and lets nothing be ticked", async () => {
    const { called, claim } = await show({
      more: { "pairing.start": () => ({ id: "p-1", url: "https://a.example/pair#p=1&s=s&n=n", addresses: [{ url: "https://a.example", tier: "secure", listener: "serve" }], expiresAt: "2099-01-01T00:00:00Z", role: "node", scopes: ["node"] }) },
    });
    fireEvent.click(await screen.findByRole("button", { name: "Pair a machine" }));
    await screen.findByText(/pilothouse node --hub/);
    claim({ role: "node", scopes: ["node"], kind: "node", name: "forge" });
    await screen.findByTestId("pairing-code");
    expect(screen.queryByRole("checkbox", { name: /^chat/ })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: /^Approve/ }));
    await waitFor(() => expect(called("pairing.approve")).toEqual([{ id: "p-1" }]));
    expect(called("pairing.start")).toEqual([{ role: "node" }]);
  });

  it("again keeps its row and what it may, for another key", async () => {
    const { called, claim } = await show();
    const more = await screen.findByRole("button", { name: "More: Pixel" });
    fireEvent.keyDown(more, { key: "Enter" });
    fireEvent.click(await screen.findByRole("menuitem", { name: "Pair again" }));
    await screen.findByRole("heading", { name: "Pair Pixel again" });
    await screen.findByRole("img", { name: /Pairing code/ });
    expect(called("pairing.start")).toEqual([{ upgradeOf: "d-2", scopes: ["read"] }]);
    claim({ upgradeOf: phone.id, scopes: ["read"] });
    await screen.findByTestId("pairing-code");
    expect(screen.getByText(/its old key opens nothing/)).toBeTruthy();
  });

  it("asked for by a device of before stands at the top, with what it has already", async () => {
    const { claim } = await show();
    claim({ id: "p-7", upgradeOf: phone.id, scopes: ["read", "chat"], code: "111222" });
    await screen.findByText(/Pixel asks for more: read, chat/);
    fireEvent.click(screen.getByRole("button", { name: "Look" }));
    expect((await screen.findByTestId("pairing-code")).dataset["code"]).toBe("111222");
    const read = screen.getByRole("checkbox", { name: /^read/ });
    expect(within(read.closest("label") as HTMLElement).getByText("has it now")).toBeTruthy();
  });
});

describe("the list", () => {
  it("shuts a device out after a question, and says so when that failed", async () => {
    const { called } = await show({ more: { "device.revoke": () => Promise.reject(new CallFailure("forbidden", "It needs the scope pair.", false)) } });
    fireEvent.click(await screen.findByRole("button", { name: "Revoke Pixel" }));
    fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Revoke" }));
    await screen.findByText("It needs the scope pair.");
    expect(called("device.revoke")).toEqual([{ id: "d-2" }]);
  });

  it("shows a device that may not pair itself alone, without asking for more than that", async () => {
    const { called } = await show({ devices: [device({ scopes: ["read", "chat"], role: "member" })] });
    await screen.findByText(/This device sees itself only/);
    expect(screen.queryByRole("button", { name: "Pair a device" })).toBeNull();
    expect([called("pairing.list"), called("listen.show")]).toEqual([[], []]);
  });

  it("lets a device ask for more, and keeps its ticks while the list is read again", async () => {
    const { called, claim } = await show({
      devices: [device({ scopes: ["read"], role: "member" })],
      more: {
        // Read anew each time, as from a server.
        "device.list": () => ({ devices: [device({ scopes: ["read"], role: "member" })] }),
        "pairing.request": () => ({ ok: true, claim: "c", pairing: { id: "p-9", state: "claimed", code: "730114", role: "member", scopes: [], by: "x", createdAt: "", expiresAt: "" } }),
      },
    });
    fireEvent.keyDown(await screen.findByRole("button", { name: "More: This one" }), { key: "Enter" });
    fireEvent.click(await screen.findByRole("menuitem", { name: "Ask for more" }));
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.click(dialog.getByRole("checkbox", { name: /^chat/ }));
    const reads = called("device.list").length;
    claim();
    await waitFor(() => expect(called("device.list").length).toBeGreaterThan(reads));
    expect(dialog.getByRole<HTMLInputElement>("checkbox", { name: /^chat/ }).checked).toBe(true);
    fireEvent.click(dialog.getByRole("button", { name: "Ask" }));
    await dialog.findByText(/^Asked\./);
    expect(called("pairing.request")).toEqual([{ scopes: ["read", "chat"] }]);
  });

  it("knows nobody to be here while the server is not heard", async () => {
    const { state } = await show();
    await screen.findByText("Here now");
    act(() => state.update((now) => ({ ...now, connection: { state: "offline", attempt: 1, nextAt: 0, lastSeen: 0, cause: "" } })));
    await screen.findByText("Was here");
    expect(screen.queryByText("Here now")).toBeNull();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Revoke Pixel" }).disabled).toBe(true);
  });
});

describe("where the server answers", () => {
  it("is switched only after what becomes reachable, and for whom, was said", async () => {
    const { called } = await show();
    fireEvent.click(await screen.findByRole("switch", { name: "Plain tailnet" }));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText("http://100.64.0.1:1")).toBeTruthy();
    expect(within(dialog).getByText(/machines of ann@example.com/)).toBeTruthy();
    expect(called("listen.set")).toEqual([]);
    fireEvent.click(within(dialog).getByRole("button", { name: "Switch on" }));
    await waitFor(() => expect(called("listen.set")).toEqual([{ tailnet: true }]));
  });

  it("says why one waits, and cannot be changed where a variable says it", async () => {
    await show();
    await screen.findByText("The port is taken.");
    expect(screen.getByRole<HTMLButtonElement>("switch", { name: "Own address" }).disabled).toBe(true);
  });
});

import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CrewProvider } from "../app";
import { press } from "../app/shortcuts";
import { CallFailure, type DeviceShown, type Listening, type Node, type PairingShown, type ReachableAddress } from "../client";
import { type Crew, Store } from "../model";
import { EMPTY } from "../model/state";
import DevicesPage from "./DevicesPage";
import "../patience.setup";

Element.prototype.scrollIntoView = () => undefined;
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

async function show({ at = "/", devices = [device({}), phone], more = {} }: { at?: string; devices?: DeviceShown[]; more?: Record<string, (params: never) => unknown> } = {}) {
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
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: [at] }) });
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

  /** What the pairing says of one way, and to whom it leads, where the server listens like that. */
  const inviteOver = async (way: ReachableAddress, of: Partial<Listening> | undefined) => {
    const link = { id: "p-1", url: `${way.url}/pair#p=1&s=s&n=n`, addresses: [way], expiresAt: "2099-01-01T00:00:00Z", role: "member", scopes: ["read"] };
    await show({
      ...(of ? {} : { devices: [device({ scopes: ["read", "pair"], role: "member" }), phone] }),
      more: { "pairing.start": () => link, "listen.show": () => ({ ...listening, ...of }) },
    });
    fireEvent.click(await screen.findByRole("button", { name: "Pair a device" }));
    await screen.findByRole("img", { name: /Pairing code/ });
  };
  const plain: ReachableAddress = { url: "http://100.64.0.1:1", tier: "plain", listener: "tailnet" };
  const own: ReachableAddress = { url: "https://203.0.114.7:7443", tier: "secure", listener: "address" };

  it("says to whom its link leads: logins and tags apart, and nobody where it is nobody", async () => {
    await inviteOver(plain, { logins: ["ann@example.com", "tag:ci"] });
    await screen.findByText("once paired: machines of ann@example.com, and those tagged tag:ci; no other tagged ones");
    cleanup();
    await inviteOver(plain, { logins: ["ann@example.com"] });
    await screen.findByText("once paired: machines of ann@example.com; no tagged ones");
    cleanup();
    await inviteOver(plain, { logins: [] });
    await screen.findByText(/^nobody: this machine belongs to no login/);
    cleanup();
    await inviteOver(plain, undefined);
    await screen.findByText("machines of your tailnet that are let in, once paired");
  });

  it("says that a public address leads there from the Internet too", async () => {
    await inviteOver(own, { listeners: [{ ...listening.listeners[2], bound: "203.0.114.7:7443", state: "open" } as Listening["listeners"][number]] });
    await screen.findByText(/from the Internet too, once paired$/);
    cleanup();
    await inviteOver({ ...own, url: "https://192.168.1.20:7443" }, { listeners: [{ ...listening.listeners[2], bound: "192.168.1.20:7443", state: "open" } as Listening["listeners"][number]] });
    await screen.findByText("whoever can reach this address, once paired");
  });

  it("says of a plain page all that goes there, work and terminals too", async () => {
    await inviteOver(plain, {});
    await screen.findByText("Chat, approvals, work and terminals while the page is open");
    await screen.findByText(/^No install, offline or notifications; a token instead of a key/);
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

describe("a device that came from where it could not do something", () => {
  it("is asked for exactly that, ticked already", async () => {
    const { called } = await show({
      at: "/devices#ask=terminal_write",
      devices: [device({ scopes: ["read"], role: "viewer" })],
      more: { "pairing.request": () => ({ ok: true, claim: "c", pairing: { id: "p-9", state: "claimed", code: "730114", role: "viewer", scopes: [], by: "x", createdAt: "", expiresAt: "" } }) },
    });
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByRole<HTMLInputElement>("checkbox", { name: /^type in terminals/ }).checked).toBe(true);
    fireEvent.click(dialog.getByRole("button", { name: "Ask" }));
    await dialog.findByText(/^Asked\./);
    expect(called("pairing.request").map((params) => [...(params as { scopes: string[] }).scopes].sort())).toEqual([["read", "terminal_read", "terminal_write"]]);
  });
});

describe("other machines", () => {
  const forge = {
    id: "n-1", name: "forge", hostname: "forge.lan", os: "linux", version: "0.1.0", online: true, since: "2026-01-01T10:00:00Z", allowed: ["terminals"], clockAheadMs: -90_000, terminals: 2, jobs: 1,
    offers: [{ service: "terminals", version: 1, features: ["/bin/bash"] }, { service: "workers", version: 1, features: [] }],
  } as unknown as Node;
  const anvil = { ...forge, id: "n-2", name: "anvil", hostname: "anvil.lan", online: false, clockAheadMs: 59_000, allowed: [], terminals: 0, jobs: 0 } as unknown as Node;
  const rowOf = async (name: string) => within((await screen.findByText(name, { selector: ".machine__name > .medium" })).closest("li") as HTMLElement);
  const tick = (row: Awaited<ReturnType<typeof rowOf>>, name: string) => row.getByRole<HTMLInputElement>("checkbox", { name });

  it("say whether they are there, what they do, and that their clock is off", async () => {
    await show({ more: { "node.list": () => ({ nodes: [forge, anvil] }) } });
    const there = await rowOf("forge");
    expect(there.getByText("Online")).toBeTruthy();
    expect(there.getByText("2 terminals, 1 job")).toBeTruthy();
    expect(there.getByText(/forge\.lan, linux, Pilothouse 0\.1\.0, its clock is off by 1:30/)).toBeTruthy();
    expect([tick(there, "terminals").checked, tick(there, "recipes").disabled, tick(there, "workers").checked]).toEqual([true, true, false]);
    const away = await rowOf("anvil");
    expect(away.getByText(/^Offline, heard/)).toBeTruthy();
    // Less than anybody notices.
    expect(away.getByText("anvil.lan, linux, Pilothouse 0.1.0")).toBeTruthy();
  });

  it("are let do more by one tick, and say so when that failed", async () => {
    let nodes = [forge];
    const allow = vi.fn(({ services }: { services: Node["allowed"] }) => {
      if (services.length === 0) throw new CallFailure("internal", "The disk is full.", true);
      nodes = [{ ...forge, allowed: services }];
      return { ok: true };
    });
    const { called } = await show({ more: { "node.list": () => ({ nodes }), "node.allow": allow } });
    fireEvent.click(tick(await rowOf("forge"), "workers"));
    await waitFor(async () => expect(tick(await rowOf("forge"), "workers").checked).toBe(true));
    expect(called("node.allow")).toEqual([{ id: "n-1", services: ["terminals", "workers"] }]);
    nodes = [forge];
    fireEvent.click(tick(await rowOf("forge"), "workers"));
    await waitFor(async () => expect(tick(await rowOf("forge"), "workers").checked).toBe(false));
    fireEvent.click(tick(await rowOf("forge"), "terminals"));
    expect((await screen.findByRole("alert")).textContent).toContain("The disk is full.");
    expect(tick(await rowOf("forge"), "terminals").checked).toBe(true);
  });

  it("can be looked at and not changed by a device that may not manage", async () => {
    await show({ devices: [device({ scopes: ["read"], role: "viewer" })], more: { "node.list": () => ({ nodes: [forge] }) } });
    const row = await rowOf("forge");
    for (const name of ["terminals", "recipes", "workers"]) expect((tick(row, name).closest("fieldset") as HTMLFieldSetElement).disabled).toBe(true);
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

  /** What the dialog that switches it on says of whom it lets in. */
  const toldOf = async (of: Partial<Listening>) => {
    await show({ more: { "listen.show": () => ({ ...listening, ...of }) } });
    fireEvent.click(await screen.findByRole("switch", { name: "Plain tailnet" }));
    return within(await screen.findByRole("dialog"));
  };

  it("tells logins from tags, and that no others come in", async () => {
    const dialog = await toldOf({ logins: ["ann@example.com", "tag:ci", "bob@example.com", "tag:laptop"] });
    dialog.getByText("machines of ann@example.com, bob@example.com, and those tagged tag:ci, tag:laptop; no other tagged ones");
    cleanup();
    (await toldOf({ logins: ["tag:ci"] })).getByText("machines tagged tag:ci, and no others");
    cleanup();
    (await toldOf({ logins: ["ann@example.com"] })).getByText("machines of ann@example.com; no tagged ones");
  });

  it("says nobody where this machine belongs to no login and nobody is let in", async () => {
    (await toldOf({ logins: [] })).getByText(/^nobody: this machine belongs to no login/);
    expect(screen.getByText("Let in from the tailnet").textContent).toBe("Let in from the tailnet nobody");
    cleanup();
    // While nobody can say whose machine this is, nobody is named as its owner.
    (await toldOf({ logins: ["bob@example.com"], tailscale: { state: "stopped", addresses: [] } })).getByText(/^nobody new while Tailscale does not answer/);
  });

  it("takes nobody for the owner whom a file lets in with capitals", async () => {
    await show({ more: { "listen.show": () => ({ ...listening, logins: ["ann@example.com", "bob@example.com"], allow: ["Bob@Example.com"] }) } });
    await screen.findByText("Let in from the tailnet");
    expect(screen.getAllByText("you").map((one) => one.closest("li")?.textContent)).toEqual(["ann@example.comyou"]);
  });

  it("says of an own address that whoever reaches it can knock, and warns of a public one", async () => {
    const { called } = await show({ more: { "listen.show": () => ({ ...listening, listeners: listening.listeners.map((one) => (one.kind === "address" ? { ...one, chosen: false, state: "off", origin: "built-in" } : one)) }) } });
    fireEvent.click(await screen.findByRole("switch", { name: "Own address" }));
    const dialog = within(await screen.findByRole("dialog"));
    dialog.getByText("whoever can reach the address; only paired devices get in");
    dialog.getByText(/This server opens nothing to the Internet by itself; a router that forwards to this address does/);
    const type = (value: string) => fireEvent.change(dialog.getByRole("textbox"), { target: { value } });
    type("192.168.1.20:7443");
    expect(dialog.queryByRole("status")).toBeNull();
    type("203.0.114.7:7443");
    expect(dialog.getByRole("status").textContent).toContain("everybody on the Internet can knock");
    expect(called("listen.set")).toEqual([]);
  });

  it.each([
    [[], "This server opens nothing to it by itself", "not by itself"],
    [["https://192.168.1.20:7443"], "Whoever can reach your own address can knock", "not by itself"],
    [["https://[2a01:4f8::7]:7443"], "Your own address is public", "possible"],
  ])("promises nothing of the Internet that a router could break: %j", async (urls, said, end) => {
    const own = { ...listening.listeners[2], chosen: urls.length > 0, urls } as Listening["listeners"][number];
    await show({ more: { "listen.show": () => ({ ...listening, listeners: [...listening.listeners.slice(0, 2), own] }) } });
    const row = (await screen.findByText("Internet")).closest("li") as HTMLElement;
    expect(row.textContent).toContain(said);
    expect(row.textContent).toMatch(new RegExp(`${end}$`));
  });

  it("says why one waits, and cannot be changed where a variable says it", async () => {
    await show();
    await screen.findByText("The port is taken.");
    expect(screen.getByRole<HTMLButtonElement>("switch", { name: "Own address" }).disabled).toBe(true);
  });
});

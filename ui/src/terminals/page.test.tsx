// The page of the terminals on a scripted server: the gateway's other end is played by the test, and what draws is a
// stand-in, because a test has no screen.

import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CrewProvider } from "../app";
import { CallFailure, type Node, type Permission, type Terminal, type Workspace } from "../client";
import { type FakeSocket, gatewayWithSockets, GREETING } from "../client/gateway/gateway.fixture";
import { KIND } from "../client/gateway/head";
import { type Crew, Store } from "../model";
import { arrived } from "../model/loaded";
import { type CrewState, EMPTY } from "../model/state";
import type { Look } from "./preferences";
import TerminalsPage from "./TerminalsPage";
import { words } from "./words";
import "../patience.setup";

const drawn = vi.hoisted(() => ({
  looks: [] as unknown[], found: true,
  /** What the emulator has yet to draw, while the test keeps it waiting. */
  held: undefined as Array<() => void> | undefined,
  says: undefined as ((data: string) => void) | undefined,
}));

vi.mock("./emulator", () => ({
  createEmulator: (_place: HTMLElement, look: Look) => {
    drawn.looks.push(look);
    const nothing = { dispose: () => undefined };
    const terminal = {
      cols: 80, rows: 24, modes: {}, write: (_data: unknown, done?: () => void) => void (drawn.held && done ? drawn.held.push(done) : done?.()), reset: () => undefined, resize: () => undefined, focus: () => undefined, onData: (told: (data: string) => void) => {
        drawn.says = told;
        return nothing;
      }, onBinary: () => nothing,
      attachCustomKeyEventHandler: () => undefined, scrollToBottom: () => undefined, getSelection: () => "",
    };
    const search = {
      findNext: () => drawn.found, findPrevious: () => drawn.found, clearDecorations: () => undefined,
    };
    return { terminal, search, fits: () => undefined, renderer: () => "dom", onRenderer: () => undefined, restyle: (next: Look) => void drawn.looks.push(next), dispose: () => undefined };
  },
}));

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe = () => undefined; disconnect = () => undefined; });
  localStorage.clear();
  sessionStorage.clear();
  drawn.looks = [];
  drawn.held = undefined;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const terminal = (more: Partial<Terminal>): Terminal =>
  ({ id: "t-1", name: "shell", cwd: "/home", shell: "/bin/bash", state: "running", cols: 80, rows: 24, createdAt: "2026-01-01T00:00:00Z", bytes: 0, attached: 1, recorded: 0, recordingCut: false, ...more }) as Terminal;
const forge = { id: "n-1", name: "forge", online: true, allowed: ["terminals"], offers: [{ service: "terminals", version: 1, features: [] }] } as unknown as Node;
const EVERYTHING: Permission[] = ["read", "terminal_read", "terminal_write"];

async function show({ terminals = [terminal({})], nodes = [forge], trusted = ["lighthouse"], unread = false, scopes = EVERYTHING, more = {} }: { terminals?: Terminal[]; nodes?: Node[]; trusted?: string[]; unread?: boolean; scopes?: Permission[]; more?: Record<string, (params: never) => unknown> } = {}) {
  const { gateway, sockets } = gatewayWithSockets();
  gateway.start();
  const socket = sockets[0] as FakeSocket;
  for (const frame of GREETING) socket.say(frame.t === "welcome" ? { ...frame, scopes } : frame);
  const listed = [...terminals];
  let machines = nodes;
  const answers: Record<string, (params: never) => unknown> = {
    "terminals.list": () => ({ terminals: [...listed] }),
    "node.list": () => ({ nodes: machines }),
    "terminals.open": ({ node }: { node?: string }) => {
      const made = terminal({ id: `t-${listed.length + 1}`, name: `new ${listed.length + 1}`, ...(node ? { node } : {}) } as Partial<Terminal>);
      listed.unshift(made);
      return { terminal: made };
    },
    "terminals.rename": () => ({ ok: true }),
    ...more,
  };
  const call = vi.fn(async (method: string, params: unknown) => answers[method]?.(params as never));
  const state = new Store<CrewState>({ ...EMPTY, connection: { state: "live", since: 0 } });
  const read = () => state.update((now) => ({ ...now, workspaces: arrived(trusted.map((name) => ({ id: `w-${name}`, name, trusted: true }) as unknown as Workspace), 0) }));
  if (!unread) read();
  const crew = { state, call, gateway } as unknown as Crew;
  const router = createRouter({ routeTree: createRootRoute({ component: TerminalsPage }), history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <CrewProvider crew={crew}>
      <RouterProvider router={router as never} />
    </CrewProvider>,
  );
  await waitFor(() => expect(call.mock.calls.some(([method]) => method === "terminals.list")).toBe(true));
  const called = (method: string) => call.mock.calls.filter(([name]) => name === method).map(([, params]) => params);
  /** The server lets this page look at a terminal. */
  const attach = async (id: string, controls: boolean) => {
    const wanted = () => socket.texts().find((one) => one["method"] === "terminals.attach" && (one["params"] as { id: string }).id === id);
    await waitFor(() => expect(wanted()).toBeTruthy());
    const of = listed.find((one) => one.id === id) as Terminal;
    await act(async () => socket.say({ t: "res", id: wanted()?.["id"] as number, ok: true, result: { ok: true, stream: 1, seat: "s", controls, inputOffset: 0, window: 1000, terminal: of } as never }));
  };
  /** The server says how machines stand now. */
  const stand = (next: Node[]) => {
    machines = next;
    act(() => state.update((now) => ({ ...now, deviceChanges: now.deviceChanges + 1 })));
  };
  return { called, attach, socket, stand, read: () => act(read) };
}

/** Opens the menu of a terminal and chooses. */
async function choose(trigger: string, item: string) {
  fireEvent.keyDown(await screen.findByRole("button", { name: trigger }), { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: item }));
}

describe("without a terminal", () => {
  it("says that nothing is trusted only once the workspaces are read", async () => {
    const { called, read } = await show({ terminals: [], nodes: [], unread: true });
    await waitFor(() => expect(called("node.list")).toHaveLength(1));
    // Answers to both calls are in.
    await act(async () => undefined);
    expect(screen.queryByText(words.untrusted)).toBeNull();
    read();
    await screen.findByText(words.emptyText);
    cleanup();
    await show({ terminals: [], nodes: [], trusted: [] });
    await screen.findByText(words.untrusted);
  });
});

describe("terminals of other machines", () => {
  it("say which machine they are on, in their tab and above them", async () => {
    const { attach } = await show({ terminals: [terminal({ id: "t-1" as Terminal["id"], name: "far", node: forge.id }), terminal({ id: "t-0" as Terminal["id"], name: "near" })] });
    expect((await screen.findByRole("tab", { name: "far on forge" })).getAttribute("aria-selected")).toBe("false");
    expect(screen.getByRole("tab", { name: "near" })).toBeTruthy();
    fireEvent.click(screen.getByRole("tab", { name: "far on forge" }));
    await attach("t-1", true);
    expect(within(screen.getByRole("region", { name: "far" })).getByText("on forge")).toBeTruthy();
  });

  it("are opened from the same menu as those here", async () => {
    const { called } = await show();
    await screen.findByRole("tab", { name: "shell" });
    await choose("New terminal", "New terminal on forge");
    await screen.findByRole("tab", { name: "new 2 on forge" });
    await choose("New terminal", "New terminal in lighthouse");
    await waitFor(() => expect(called("terminals.open")).toEqual([{ node: "n-1" }, { workspaceId: "w-lighthouse" }]));
  });

  it("are offered on an empty page where no workspace is trusted, and not by a machine that is away or may not", async () => {
    const away = { ...forge, id: "n-2", name: "anvil", online: false } as unknown as Node;
    const held = { ...forge, id: "n-3", name: "kiln", allowed: [] } as unknown as Node;
    const { called } = await show({ terminals: [], trusted: [], nodes: [away, forge, held] });
    fireEvent.click(await screen.findByRole("button", { name: "New terminal on forge" }));
    await waitFor(() => expect(called("terminals.open")).toEqual([{ node: "n-1" }]));
  });

  it("lead to where a workspace is trusted, where there is no place to begin one", async () => {
    await show({ terminals: [], trusted: [], nodes: [] });
    expect((await screen.findByRole("link", { name: "Open its settings" })).getAttribute("href")).toBe("/settings#checks");
    expect(screen.queryByRole("button", { name: /New terminal/ })).toBeNull();
  });

  it("say that their machine is away, and are attached anew when it is back after their place was given up", async () => {
    const { attach, socket, stand } = await show({ terminals: [terminal({ name: "far", node: forge.id })] });
    await attach("t-1", true);
    const away = () => screen.queryByText("forge is not connected now. What runs there goes on, and what is typed waits.");
    const asked = () => socket.texts().filter((one) => one["method"] === "terminals.attach");
    expect(away()).toBeNull();
    stand([{ ...forge, online: false }]);
    await waitFor(() => expect(away()).toBeTruthy());
    // Back soon, nothing has to be done.
    stand([forge]);
    await waitFor(() => expect(away()).toBeNull());
    expect(asked()).toHaveLength(1);
    stand([{ ...forge, online: false }]);
    await waitFor(() => expect(away()).toBeTruthy());
    await act(async () => socket.say({ t: "refused", stream: 1, error: { code: "node.away", message: "forge is not connected now.", retryable: true } }));
    expect(screen.getByRole("alert").textContent).toContain("This terminal cannot be shown");
    stand([forge]);
    await waitFor(() => expect(asked()).toHaveLength(2));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });

  it("get company on their own machine", async () => {
    const { called } = await show({ terminals: [terminal({ name: "far", node: forge.id })] });
    await choose("More", "Put beside");
    await waitFor(() => expect(called("terminals.open")).toEqual([{ node: "n-1" }]));
    await waitFor(() => expect(screen.getAllByRole("region", { name: /far|new 2/ })).toHaveLength(2));
  });
});

describe("questions in what is shown again", () => {
  const ANSWER = "\x1b[?1;2c";

  it.each([
    ["output", KIND.output],
    ["a picture", KIND.snapshot],
  ])("are answered by nobody while it is drawn: %s", async (_, kind) => {
    const { attach, socket } = await show();
    await attach("t-1", true);
    const typed = () => socket.frames().filter((one) => one.kind === KIND.input).map((one) => one.text);
    drawn.held = [];
    act(() => socket.show(kind, 0, "\x1b[c", true));
    expect(drawn.held.length).toBeGreaterThan(0);
    act(() => drawn.says?.(ANSWER));
    expect(typed()).toEqual([]);
    // What a person types meanwhile is no answer.
    act(() => drawn.says?.("ls"));
    act(() => drawn.held?.forEach((done) => done()));
    expect(typed()).toEqual(["ls"]);
    // What is asked from now on is asked of this one.
    act(() => drawn.says?.(ANSWER));
    expect(typed()).toEqual(["ls", ANSWER]);
  });

  it("are answered where the output is new", async () => {
    const { attach, socket } = await show();
    await attach("t-1", true);
    drawn.held = [];
    act(() => socket.show(KIND.output, 0, "\x1b[c"));
    act(() => drawn.says?.(ANSWER));
    expect(socket.frames().filter((one) => one.kind === KIND.input).map((one) => one.text)).toEqual([ANSWER]);
  });
});

describe("a device that may only watch", () => {
  it("has nothing to press that would be refused, and is told how it may", async () => {
    const { attach } = await show({ scopes: ["read", "terminal_read"] });
    await screen.findByRole("tab", { name: "shell" });
    await attach("t-1", false);
    for (const name of ["Take control", "New terminal"]) expect(screen.queryByRole("button", { name }), name).toBeNull();
    expect(screen.getByTestId("lacking").textContent).toContain("This device may watch, and not type. It lacks: type in terminals.");
    expect(screen.getByRole("link", { name: "Ask for more" }).getAttribute("href")).toBe("/devices#ask=terminal_write");
    fireEvent.keyDown(screen.getByRole("button", { name: "More" }), { key: "Enter" });
    for (const name of ["Put beside", "Rename", "Interrupt (Ctrl C)", "Kill everything in it", "Close"]) {
      expect((await screen.findByRole("menuitem", { name })).getAttribute("aria-disabled"), name).toBe("true");
    }
    fireEvent.keyDown(screen.getByRole("tab", { name: "shell", hidden: true }), { key: "Delete" });
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });

  it("and one that may not even do that are told so", async () => {
    await show({ scopes: ["read"], more: { "terminals.list": () => Promise.reject(new CallFailure("forbidden", "It needs the scope terminal_read.", false)) } });
    expect((await screen.findByTestId("lacking")).textContent).toContain("It lacks: watch terminals.");
    expect(screen.getByRole("link", { name: "Ask for more" }).getAttribute("href")).toBe("/devices#ask=terminal_read");
  });

  it("sees the button where it may type", async () => {
    const { attach } = await show();
    await screen.findByRole("tab", { name: "shell" });
    await attach("t-1", false);
    expect(screen.getByRole("button", { name: "Take control" })).toBeTruthy();
    expect(screen.queryByTestId("lacking")).toBeNull();
  });
});

describe("what the cross of a tab does", () => {
  const say = async (tab: RegExp, yes: string) => {
    fireEvent.keyDown(await screen.findByRole("tab", { name: tab, hidden: true }), { key: "Delete" });
    fireEvent.click(within(await screen.findByRole("dialog")).getByText(yes, { selector: ".btn--danger" }));
  };

  it("ends one that runs and keeps its recording, and deletes one that has ended", async () => {
    const ended = terminal({ id: "t-0" as Terminal["id"], name: "old", state: "exited", end: { state: "exited", at: "2026-01-01T00:00:00Z", exitCode: 0 } });
    const { called } = await show({ terminals: [terminal({}), ended] });
    await say(/^shell/, "Close");
    await waitFor(() => expect(called("terminals.close")).toEqual([{ id: "t-1" }]));
    expect(called("terminals.remove")).toEqual([]);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await say(/^old/, "Remove");
    await waitFor(() => expect(called("terminals.remove")).toEqual([{ id: "t-0" }]));
    expect(called("terminals.close")).toHaveLength(1);
  });
});

describe("what is chosen for a terminal", () => {
  it("is drawn at once and kept: for screen readers, and in another font", async () => {
    const { attach } = await show();
    await attach("t-1", true);
    await choose("More", "Screen reader mode");
    await waitFor(() => expect(drawn.looks.at(-1)).toMatchObject({ screenReader: true }));
    await choose("More", "Text and lines…");
    fireEvent.change(within(await screen.findByRole("dialog")).getByRole("textbox", { name: "Font" }), { target: { value: "Iosevka" } });
    await waitFor(() => expect(drawn.looks.at(-1)).toMatchObject({ screenReader: true, font: "Iosevka" }));
    cleanup();
    await show();
    await waitFor(() => expect(drawn.looks.at(-1)).toMatchObject({ screenReader: true, font: "Iosevka" }));
  });

  it("is its name, when it is given one", async () => {
    const { attach, called } = await show();
    await attach("t-1", true);
    await choose("More", "Rename");
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.change(dialog.getByRole("textbox", { name: "Name" }), { target: { value: "build" } });
    fireEvent.click(dialog.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(called("terminals.rename")).toEqual([{ id: "t-1", name: "build" }]));
  });

  it("is what is looked for in it, and the page says so when there is none", async () => {
    const { attach } = await show();
    await attach("t-1", true);
    fireEvent.click(await screen.findByRole("button", { name: "Find" }));
    const bar = within(screen.getByRole("search"));
    const field = bar.getByRole("textbox");
    drawn.found = true;
    fireEvent.change(field, { target: { value: "needle" } });
    expect(bar.getByRole("status").textContent).toBe("");
    drawn.found = false;
    fireEvent.change(field, { target: { value: "nowhere" } });
    expect(bar.getByRole("status").textContent).toBe("Not found");
    fireEvent.keyDown(field, { key: "Escape" });
    expect(screen.queryByRole("search")).toBeNull();
  });
});

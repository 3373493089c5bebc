import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CrewProvider, PageBar } from "../app";
import { gatewayWithSockets } from "../client/gateway/gateway.fixture";
import { type Crew, Store } from "../model";
import { arrived } from "../model/loaded";
import { type CrewState, EMPTY } from "../model/state";
import { Shell } from "./Shell";
import "../patience.setup";

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("ResizeObserver", class { observe = () => undefined; unobserve = () => undefined; disconnect = () => undefined; });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Page({ title }: { title: string }) {
  return (
    <>
      <PageBar title={title} />
      <button type="button">{`In ${title}`}</button>
    </>
  );
}

async function show() {
  const { gateway } = gatewayWithSockets();
  const state = new Store<CrewState>({ ...EMPTY, connection: { state: "live", since: 0 }, workspaces: arrived([], 0), sessions: arrived([], 0), approvals: arrived([], 0), merge: arrived([], 0) });
  const crew = { state, call: async () => new Promise(() => undefined), gateway, refresh: async () => undefined } as unknown as Crew;
  const root = createRootRoute({ component: Shell });
  const page = (path: string, title: string) => createRoute({ getParentRoute: () => root, path, component: () => <Page title={title} /> });
  const routeTree = root.addChildren([page("/", "Talk"), page("/queue", "Queue"), page("/settings", "Settings"), page("/approvals", "Approvals")]);
  const router = createRouter({ routeTree, history: createMemoryHistory({ initialEntries: ["/"] }) });
  const { container } = render(
    <CrewProvider crew={crew}>
      <RouterProvider router={router as never} />
    </CrewProvider>,
  );
  await screen.findByText("In Talk");
  return { container, path: () => router.state.location.pathname };
}

const stroke = (key: string, more: object = {}) => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });

describe("going elsewhere by key", () => {
  it("leaves the focus on the page that came, and says what it is called", async () => {
    const { container } = await show();
    const aloud = () => container.querySelector("[aria-live=polite].unseen")?.textContent;
    expect(aloud()).toBe("");
    act(() => screen.getByText("In Talk").focus());
    stroke("g");
    stroke("q");
    await screen.findByText("In Queue");
    await waitFor(() => expect(document.activeElement?.id).toBe("page"));
    await waitFor(() => expect(aloud()).toBe("Queue"));
  });

  it("takes the focus from nobody who still has it", async () => {
    await show();
    const search = screen.getByRole("button", { name: "Search and commands" });
    act(() => search.focus());
    stroke("g");
    stroke("a");
    await screen.findByText("In Approvals");
    expect(document.activeElement).toBe(search);
  });
});

describe("the palette", () => {
  it("gives the focus back to what had it", async () => {
    await show();
    act(() => screen.getByText("In Talk").focus());
    stroke("k", { ctrlKey: true });
    await screen.findByRole("dialog");
    stroke("Escape");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(screen.getByText("In Talk")));
  });

  it("leaves it on the page that was chosen there", async () => {
    const { path } = await show();
    act(() => screen.getByText("In Talk").focus());
    stroke("k", { ctrlKey: true });
    fireEvent.click(await screen.findByRole("option", { name: /^Queue/ }));
    await screen.findByText("In Queue");
    expect(path()).toBe("/queue");
    await waitFor(() => expect(document.activeElement?.id).toBe("page"));
  });
});

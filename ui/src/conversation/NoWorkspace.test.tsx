import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { CrewProvider } from "../app";
import type { Session, Workspace } from "../client";
import { type Crew, Store } from "../model";
import { arrived } from "../model/loaded";
import { type CrewState, EMPTY } from "../model/state";
import { isUnknown, NoWorkspace } from "./NoWorkspace";
import "../patience.setup";

afterEach(cleanup);

const session = (sessionId: string, workspaceId: string | null, createdAt: string) => ({ sessionId, workspaceId, createdAt, lastEventAt: null, label: "", pendingApprovals: 0 }) as unknown as Session;
const READ: CrewState = {
  ...EMPTY, connection: { state: "live", since: 0 }, workspaces: arrived([{ id: "tern", name: "Tern" } as Workspace], 0),
  sessions: arrived([session("dev", "tern", "2026-01-01"), session("later", "tern", "2026-01-02"), session("old", "gone", "2026-01-01"), session("loose", null, "2026-01-03")], 0),
};

it("knows a workspace that is not there, once both lists are read, and no session that outlived its own", () => {
  expect(isUnknown(READ, "nope", "dev")).toBe(true);
  expect(isUnknown(READ, "nope", "loose")).toBe(true);
  expect(isUnknown(READ, "tern", "dev")).toBe(false);
  expect(isUnknown(READ, "-", "dev")).toBe(false);
  expect(isUnknown(READ, "gone", "old")).toBe(false);
  expect(isUnknown({ ...READ, workspaces: EMPTY.workspaces }, "nope", "dev")).toBe(false);
  expect(isUnknown({ ...READ, sessions: EMPTY.sessions }, "nope", "dev")).toBe(false);
});

it("says so, and leads to those there are", async () => {
  const crew = { state: new Store(READ) } as unknown as Crew;
  const router = createRouter({ routeTree: createRootRoute({ component: () => <NoWorkspace name="nope" /> }), history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <CrewProvider crew={crew}>
      <RouterProvider router={router as never} />
    </CrewProvider>,
  );
  await screen.findByText("There is no workspace called nope");
  expect(screen.getByRole("link", { name: "Tern" }).getAttribute("href")).toBe("/w/tern/s/later");
});

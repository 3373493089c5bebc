import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CrewProvider } from "../app";
import { press } from "../app/shortcuts";
import { type Approval, CallFailure, type Permission } from "../client";
import { type Crew, Store } from "../model";
import { approval, entry } from "../model/events.fixture";
import { arrived } from "../model/loaded";
import { type CrewState, EMPTY } from "../model/state";
import { ApprovalCard } from "./ApprovalCard";
import ApprovalPage from "./ApprovalPage";
import { ARMING_MS } from "./chords";
import "../patience.setup";

beforeEach(() => {
  localStorage.clear();
  // Nothing scrolls here: all of it is seen.
  vi.stubGlobal("IntersectionObserver", undefined);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const LANDING = approval({
  summary: "Land: state the opening hours", risk: "high", why: "It touches what is looked at twice.",
  details: { kind: "land", entryId: "e-1", files: 1, paths: ["README.md"], additions: 1, deletions: 0, risky: ["README.md: front page"], target: "main_agents" },
});

const DIFF = {
  commit: "c", base: "b", truncated: false, files: [{ path: "README.md", status: "modified", additions: 1, deletions: 0, binary: false }],
  unified: "diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -1,1 +1,2 @@\n # Lighthouse\n+Open on Sundays.\n",
};

function crewWith({ known = [], scopes, unread, diff = DIFF }: { known?: Approval[] | undefined; scopes?: Permission[]; unread?: CallFailure; diff?: typeof DIFF | undefined }) {
  const state = new Store<CrewState>({
    ...EMPTY, connection: { state: "live", since: 0 }, merge: arrived([], 0), approvals: known ? arrived(known, 0) : EMPTY.approvals,
    unreadApprovals: new Map(unread ? [["a-1", unread]] : []),
  });
  const call = vi.fn(async (method: string): Promise<unknown> => {
    if (method === "approval.answer") return { ...LANDING, state: "denied" };
    if (method === "merge.entry") return entry({ id: "e-1" });
    if (method !== "jobs.diff") return new Promise(() => undefined);
    if (!diff) throw new CallFailure("not_found", "There is no such job.", false);
    return diff;
  });
  const needApproval = vi.fn();
  const crew = { state, call, needApproval, needJob: () => undefined, refresh: async () => undefined, gateway: scopes && { scopes } } as unknown as Crew;
  return { crew, state, call, needApproval };
}

async function show(crew: Crew, what: "card" | "page", until = /Land: state the opening hours|sha256/) {
  const root = createRootRoute();
  const card = createRoute({ getParentRoute: () => root, path: "/", component: () => <ApprovalCard approvalId="a-1" summary="Land: state the opening hours" ts="2026-01-01T00:00:00Z" /> });
  const page = createRoute({ getParentRoute: () => root, path: "/approvals/$approvalId", component: ApprovalPage });
  const router = createRouter({ routeTree: root.addChildren([card, page]), history: createMemoryHistory({ initialEntries: [what === "card" ? "/" : "/approvals/a-1"] }) });
  render(
    <CrewProvider crew={crew}>
      <RouterProvider router={router as never} />
    </CrewProvider>,
  );
  await screen.findAllByText(until);
}

const link = (name: string) => screen.getByRole("link", { name }).getAttribute("href");

describe("a question whose record is not here yet", () => {
  it("keeps its room and leads to its page, and becomes the question when it comes", async () => {
    const { crew, state, needApproval } = crewWith({ known: undefined as never });
    state.update((now) => ({ ...now, approvals: EMPTY.approvals }));
    await show(crew, "card");
    expect(needApproval).toHaveBeenCalledWith("a-1");
    expect(screen.getByTestId("card-unread")).toBeTruthy();
    expect(link("Open")).toBe("/approvals/a-1");
    act(() => state.update((now) => ({ ...now, approvals: arrived([LANDING], 0) })));
    expect(screen.queryByTestId("card-unread")).toBeNull();
    expect(screen.getByRole("button", { name: /^Allow once/ })).toBeTruthy();
  });

  it("says why it could not be read, and asks again by hand", async () => {
    const { crew, needApproval, state } = crewWith({ unread: new CallFailure("internal", "The disk is full.", false) });
    state.update((now) => ({ ...now, approvals: EMPTY.approvals }));
    await show(crew, "card");
    expect(screen.getByRole("alert").textContent).toContain("The disk is full.");
    expect(link("Open")).toBe("/approvals/a-1");
    needApproval.mockClear();
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(needApproval).toHaveBeenCalledWith("a-1");
  });

  it("that nobody ever asked is said to be none, and is not asked for again", async () => {
    const { crew, call } = crewWith({ known: [] });
    call.mockImplementation(async () => Promise.reject(new CallFailure("not_found", "There is no approval a-1", false)));
    await show(crew, "page", /No such approval/);
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
    expect(link("All approvals")).toBe("/approvals");
  });

  it("that was answered long ago is the line it will be", async () => {
    const { crew, state } = crewWith({ known: [] });
    await show(crew, "card");
    expect(screen.getByTestId("line-approval").dataset["state"]).toBe("reading");
    expect(link("a-1")).toBe("/approvals/a-1");
    act(() => state.update((now) => ({ ...now, unreadApprovals: new Map([["a-1", new CallFailure("offline", "", true)]]) })));
    expect(screen.getByTestId("line-approval").dataset["state"]).toBe("unread");
    expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
  });
});

describe.each(["card", "page"] as const)("a question on its %s", (where) => {
  it("says what, why and how risky, and takes an answer", async () => {
    const { crew, call } = crewWith({ known: [LANDING] });
    await show(crew, where);
    for (const text of ["High risk", "It touches what is looked at twice.", "README.md", "README.md: front page", "main_agents"]) expect(screen.getAllByText(text).length, text).toBeGreaterThan(0);
    if (where === "page") {
      await screen.findByText("Open on Sundays.");
      expect(await screen.findByRole("button", { name: /^Allow once/ })).toBeTruthy();
    }
    fireEvent.click(screen.getByRole("button", { name: /^Deny/ }));
    await waitFor(() => expect(call.mock.calls.filter(([method]) => method === "approval.answer")).toHaveLength(1));
  });

  it("has no button for a device that may not answer, and says how it may", async () => {
    const { crew, call } = crewWith({ known: [LANDING], scopes: ["read"] });
    await show(crew, where);
    expect(screen.queryByRole("button", { name: /Allow|Deny|Read on/ })).toBeNull();
    expect(screen.getByTestId("lacking").textContent).toContain("This device may look, and not answer. It lacks: approve.");
    expect(link("Ask for more")).toBe("/devices#ask=approve");
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * ARMING_MS);
    press(new KeyboardEvent("keydown", { key: "y", code: "KeyY", altKey: true }), performance.now());
    now.mockRestore();
    expect(call.mock.calls.filter(([method]) => method === "approval.answer")).toEqual([]);
  });

  it("has them again when it was let do more", async () => {
    const { crew, state } = crewWith({ known: [LANDING], scopes: ["read"] });
    await show(crew, where);
    // The line is closed once, and comes back with the new scopes.
    Object.assign(crew.gateway as object, { scopes: ["read", "approve"] });
    act(() => state.update((now) => ({ ...now, connection: { state: "live", since: 1 } })));
    expect(await screen.findByRole("button", { name: /^Allow once/ })).toBeTruthy();
    expect(screen.queryByTestId("lacking")).toBeNull();
  });
});

describe("the change of a landing", () => {
  it("is part of what has to be seen before it can be allowed", async () => {
    const { crew, call } = crewWith({ known: [LANDING] });
    let read: (diff: unknown) => void = () => undefined;
    const others = call.getMockImplementation();
    call.mockImplementation((method) => (method === "jobs.diff" ? new Promise((resolve) => (read = resolve)) : (others?.(method) ?? Promise.reject(new Error(method)))));
    await show(crew, "page");
    await waitFor(() => expect(call.mock.calls.some(([method]) => method === "jobs.diff")).toBe(true));
    expect(screen.queryByRole("button", { name: /^Allow once/ })).toBeNull();
    expect(screen.getByRole("button", { name: "Deny" })).toBeTruthy();
    await act(async () => read(DIFF));
    expect(await screen.findByText("Open on Sundays.")).toBeTruthy();
    expect(await screen.findByRole("button", { name: /^Allow once/ })).toBeTruthy();
  });

  it("too long for the page, or not to be had, is a link away", async () => {
    const many = Array.from({ length: 400 }, (_, n) => `+line ${n}`).join("\n");
    const long = { ...DIFF, files: [{ ...DIFF.files[0], additions: 400 }] as typeof DIFF.files, unified: `diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -1,1 +1,401 @@\n # Lighthouse\n${many}\n` };
    await show(crewWith({ known: [LANDING], diff: long }).crew, "page");
    expect(await screen.findByText(/The change has 400 lines/)).toBeTruthy();
    expect(link("See the whole change")).toBe("/review/e-1");
    expect(await screen.findByRole("button", { name: /^Allow once/ })).toBeTruthy();
  });
});

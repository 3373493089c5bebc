import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { CrewProvider } from "../app";
import { CallFailure, type Hold } from "../client";
import { type Crew, Store } from "../model";
import { staleAfter } from "../model/slices";
import { EMPTY } from "../model/state";
import { HoldBanner } from "./HoldBanner";
import { waitingIn } from "./hold";
import { PauseButton } from "./PauseButton";
import "../patience.setup";

afterEach(cleanup);

const person: Hold = { reason: "person", by: "owner", since: "2026-01-31T12:00:00.000Z" };
const drain: Hold = { reason: "drain", by: "owner", since: "2026-01-31T12:05:00.000Z", note: "Pilothouse quits when nothing runs any more" };
const queues = { requests: { pending: 2, claimed: 1 }, jobs: { pending: 1 }, merge: { approved: 1, landing: 1, waiting_approval: 9 } };

/** The parts of a crew that are pressed here. */
function crewWith(holds: Hold[] | undefined, call = vi.fn(async (_method: string, _params: unknown): Promise<unknown> => ({}))) {
  const state = new Store({ ...EMPTY, connection: { state: "live" }, status: { value: { holds, queues } } } as unknown as typeof EMPTY);
  const refresh = vi.fn(async () => undefined);
  return { crew: { state, call, refresh } as unknown as Crew, call, refresh, state };
}

function show(holds: Hold[] | undefined, call?: Parameters<typeof crewWith>[1]) {
  const parts = crewWith(holds, call);
  const shown = render(
    <CrewProvider crew={parts.crew}>
      <HoldBanner />
      <PauseButton />
    </CrewProvider>,
  );
  return { ...parts, ...shown };
}

it("says what waits and resumes what a person paused", async () => {
  const { call, refresh } = show([person]);
  await screen.findByText(/Everything is paused, 5 wait\. What runs goes on/);
  screen.getByText(/Paused by you, at this machine/);
  expect(screen.queryByRole("button", { name: "Pause everything" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Resume everything" }));
  expect(call).toHaveBeenCalledWith("system.resume", { reason: "person" });
  await waitFor(() => expect(refresh).toHaveBeenCalledWith("status"));
});

it("says why a server that drains begins nothing, and calls that off alone", async () => {
  const { call } = show([drain, person]);
  await screen.findByText(/Pilothouse quits when nothing runs any more\. Nothing new begins until then, 5 wait\./);
  expect(screen.getAllByRole("status")).toHaveLength(2);
  fireEvent.click(screen.getByRole("button", { name: "Call it off" }));
  expect(call).toHaveBeenCalledWith("system.resume", { reason: "drain" });
});

it("tells why it could not be resumed", async () => {
  const call = vi.fn(async () => Promise.reject(new CallFailure("forbidden", "system.resume needs the scope admin.", false)));
  show([person], call as never);
  fireEvent.click(screen.getByRole("button", { name: "Resume everything" }));
  await screen.findByText(/needs the scope admin/);
});

it("pauses with one press, and nothing is said where nothing is held, also by a server of an older build", async () => {
  const { call, container } = show(undefined);
  expect(container.querySelector(".banner")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Pause everything" }));
  expect(call).toHaveBeenCalledWith("system.hold", {});
});

it("offers neither to a device that may not", () => {
  const parts = crewWith([person]);
  const looking = { ...parts.crew, gateway: { scopes: ["read"] } } as unknown as Crew;
  render(<CrewProvider crew={looking}><HoldBanner /><PauseButton /></CrewProvider>);
  expect(screen.getByRole("status")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

it("counts what would begin and not what runs or waits for a person", () => {
  expect(waitingIn(queues)).toBe(5);
  expect(waitingIn({ requests: {}, jobs: {}, merge: {} })).toBe(0);
});

it("reads the state again when everything was paused or goes on", () => {
  for (const type of ["system.held", "system.resumed"]) expect(staleAfter(type)).toContain("status");
});

import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Called, CrewProvider } from "../app";
import { CallFailure, type ConfigShown } from "../client";
import { type Crew, Store } from "../model";
import { EMPTY } from "../model/state";
import { NotificationsSection } from "./NotificationsSection";
import { choiceOf, isTime, pageOf, type Seen, type Sent, withChange } from "./seen";
import "../patience.setup";

afterEach(cleanup);

const value = (key: string, what: string | boolean | null, origin = "built-in") => ({ key: `desktop.notify.${key}`, value: what, origin });
const shownWith = (...values: ConfigShown["values"]): ConfigShown => ({ values, warnings: [] });
const DEFAULTS = shownWith(value("needsYou", true), value("finished", true), value("failed", true), value("limit", true), value("worker", true), value("quietHours", true), value("quietFrom", null), value("quietUntil", null));

const sent = (key: string, more: Partial<Sent> = {}): Sent => ({ key, kind: "failed", title: `Failed: ${key}`, page: "/jobs/j-1", sentAt: "2026-01-31T12:00:00.000Z", outcome: "shown", outcomeAt: "2026-01-31T12:00:00.000Z", ...more });
const seenWith = (...rows: Sent[]): Seen => ({ shows: "yes", sent: rows });

interface Scene {
  shown?: ConfigShown;
  look?: (() => Promise<Seen>) | undefined;
  live?: boolean;
  call?: (method: string, params: unknown) => Promise<unknown>;
}

async function show({ shown = DEFAULTS, look = async () => seenWith(), live = true, call = async () => ({ ok: true }) }: Scene = {}) {
  const asked = vi.fn(call);
  const reload = vi.fn();
  const state = new Store({ ...EMPTY, connection: { state: "live" } } as unknown as typeof EMPTY);
  const crew = { state, call: asked } as unknown as Crew;
  const config: Called<ConfigShown> = { value: shown, failure: undefined, loading: false, at: 0, reload } as unknown as Called<ConfigShown>;
  const root = createRootRoute({ component: () => <NotificationsSection config={config} live={live} look={look} /> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <CrewProvider crew={crew}>
      <RouterProvider router={router as never} />
    </CrewProvider>,
  );
  await screen.findByRole("heading", { name: "Notifications" });
  return { call: asked, reload, router };
}

const toggle = (name: string) => screen.getByRole<HTMLButtonElement>("switch", { name });
const isOn = (name: string) => toggle(name).getAttribute("aria-checked") === "true";

describe("what notifications tell of", () => {
  it("is all of it until something is switched off, which is told to the server and shown at once", async () => {
    const { call, reload } = await show();
    expect(["Needs you", "Finished", "Failed", "Limit", "Worker trouble"].map(isOn)).toEqual([true, true, true, true, true]);
    fireEvent.click(toggle("Worker trouble"));
    await waitFor(() => expect(isOn("Worker trouble")).toBe(false));
    expect(call).toHaveBeenCalledWith("config.set_notify", { worker: false });
    fireEvent.click(toggle("Finished"));
    await waitFor(() => expect(isOn("Finished")).toBe(false));
    expect(call).toHaveBeenCalledWith("config.set_notify", { finished: false });
    expect(reload).toHaveBeenCalled();
    fireEvent.click(toggle("Limit"));
    await waitFor(() => expect(isOn("Limit")).toBe(false));
    expect(isOn("Finished"), "the first change is not lost while the server is read again").toBe(false);
  });

  it("stays as it was when the server refuses, and says why", async () => {
    await show({ call: async () => Promise.reject(new CallFailure("forbidden", "It needs the scope admin.", false)) });
    fireEvent.click(toggle("Failed"));
    await screen.findByText(/not changed: It needs the scope admin/);
    expect(isOn("Failed")).toBe(true);
  });

  it("cannot be changed where a variable of the server says it, or while there is no server", async () => {
    await show({ shown: shownWith(value("finished", false, "environment PILOTHOUSE_DESKTOP_NOTIFY_FINISHED")) });
    expect([toggle("Finished").disabled, isOn("Finished"), toggle("Failed").disabled]).toEqual([true, false, false]);
    screen.getByText(/PILOTHOUSE_DESKTOP_NOTIFY_FINISHED/);
    screen.getByText(/Change it there/);
    cleanup();
    await show({ live: false });
    expect(toggle("Failed").disabled).toBe(true);
  });
});

describe("quiet hours", () => {
  it("are offered for the night, and a time is taken when its field is left", async () => {
    const { call } = await show();
    expect(screen.queryByLabelText("Quiet hours, from")).toBeNull();
    fireEvent.click(toggle("Quiet hours"));
    const from = await screen.findByLabelText<HTMLInputElement>("Quiet hours, from");
    expect(call).toHaveBeenLastCalledWith("config.set_notify", { quiet: { on: true, from: "22:00", until: "07:00" } });
    await waitFor(() => expect(from.disabled).toBe(false));
    fireEvent.change(from, { target: { value: "21:30" } });
    expect(call).toHaveBeenCalledTimes(1);
    fireEvent.blur(from);
    await waitFor(() => expect(call).toHaveBeenLastCalledWith("config.set_notify", { quiet: { on: true, from: "21:30", until: "07:00" } }));
    await waitFor(() => expect(from.disabled).toBe(false));
    fireEvent.change(from, { target: { value: "" } });
    fireEvent.blur(from);
    expect(from.getAttribute("aria-invalid")).toBe("true");
    expect(call).toHaveBeenCalledTimes(2);
  });

  it("keep their times while they are off", () => {
    const off = choiceOf(shownWith(value("quietHours", false, "user, saved in Settings"), value("quietFrom", "20:00", "user"), value("quietUntil", "06:00", "user")));
    expect(off.quiet).toEqual({ value: { on: false, from: "20:00", until: "06:00" }, origin: "user, saved in Settings", fixed: false });
    expect(withChange(off, { quiet: { on: true, from: "20:00", until: "06:00" }, limit: false })).toMatchObject({ quiet: { value: { on: true } }, switches: { limit: { value: false }, failed: { value: true } } });
    expect(choiceOf(shownWith(value("quietFrom", "20:00"))).quiet.value.on, "both ends are needed").toBe(false);
    expect(choiceOf(shownWith(value("quietUntil", "06:00", "flag --x"))).quiet.fixed).toBe(true);
  });

  it("are times of a clock", () => {
    expect(["00:00", "23:59"].every(isTime)).toBe(true);
    expect(["", "7:00", "24:00", "12:60", "12:00:00"].some(isTime)).toBe(false);
  });
});

describe("what was sent", () => {
  it("is a list with what became of each, and the way to its card", async () => {
    // The list draws what can be seen, and here nothing has a size.
    for (const side of ["clientHeight", "clientWidth"]) Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => 400 });
    const { router } = await show({ look: async () => seenWith(sent("b", { kind: "needs_you", title: "lighthouse needs you", page: "/approvals/a-1", outcome: "quiet" }), sent("a", { outcome: "opened" })) });
    const list = await screen.findByRole("region", { name: "What was sent" });
    const rows = await within(list).findAllByRole("listitem");
    expect(rows.map((row) => row.textContent)).toEqual([expect.stringContaining("Not shown: quiet hours"), expect.stringContaining("Clicked")]);
    fireEvent.click(within(list).getByRole("link", { name: "lighthouse needs you" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/approvals/a-1"));
    for (const side of ["clientHeight", "clientWidth"]) Reflect.deleteProperty(HTMLElement.prototype, side);
  });

  it("leads only to our own pages", () => {
    const to = (page: string) => pageOf(sent("a", { page }));
    expect(to("/jobs/j-1")).toBe("/jobs/j-1");
    expect(["", "//example.org", "/\\example.org", "https://example.org", "javascript:alert(1)", "jobs/j-1"].map(to)).toEqual(Array.from({ length: 6 }));
  });

  it("says what will be there while it is empty, and looks again", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const look = vi.fn<() => Promise<Seen>>().mockResolvedValueOnce(seenWith()).mockResolvedValue(seenWith(sent("a")));
    await show({ look });
    await screen.findByText("Nothing was sent yet");
    await act(async () => vi.advanceTimersByTimeAsync(4_500));
    await waitFor(() => expect(screen.queryByText("Nothing was sent yet")).toBeNull());
    vi.useRealTimers();
  });

  it("says when the app does not answer", async () => {
    await show({ look: async () => Promise.reject("Only the page of this machine's server may ask the app for something.") });
    await screen.findByText("The list could not be read");
    await screen.findByText(/Only the page of this machine's server/);
  });
});

describe("a place without notifications of the app", () => {
  it("is a browser or a phone: the section says whether this one can be told, and who is", async () => {
    const state = new Store({ ...EMPTY, connection: { state: "live" } } as unknown as typeof EMPTY);
    const config = { value: DEFAULTS, failure: undefined, reload: vi.fn() } as unknown as Called<ConfigShown>;
    const told = { publicKey: "BA", targets: [{ id: "t-1", device: "Pixel 9", service: "push.example", current: false, madeAt: "2026-01-31T12:00:00.000Z" }], sent: [] };
    render(
      <CrewProvider crew={{ state, call: vi.fn(async () => told) } as unknown as Crew}>
        <NotificationsSection config={config} live look={undefined} />
      </CrewProvider>,
    );
    await screen.findByText("Pixel 9");
    expect(screen.getByText("Tell this device")).toBeTruthy();
    expect(screen.getByText(/over plain http|cannot be told/)).toBeTruthy();
    expect(screen.getByText("Nothing was sent yet.")).toBeTruthy();
    expect(screen.queryByText("What was sent")).toBeNull();
    expect(isOn("Needs you")).toBe(true);
  });

  it("is a desktop that shows none, or a session without a bus", async () => {
    await show({ look: async () => ({ shows: "nobody", sent: [] }) });
    await screen.findByText(/Nothing on this desktop shows notifications/);
    cleanup();
    await show({ look: async () => ({ shows: "no_bus", sent: [] }) });
    await screen.findByText(/no bus for notifications/);
  });
});

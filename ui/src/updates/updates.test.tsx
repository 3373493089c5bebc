import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { lookAgainIn, offerOf, type Updates, type UpdateSeen, type UpdateState } from "./seen";
import { runningText, UpdatesSection } from "./UpdatesSection";
import "../patience.setup";

afterEach(cleanup);

const offer = { version: "0.2.0", notes: "Faster.\n<b>Bolder.</b>" };
const running = { jobs: 2, plans: 0, checks: 1, setUps: 0 };

function seenIn(state: UpdateState, more: Partial<UpdateSeen> = {}): UpdateSeen {
  return { version: "0.1.0", off: null, channel: "stable", from: "updates.example.org", automatic: true, fixed: null, checkedAt: null, state, ...more };
}

function show(first: UpdateSeen, after: UpdateSeen = first) {
  const act = vi.fn<Updates["act"]>(async () => after);
  const updates: Updates = { seen: async () => first, act };
  return { act, ...render(<UpdatesSection updates={updates} />) };
}

const button = (name: string) => screen.findByRole("button", { name });

it("checks when asked and shows what was found, its notes as text", async () => {
  const { act, container } = show(seenIn({ kind: "idle" }), seenIn({ kind: "available", ...offer }));
  await screen.findByText("Not looked for yet.");
  fireEvent.click(await button("Check now"));
  await screen.findByText("Version 0.2.0 is there.");
  expect(act).toHaveBeenCalledWith("check");
  expect(container.textContent).toContain("<b>Bolder.</b>");
  expect(container.querySelector("b")).toBeNull();
});

it("shows how far a download is and cancels it", async () => {
  const { act } = show(seenIn({ kind: "downloading", ...offer, percent: 42 }));
  expect((await screen.findByRole("meter")).getAttribute("aria-valuenow")).toBe("42");
  fireEvent.click(await button("Cancel"));
  expect(act).toHaveBeenCalledWith("cancel");
});

it("says what stands in the way of a restart and offers to wait, and stops work only after asking", async () => {
  const { act } = show(seenIn({ kind: "ready", ...offer, running }));
  await screen.findByText("Not restarted, because something runs: 2 jobs, 1 check.");
  fireEvent.click(await button("Restart when done"));
  expect(act).toHaveBeenCalledWith("wait");
  await waitFor(() => expect((screen.getByRole("button", { name: "Stop work and restart…" }) as HTMLButtonElement).disabled).toBe(false));
  fireEvent.click(await button("Stop work and restart…"));
  expect(act).not.toHaveBeenCalledWith("drain");
  fireEvent.click(await button("Stop work and restart"));
  expect(act).toHaveBeenCalledWith("drain");
});

it("tells a failure by its code, with the shell's own words at hand, and tries the same again", async () => {
  const { act, container } = show(seenIn({ kind: "failed", code: "update.signature", text: "Minisign: invalid", offer }));
  await screen.findByText(/not signed with the key.*Nothing was installed/);
  expect(container.textContent).toContain("Minisign: invalid");
  fireEvent.click(await button("Try again"));
  expect(act).toHaveBeenCalledWith("download");
});

it("tells a failure it has no words for as the shell does", async () => {
  show(seenIn({ kind: "failed", code: "update.of_tomorrow", text: "Something new.", offer: null }));
  await screen.findByText("Something new. Nothing was installed.");
});

it("explains a window without an update server and offers no button", async () => {
  show(seenIn({ kind: "idle" }, { off: { code: "update.off", text: "" }, channel: null, from: null }));
  await screen.findByText("No update server is set");
  expect(screen.queryByRole("button")).toBeNull();
});

it("does not offer a download to a copy that cannot replace itself", async () => {
  show(seenIn({ kind: "available", ...offer }, { fixed: { code: "update.not_packaged", text: "" } }));
  await screen.findByText(/not installed from a package/);
  expect(screen.queryByRole("button", { name: "Download" })).toBeNull();
});

it("shows why a wish was refused and goes on", async () => {
  const updates: Updates = { seen: async () => seenIn({ kind: "idle" }), act: () => Promise.reject({ code: "update.not_now", text: "x" }) };
  render(<UpdatesSection updates={updates} />);
  fireEvent.click(await button("Check now"));
  await screen.findByText("That is not possible at the moment.");
  await screen.findByText("Not looked for yet.");
});

it("says so when the shell does not answer, and looks again on demand", async () => {
  const seen = vi.fn<Updates["seen"]>().mockRejectedValueOnce("gone").mockResolvedValue(seenIn({ kind: "idle" }));
  render(<UpdatesSection updates={{ seen, act: vi.fn<Updates["act"]>() }} />);
  await screen.findByText("gone");
  fireEvent.click(await button("Try again"));
  await screen.findByText("Not looked for yet.");
});

it("counts what runs as people do, and looks often only while something moves", () => {
  expect(runningText({ jobs: 1, plans: 2, checks: 0, setUps: 1 })).toBe("1 job, 2 requests being planned, 1 set-up");
  expect(lookAgainIn({ kind: "downloading", ...offer, percent: null })).toBeLessThan(lookAgainIn({ kind: "idle" }));
  expect(offerOf({ kind: "checking" })).toBeNull();
  expect(offerOf({ kind: "failed", code: "c", text: "t", offer })).toBe(offer);
});

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { approval } from "../model/events.fixture";
import { chooseLocale } from "../words";
import { AnswerButtons } from "./ApprovalCard";
import { ARMING_MS, armed, hideApproval, showApproval } from "./chords";
import { de } from "./words.de";
import { fitsCard, gist, type Payload, readPayload, reviewOf } from "./payload";

afterEach(cleanup);

const restOf = (payload: Payload) => payload.rest.map(({ label, value }) => [label, value]);

describe("what would be done", () => {
  it("reads a command with its folder and hosts", () => {
    const payload = readPayload(approval({ details: { kind: "command", argv: ["npm", "install"], cwd: "apps", hosts: ["a:443"] } }));
    expect(payload).toMatchObject({ argv: ["npm", "install"], cwd: "apps", hosts: ["a:443"], rest: [] });
  });

  it("reads a landing with its files", () => {
    const one = approval({ action: "land", subject: "e-7", details: { files: [{ path: "a.rs", additions: 2, deletions: 1 }], additions: 2, deletions: 1, target: "main_agents" } });
    expect(readPayload(one).files).toEqual([{ path: "a.rs", additions: 2, deletions: 1 }]);
    expect(reviewOf(one)).toBe("e-7");
    expect(gist(one)).toBe("a.rs +2 −1");
  });

  it("reads what the merge queue asks", () => {
    const payload = readPayload(
      approval({ details: { kind: "land", entryId: "e-1", files: 2, paths: ["a.rs", "b.rs"], additions: 1, deletions: 0, risky: ["b.rs: release"], checks: ["cargo test"], candidate: "c".repeat(40), onto: "d".repeat(40), base: "e".repeat(40), hash: "ff" } }),
    );
    expect(payload.files.map((file) => file.path)).toEqual(["a.rs", "b.rs"]);
    expect(payload).toMatchObject({ fileCount: 2, commands: [{ of: "Checks", line: "cargo test" }], rest: [] });
  });

  it("reads the commands a trusted repository may run, and what they reach", () => {
    const payload = readPayload(
      approval({ action: "workspace.trust", details: { root: "/r", origin: "repository", checks: [{ name: "t", run: ["npm", "test"] }], setup: [{ run: ["npm", "ci"], network: ["registry"] }], recipes: { docs: { run: ["make", "docs"] } } } }),
    );
    expect(payload.commands.map((one) => one.line)).toEqual(["npm test", "npm ci  (reaches registry)", "docs: make docs"]);
    expect(payload).toMatchObject({ cwd: "/r", rest: [{ label: "Origin", value: "repository", prose: false }] });
    const weaker = readPayload(approval({ action: "workspace.trust", details: { checks: [{ name: "ui", run: ["make"], paths: ["ui/**"], skipUntouched: true }], groups: { web: { timeoutS: 5 } } } }));
    expect(weaker.commands.map((one) => one.line)).toEqual(["make  (left out where nothing of ui/** is touched)"]);
    expect(restOf(weaker)).toEqual([["Groups of checks", '{"web":{"timeoutS":5}}']]);
  });

  it("reads what would leave this machine, and keeps every key of another question", () => {
    const details = { kind: "publish.force", publishId: "p-1", workspaceId: "w", head: "pilothouse/dev", base: "main", commit: "c".repeat(40), remote: "origin", force: true, createPr: true, title: "Round prices", overwrites: { commit: "d".repeat(40) } };
    const payload = readPayload(approval({ action: "publish.force", details }));
    expect(payload.push).toEqual({ branch: "pilothouse/dev", commit: "c".repeat(40), remote: "origin", force: true, over: "d".repeat(40), pullRequest: { title: "Round prices", base: "main" } });
    expect(payload.rest).toEqual([]);
    expect(restOf(readPayload(approval({ details: { head: "x", remote: "origin" } })))).toEqual([["Head", "x"], ["Remote", "origin"]]);
  });

  it("never leaves out what it does not know", () => {
    expect(restOf(readPayload(approval({ details: { surprise: { deep: [1, 2] }, patchHash: "ff" } })))).toEqual([["Surprise", '{"deep":[1,2]}'], ["Patch hash", "ff"]]);
    expect(readPayload(approval({ details: "just text" })).rest).toEqual([]);
  });

  it("is in the language of the page where the words are ours, and as it stands where they are not", async () => {
    const details = { kind: "setup.network", note: "Without network it did not work.", timeoutS: 60, surprise: "It rains." };
    const asked = approval({ action: "setup.network", details, asks: { kind: "setup_network", command: "npm ci", hosts: "h", reach: "hosts" } });
    chooseLocale("de");
    vi.resetModules();
    const german = await import("./payload");
    expect(restOf(german.readPayload(asked))).toEqual([["Hinweis", de.noteHosts], ["Zeitgrenze in s", "60"], ["Surprise", "It rains."]]);
    const local = approval({ action: "command", details: { kind: "command", argv: ["ls"], note: "It runs once." }, asks: { kind: "local_command", command: "`ls`" } });
    expect(restOf(german.readPayload(local))).toEqual([["Hinweis", de.noteLocal]]);
    expect(restOf(german.readPayload({ ...asked, asks: undefined } as never))[0]).toEqual(["Hinweis", "Without network it did not work."]);
    chooseLocale("en");
    vi.resetModules();
    const english = await import("./payload");
    expect(english.readPayload(asked).rest.map(({ label, prose }) => [label, prose])).toEqual([["Note", true], ["Time limit, s", false], ["Surprise", false]]);
  });

  it("offers an answer in the card only when all of it fits", () => {
    expect(fitsCard(readPayload(approval({ details: { argv: ["x"] } })))).toBe(true);
    expect(fitsCard(readPayload(approval({ details: { argv: ["x".repeat(5000)] } })))).toBe(false);
    expect(fitsCard(readPayload(approval({ details: { files: Array.from({ length: 40 }, (_, n) => `f${n}`) } })))).toBe(false);
  });
});

describe("answering by key", () => {
  it("reaches the oldest that can be seen, and not before it could be read", () => {
    showApproval({ id: "new", createdAt: "2026-01-02", focused: false }, 0);
    expect(armed("new", ARMING_MS)).toBe(true);
    showApproval({ id: "old", createdAt: "2026-01-01", focused: false }, 1000);
    expect(armed("new", 5000)).toBe(false);
    expect(armed("old", 1000 + ARMING_MS - 1)).toBe(false);
    expect(armed("old", 1000 + ARMING_MS)).toBe(true);
    hideApproval("old", 3000);
    expect(armed("new", 3001)).toBe(false);
    expect(armed("new", 3000 + ARMING_MS)).toBe(true);
    hideApproval("new", 9000);
    expect(armed("new", 99_999)).toBe(false);
  });

  it("prefers the one with the focus", () => {
    showApproval({ id: "a", createdAt: "2026-01-01", focused: false }, 0);
    showApproval({ id: "b", createdAt: "2026-01-02", focused: true }, 0);
    expect(armed("b", ARMING_MS)).toBe(true);
    hideApproval("a", 0);
    hideApproval("b", 0);
  });
});

describe("the buttons", () => {
  it("do not approve by Enter", () => {
    const answer = vi.fn();
    render(<AnswerButtons answer={answer} busy={false} disabled={false} keys={false} />);
    const allow = screen.getByRole("button", { name: "Allow once" });
    expect(fireEvent.keyDown(allow, { key: "Enter" })).toBe(false);
    fireEvent.click(allow);
    fireEvent.click(screen.getByRole("button", { name: "Deny" }));
    expect(answer.mock.calls).toEqual([["approve"], ["deny"]]);
  });
});

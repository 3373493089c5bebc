import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CrewProvider } from "../app";
import { CallFailure, type Publication, type PublishDefaults } from "../client";
import { type Crew, type PublishItem, Store } from "../model";
import { EMPTY } from "../model/state";
import { blockOf, fieldsOf, hostOf, keepDraft, otherName, problemsOf, readDraft } from "./form";
import { PublicationCard } from "./PublicationCard";
import { mayPublish, PublishButtons } from "./PublishButtons";
import { PublishPart } from "./PublishPart";
import { PublishSheet } from "./PublishSheet";
import { explain } from "./reasons";
import { apiProblem, hostProblem, patternProblem, tokenProblem, usualApi } from "./settings-form";
import { numberOf, type Shown, shownOf, shownOfItem } from "./shown";
import { wish } from "./wish";
import { words } from "./words";
import "../patience.setup";

afterEach(cleanup);
beforeEach(() => localStorage.clear());

const defaults = (more: Partial<PublishDefaults> = {}): PublishDefaults => ({
  sessionId: "dev", title: "Two changes", body: "- one\n- two", headBranch: "agents/two", headSource: "generated", generated: true, baseBranch: "main", commits: [{ id: "abcdef1234", subject: "One" }], commitCount: 1,
  push: { possible: true }, pr: { possible: true }, tokenSource: "keychain", protected: ["main"], pushEnabled: true, prEnabled: true, warnings: [], ...more,
});

const stored = (more: Partial<Publication> = {}): Publication => ({
  id: "p-1", sessionId: "dev", workspaceId: "w", stage: "done", by: "owner", headBranch: "agents/two", headSource: "generated", baseBranch: "main", createPr: true, force: false, title: "Two changes", body: "", remote: "origin", createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:09Z",
  result: { status: "pr-created", "publish-id": "p-1", "head-branch": "agents/two", "base-branch": "main", message: "Open.", pushed: true, commit: "abcdef1234", "pr-url": "https://github.com/a/b/pull/7" }, ...more,
});

describe("what is written in the sheet", () => {
  it("is what is proposed until somebody writes, and is kept on this device", () => {
    expect(fieldsOf({}, defaults())).toEqual({ title: "Two changes", body: "- one\n- two", head: "agents/two", base: "main" });
    expect(fieldsOf({ title: "" }, defaults()).title).toBe("");
    keepDraft("dev", { title: "Mine", body: "x" });
    expect(readDraft("dev")).toEqual({ title: "Mine", body: "x" });
    keepDraft("dev", {});
    expect(readDraft("dev")).toEqual({});
    localStorage.setItem("pilothouse.publish.dev", "not json");
    expect(readDraft("dev")).toEqual({});
  });

  it("is judged by what the page knows, and by the server at the field it means", () => {
    const fields = { title: "T", body: "", head: "fix/a", base: "main" };
    expect(problemsOf(fields, "pr", undefined)).toEqual({});
    expect(problemsOf({ ...fields, title: " " }, "pr", undefined).title).toBe(words.titleMissing);
    expect(problemsOf({ ...fields, title: " ", base: "" }, "push", undefined)).toEqual({});
    expect(problemsOf({ ...fields, head: "main" }, "pr", undefined).base).toBe(words.sameBranch);
    const said = (code: string, message: string) => ({ code, message });
    expect(problemsOf(fields, "pr", said("publish.bad_branch", "main is odd")).base).toBe("main is odd");
    expect(problemsOf(fields, "pr", said("publish.bad_branch", "fix/a is odd")).head).toBe("fix/a is odd");
    expect(problemsOf(fields, "pr", said("publish.protected", "fix/a is protected")).head).toBe("fix/a is protected");
    expect(problemsOf(fields, "pr", said("publish.protected", "fix/a is protected"), true)).toEqual({});
    expect(problemsOf(fields, "pr", said("internal", "boom"))).toEqual({});
  });

  it("cannot be sent where a capability is off or nothing can be pushed, and can without a token", () => {
    expect(blockOf("push", false, defaults({ pushEnabled: false }))).toBe(words.offPush);
    expect(blockOf("pr", false, defaults({ prEnabled: false }))).toBe(words.offPr);
    expect(blockOf("push", false, defaults({ prEnabled: false }))).toBeUndefined();
    expect(blockOf("pr", false, defaults({ push: { possible: false, reason: "no-remote", message: "No remote." } }))).toBe("No remote.");
    expect(blockOf("pr", true, defaults({ push: { possible: false, reason: "no-remote", message: "No remote." } }))).toBe("No remote.");
    expect(blockOf("pr", true, defaults({ push: { possible: false, reason: "non-fast-forward", message: "x" } }))).toBeUndefined();
    expect(blockOf("pr", false, defaults({ pr: { possible: false, reason: "no-credentials", message: "No token." } }))).toBeUndefined();
  });

  it("offers another name and knows the host of a link", () => {
    expect([otherName("release/0.9"), otherName("agents/x")]).toEqual(["agents/release-0.9", "agents/x-2"]);
    expect([hostOf("https://git.example.com/a"), hostOf("no link")]).toEqual(["git.example.com", ""]);
  });
});

describe("whether one may publish", () => {
  const all = { sessionId: "dev", streaming: false, live: true, allowed: true, pushEnabled: true, prEnabled: true };
  it("says why not: no session, no connection, an answer under way, switched off", () => {
    expect(mayPublish(all)).toEqual({ push: undefined, pr: undefined });
    expect(mayPublish({ ...all, sessionId: undefined }).push).toBe(words.offNoSession);
    expect(mayPublish({ ...all, allowed: false })).toEqual({ push: words.offScope, pr: words.offScope });
    expect(mayPublish({ ...all, live: false }).pr).toBe(words.offLive);
    expect(mayPublish({ ...all, streaming: true }).pr).toBe(words.offStreaming);
    expect(mayPublish({ ...all, pushEnabled: false })).toEqual({ push: words.offPush, pr: words.offPush });
    expect(mayPublish({ ...all, prEnabled: false })).toEqual({ push: undefined, pr: words.offPr });
  });
});

describe("a publication as it is shown", () => {
  const item: PublishItem = { kind: "publish", key: "publish-p-1", ts: "2026-01-01T00:00:01Z", sessionId: "dev", publishId: "p-1", by: "You", head: "agents/two", phase: "pushing", endedAt: undefined };

  it("is the same from its events and from what is stored", () => {
    const over = shownOfItem(item, stored());
    expect([over.phase, over.prUrl, over.commit, over.title]).toEqual(["created", "https://github.com/a/b/pull/7", "abcdef1234", "Two changes"]);
    expect(shownOfItem(item, undefined).phase).toBe("pushing");
    expect(shownOfItem({ ...item, phase: "opening" }, stored({ stage: "pushing", result: undefined as never })).phase).toBe("opening");
    expect(numberOf(over)).toBe(7);
  });

  it("tells apart what is stored of each end", () => {
    const result = stored().result;
    const of = (more: object, rest: Partial<Publication> = {}) => shownOf(stored({ ...rest, result: { ...result, ...more } as never })).phase;
    expect(of({ status: "pushed" })).toBe("pushed");
    expect(of({ status: "manual-pr-required" })).toBe("manual");
    expect(of({ status: "error", pushed: false, reason: "auth" })).toBe("push-failed");
    expect(of({ status: "error", pushed: true, reason: "forbidden" })).toBe("pr-failed");
    expect(of({ status: "error", pushed: false, reason: "cancelled" })).toBe("stopped");
    expect(of({}, { stage: "waiting" })).toBe("waiting");
    expect(of({}, { pr: { url: "u", number: 7, state: "open", reused: true } })).toBe("reused");
  });

  it("explains every reason, and one of a newer server as unknown", () => {
    expect(explain("no-credentials").offer).toBe("token");
    expect(explain("non-fast-forward").offer).toBe("rename");
    expect(explain("of-tomorrow")).toBe(explain("unknown"));
  });
});

type Answers = Record<string, (params: never) => unknown>;

function scene(answers: Answers, content: (crew: Crew) => React.ReactNode) {
  const call = vi.fn(async (method: string, params: unknown) => {
    const answer = answers[method];
    if (!answer) throw new CallFailure("internal", `no answer to ${method}`, false);
    return answer(params as never);
  });
  const state = new Store({ ...EMPTY, connection: { state: "live" } } as unknown as typeof EMPTY);
  const crew = { state, call, refresh: async () => undefined, needApproval: () => undefined } as unknown as Crew;
  const root = createRootRoute({ component: () => <>{content(crew)}</> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <CrewProvider crew={crew}>
      <RouterProvider router={router as never} />
    </CrewProvider>,
  );
  return { call, state };
}

const shown = (more: Partial<Shown> = {}): Shown => ({ ...shownOf(stored()), ...more });

describe("the buttons", () => {
  const answers = { "publish.show": () => ({ sessionId: "dev", pushEnabled: true, prEnabled: true, recent: [] }) };
  const off = async () => {
    const both = await Promise.all([words.pushOnly, words.pushAndPr].map((name) => screen.findByRole<HTMLButtonElement>("button", { name })));
    return both.map((button) => [button.disabled, button.getAttribute("aria-description")]);
  };

  it("of a conversation are off while an answer is being written in it, and say so", async () => {
    scene(answers, () => <PublishButtons sessionId="dev" streaming />);
    expect(await off()).toEqual([[true, words.offStreaming], [true, words.offStreaming]]);
  });

  it("beside a job know nothing of that", async () => {
    scene(answers, () => <PublishPart sessionId="dev" />);
    expect(await off()).toEqual([[false, null], [false, null]]);
  });
});

describe("the card", () => {
  it("of a failure has the remote's own words, the cause, the next step, and another name to begin with", async () => {
    scene({}, () => <PublicationCard shown={shown({ phase: "push-failed", reason: "remote-rejected", prUrl: undefined, remoteSaid: "remote: GH006: protected", head: "release/1", wantsPr: false })} newest={false} />);
    expect((await screen.findByLabelText(words.remoteSaid)).textContent).toBe("remote: GH006: protected");
    expect(screen.getByText("remote-rejected")).toBeTruthy();
    expect(screen.getByText(explain("remote-rejected").cause)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: words.pushAs }));
    expect(wish.get()).toMatchObject({ sessionId: "dev", mode: "push", head: "agents/release-1" });
    wish.set(undefined);
  });

  it("of a rate limit says when it is possible again", async () => {
    scene({}, () => <PublicationCard shown={shown({ phase: "pr-failed", reason: "rate-limited", prUrl: undefined, retryAt: "2026-01-01T10:30:00" })} newest={false} />);
    expect(await screen.findByText(/Possible again at 10:30/)).toBeTruthy();
  });

  it("without a token has the link and the way to the settings", async () => {
    scene({}, () => <PublicationCard shown={shown({ phase: "manual", reason: "no-credentials", prUrl: undefined, manualUrl: "https://github.com/a/b/compare/x" })} newest={false} />);
    expect((await screen.findByRole("link", { name: words.setToken })).getAttribute("href")).toBe("/settings#publishing");
    expect(screen.getByRole("button", { name: words.openHost("github.com") })).toBeTruthy();
    expect(screen.getByRole("button", { name: words.copyLink })).toBeTruthy();
  });

  it("reads the checks of the newest, and makes a request of a failing one", async () => {
    const checks = { publishId: "p-1", state: "failed", readAt: new Date().toISOString(), checks: [{ name: "build", source: "check-run", state: "passed" }, { name: "links", source: "status", state: "failed", summary: "404" }] };
    const { call } = scene({ "publish.checks": () => checks, "publish.fix_check": () => ({ ok: true, requestId: "r-1" }) }, () => <PublicationCard shown={shown()} newest />);
    expect(await screen.findByText(words.checksFailed(1, 2))).toBeTruthy();
    expect(call).toHaveBeenCalledWith("publish.checks", { sessionId: "dev", publishId: "p-1", watch: true }, expect.anything());
    fireEvent.click(screen.getByRole("button", { name: words.fixOf("links") }));
    expect(await screen.findByText(words.fixMade)).toBeTruthy();
    expect(call).toHaveBeenCalledWith("publish.fix_check", { sessionId: "dev", publishId: "p-1", check: "links" });
    expect(screen.queryByRole("button", { name: words.fixOf("build") })).toBeNull();
  });

  it("stops what runs", async () => {
    const { call } = scene({ "publish.cancel": () => ({ ok: true }) }, () => <PublicationCard shown={shown({ phase: "pushing", prUrl: undefined })} newest={false} />);
    fireEvent.click(await screen.findByRole("button", { name: words.stop }));
    await waitFor(() => expect(call).toHaveBeenCalledWith("publish.cancel", { publishId: "p-1" }));
  });
});

describe("the sheet", () => {
  const show = (answers: Answers, mode: "push" | "pr" = "pr") =>
    scene({ "publish.defaults": () => defaults(), "publish.show": () => ({ sessionId: "dev", pushEnabled: true, prEnabled: true, recent: [stored()], latest: stored() }), "publish.checks": () => ({ publishId: "p-1", state: "none", checks: [], readAt: new Date().toISOString() }), ...answers }, () => <PublishSheet wanted={{ sessionId: "dev", mode }} onClose={() => undefined} />);

  it("sends what is written, and shows the link", async () => {
    const { call } = show({ "publish.run": () => stored().result });
    fireEvent.change(await screen.findByLabelText(words.title), { target: { value: "Mine" } });
    fireEvent.click(screen.getByRole("button", { name: new RegExp(`^${words.pushOpen}`) }));
    expect(await screen.findByText(words.created)).toBeTruthy();
    expect(call).toHaveBeenCalledWith("publish.run", { sessionId: "dev", createPr: true, force: false, headBranch: "agents/two", baseBranch: "main", title: "Mine", body: "- one\n- two" }, { idempotencyKey: expect.any(String) as string });
    expect(readDraft("dev")).toEqual({});
  });

  it("sends an attempt whose answer was lost again under the same key", async () => {
    let lost = true;
    const { call } = show({
      "publish.run": () => {
        if (lost) {
          lost = false;
          throw new CallFailure("offline", "Gone.", true);
        }
        return { ...stored().result, status: "pushed" };
      },
    }, "push");
    const press = async () => fireEvent.click(await screen.findByRole("button", { name: new RegExp(`^${words.push}\\b`) }));
    await press();
    await screen.findByText(/Gone\./);
    await press();
    await waitFor(() => expect(call.mock.calls.filter(([method]) => method === "publish.run")).toHaveLength(2));
    const keys = (call.mock.calls as unknown as [string, unknown, { idempotencyKey: string }][]).filter(([method]) => method === "publish.run").map(([, , options]) => options.idempotencyKey);
    expect(keys[0]).toBe(keys[1]);
  });

  it("says the server's own reason at the branch while one types, and cannot be sent then", async () => {
    show({
      "publish.defaults": ({ headBranch }: { headBranch?: string }) => {
        if (headBranch === "main") throw new CallFailure("publish.protected", "`main` is protected.", false, 403);
        return defaults();
      },
    });
    fireEvent.change(await screen.findByLabelText(words.from), { target: { value: "main" } });
    expect(await screen.findByText("main is protected.")).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: new RegExp(`^${words.pushOpen}`) }).disabled).toBe(true);
    fireEvent.change(screen.getByLabelText(words.into), { target: { value: "develop" } });
    fireEvent.click(screen.getByRole("switch", { name: words.force }));
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>("button", { name: new RegExp(`^${words.pushOpen}`) }).disabled).toBe(false));
  });

  it("is off with the reason where pushing is", async () => {
    show({ "publish.defaults": () => defaults({ pushEnabled: false }) });
    expect(await screen.findByText(words.offPush)).toBeTruthy();
  });
});

describe("what is typed in the settings", () => {
  it("is told apart from what cannot be right", () => {
    expect(tokenProblem("a b")).toBeTruthy();
    expect(tokenProblem(" ghp_x ")).toBeUndefined();
    expect([hostProblem("git.example.com", []), hostProblem("https://x", []), hostProblem("github.com", [])].map(Boolean)).toEqual([false, true, true]);
    expect(hostProblem("a.b", ["a.b=https://a.b/api/v3"])).toBeTruthy();
    expect([apiProblem("https://x/api/v3"), apiProblem("http://127.0.0.1:1/x"), apiProblem("http://x"), apiProblem("https://u:p@x")].map(Boolean)).toEqual([false, false, true, true]);
    expect(usualApi("git.example.com")).toBe("https://git.example.com/api/v3");
    expect([patternProblem("release/*", []), patternProblem("a b", []), patternProblem("x", ["x"])].map(Boolean)).toEqual([false, true, true]);
  });
});

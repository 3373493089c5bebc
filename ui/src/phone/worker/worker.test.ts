import { describe, expect, it, vi } from "vitest";
import type { PushMessage, PushQuestion } from "../../client/protocol";
import { noticeOf } from "./notice";
import type { Notice, Page, Scope, Shown } from "./scope";
import { isPage, kindOf } from "./shell";
import { readMessage, ToldHere } from "./told";

const QUESTION: PushQuestion = { id: "a-1", hash: "h-1", mayApprove: true, mayAnswer: true, risk: "medium" };

function message(more: Partial<PushMessage> = {}): PushMessage {
  return { id: "n-1", tag: "question:a-1", kind: "needs_you", told: "question", subject: "Install it", detail: "npm install msw", name: "tern", page: "/approvals/a-1", question: QUESTION, waiting: 2, ...more };
}

/** A device: what is on its screen, what was asked of the server, and how the server answers. */
function device(pages: Partial<Page>[] = []) {
  const screen: { title: string; options: Notice }[] = [];
  const asked: { method: string; params: Record<string, unknown>; key: string }[] = [];
  const opened: string[] = [];
  const badge: number[] = [];
  const seen = pages.map((page) => ({ url: "/", visibilityState: "hidden" as const, focused: false, focus: vi.fn(async () => ({}) as Page), postMessage: vi.fn(), ...page }));
  const shownOf = (one: { options: Notice }): Shown => ({ tag: one.options.tag, data: one.options.data, close: () => void screen.splice(screen.indexOf(one as never), 1) });
  const scope = {
    navigator: { setAppBadge: async (count: number) => void badge.push(count), clearAppBadge: async () => void badge.push(0) },
    registration: {
      showNotification: async (title: string, options: Notice) => {
        const at = screen.findIndex((one) => one.options.tag === options.tag);
        screen.splice(at < 0 ? screen.length : at, at < 0 ? 0 : 1, { title, options });
      },
      getNotifications: async ({ tag }: { tag: string }) => screen.filter((one) => one.options.tag === tag).map(shownOf),
    },
    clients: { matchAll: async () => seen, openWindow: async (url: string) => void opened.push(url) },
  } as unknown as Scope;
  const line: { answer: () => Promise<Response> } = { answer: async () => Response.json({ ok: true }) };
  const told = new ToldHere({
    scope,
    language: "en",
    mustShow: false,
    fetch: (async (path: string, init: RequestInit) => {
      const method = path.replace("/v1/rpc/", "");
      asked.push({ method, params: JSON.parse(String(init.body)), key: new Headers(init.headers).get("idempotency-key") ?? "" });
      return line.answer();
    }) as unknown as typeof fetch,
  });
  const outcomes = () => asked.filter((ask) => ask.method === "notifications.became").map((ask) => ask.params["outcome"]);
  const tap = (action = "") => told.tapped(shownOf(screen.at(-1) as never), action);
  return { screen, asked, opened, badge, seen, line, told, outcomes, tap };
}

describe("a message", () => {
  it("is shown with what would be done, buttons for it, and the number that waits", async () => {
    const phone = device();
    await phone.told.came(message());
    expect(phone.screen[0]?.title).toBe("tern asks");
    expect(phone.screen[0]?.options.body).toBe("Install it\nnpm install msw\nMedium risk");
    expect(phone.screen[0]?.options.actions.map((one) => one.action)).toEqual(["approve", "deny"]);
    expect(phone.badge).toEqual([2]);
    expect(phone.outcomes()).toEqual(["shown"]);
  });

  it("asks in the language of the device, where the kind of the question is known", () => {
    const asks = { kind: "job_command", job: "Opening hours", command: "npm install msw" } as const;
    const body = (language: string, more: Partial<PushMessage>) => noticeOf(message(more), 1, language).options.body.split("\n")[0];
    expect(body("de", { asks })).toBe("„Opening hours“ npm install msw ausführen lassen");
    expect(body("de", { asks, told: "answered", detail: "approved" })).toBe("„Opening hours“ npm install msw ausführen lassen");
    expect(body("en", { asks })).toBe("Install it");
    expect(body("de", {})).toBe("Install it");
    expect(body("de", { asks: { kind: "rain" } as never })).toBe("Install it");
  });

  it("offers no approval of what it does not show, and no answer to whoever may not answer", () => {
    const actions = (question: Partial<PushQuestion>) => noticeOf(message({ question: { ...QUESTION, ...question } }), 1, "en").options.actions.map((one) => one.action);
    expect(actions({ mayApprove: false })).toEqual(["deny"]);
    expect(actions({ mayAnswer: false })).toEqual([]);
    expect(noticeOf(message({ question: { ...QUESTION, mayApprove: false, verified: false, risk: "high" } }), 1, "de").options.body).toContain("Öffnen Sie sie, um alles zu lesen.");
  });

  it("is left to the page while that is in sight, and the ledger says so", async () => {
    const phone = device([{ visibilityState: "visible", focused: true }]);
    await phone.told.came(message());
    expect(phone.screen).toEqual([]);
    expect(phone.outcomes()).toEqual(["in_page"]);
    const behind = device([{ visibilityState: "visible", focused: false }, {}]);
    await behind.told.came(message());
    expect(behind.screen).toHaveLength(1);
  });

  it("takes the place of the question it answers, quietly and without buttons", async () => {
    const phone = device();
    await phone.told.came(message());
    await phone.told.came(message({ id: "n-2", told: "answered", detail: "denied\nMacBook", waiting: 0, question: undefined as never }));
    expect(phone.screen).toHaveLength(1);
    expect(phone.screen[0]).toMatchObject({ title: "Denied", options: { body: "Install it\nby MacBook", actions: [], silent: true } });
    expect(phone.badge).toEqual([2, 0]);
  });

  it("about a landing counts those that are still shown", async () => {
    const phone = device();
    for (const id of ["n-1", "n-2", "n-3"]) await phone.told.came(message({ id, tag: "landed:w", told: "landed", subject: `Change ${id}`, detail: "", question: undefined as never }));
    expect(phone.screen.map((one) => one.title)).toEqual(["3 changes landed in tern"]);
  });

  it("says why in the language of the device, where the server's sentence has a code, and keeps what follows it", () => {
    const body = (language: string, more: Partial<PushMessage>) => noticeOf(message({ question: undefined as never, ...more }), 1, language).options.body;
    const back: Partial<PushMessage> = { told: "came_back", detail: "The check “tests” failed on the tree that would land.\nline 1", because: { code: "check_failed", check: "tests", network: false } };
    expect(body("de", back)).toBe("Die Prüfung „tests“ schlug auf dem Stand fehl, der übernommen würde.\nline 1");
    expect(body("en", back)).toBe(back.detail);
    const unpublished: Partial<PushMessage> = { told: "not_published", subject: "fix/a", detail: "origin refused fix/a: one of its rules or hooks said no.", reason: "remote-rejected" };
    expect(body("de", unpublished)).toMatch(/^Die Gegenstelle hat abgelehnt/);
    expect(body("en", unpublished)).toBe(unpublished.detail);
    // Of a newer server, or in its own words: as it came.
    for (const more of [{ because: { code: "rain" } as never }, { reason: "rain" as never }, {}]) expect(body("de", { ...unpublished, reason: undefined as never, ...more })).toBe(unpublished.detail);
  });

  it("of another shape, or that leads elsewhere, is none", () => {
    expect(readMessage({ ...message() })).toBeDefined();
    expect(readMessage({ ...message(), page: "//evil.example" })).toBeUndefined();
    expect(readMessage(undefined)).toBeUndefined();
    expect(readMessage({ id: 1 })).toBeUndefined();
  });
});

describe("a tap on a notification", () => {
  it("answers once, bound to the hash, and says that it was taken", async () => {
    const phone = device();
    await phone.told.came(message());
    await phone.tap("approve");
    const answers = phone.asked.filter((ask) => ask.method === "approval.answer");
    expect(answers).toEqual([{ method: "approval.answer", params: { approvalId: "a-1", decision: "approve", hash: "h-1" }, key: "n-1:approve" }]);
    expect(phone.screen.map((one) => one.title)).toEqual(["Allowed once"]);
    expect(phone.screen[0]?.options.actions).toEqual([]);
    expect(phone.outcomes()).toEqual(["shown", "approved"]);
  });

  it("that comes too late says who was quicker", async () => {
    const phone = device();
    await phone.told.came(message());
    phone.line.answer = async () => Response.json({ code: "already_resolved", message: "Denied by owner." }, { status: 409 });
    await phone.tap("approve");
    expect(phone.screen[0]).toMatchObject({ title: "Too late", options: { body: "Denied by owner." } });
  });

  it("without a line says that nothing was sent, and opens the question", async () => {
    const phone = device();
    await phone.told.came(message());
    phone.line.answer = () => Promise.reject(new TypeError("no network"));
    await phone.tap("deny");
    expect(phone.screen[0]?.title).toBe("Your answer was not sent");
    expect(phone.opened).toEqual(["/approvals/a-1"]);
  });

  it("opens exactly what it is about, in the page that is there", async () => {
    const phone = device([{}]);
    await phone.told.came(message());
    await phone.tap();
    expect(phone.seen[0]?.postMessage).toHaveBeenLastCalledWith({ type: "open", page: "/approvals/a-1" });
    expect(phone.seen[0]?.focus).toHaveBeenCalled();
    expect(phone.opened).toEqual([]);
    expect(phone.outcomes()).toContain("opened");
  });
});

describe("the kept shell", () => {
  const files = new Set(["/index.html", "/assets/a-1.js"]);
  const of = (url: string, mode = "cors", method = "GET") => kindOf({ url: new URL(url, "https://p.example").href, mode, method }, "https://p.example", files);

  it("answers for pages and for the page's own files, and for nothing else", () => {
    expect(of("/approvals/a-1", "navigate")).toBe("page");
    expect(of("/assets/a-1.js")).toBe("file");
    for (const path of ["/v1/rpc/approval.list", "/v1/events", "/v1/ws", "/jobs/j-1/diff", "/assets/other.js", "/index.html", "https://elsewhere.example/assets/a-1.js"]) {
      expect(of(path), path).toBe("other");
    }
    expect(of("/auth/exchange", "cors", "POST")).toBe("other");
  });

  it("opens when a proxy answers in the server's stead", () => {
    const answer = (status: number, type: string) => ({ ok: status < 400, headers: new Headers({ "content-type": type }) });
    expect(isPage(answer(200, "text/html; charset=utf-8"))).toBe(true);
    expect(isPage(answer(502, "text/html"))).toBe(false);
  });
});

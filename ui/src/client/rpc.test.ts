import { describe, expect, it } from "vitest";
import { CallFailure } from "./failure";
import { createCall } from "./rpc";
import { codeOf, exchangeCode } from "./session";

function setting(answer: () => Response | Promise<Response>) {
  const asked: Array<{ url: string; headers: Record<string, string>; body: unknown }> = [];
  let signedOut = 0;
  let key = 0;
  const call = createCall({
    base: "",
    newKey: () => `key-${(key += 1)}`,
    onSignedOut: () => (signedOut += 1),
    fetch: (async (url: string, init: RequestInit) => {
      asked.push({ url, headers: init.headers as Record<string, string>, body: JSON.parse(String(init.body)) });
      return answer();
    }) as unknown as typeof fetch,
  });
  return { call, asked, signedOut: () => signedOut };
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

describe("calling the server", () => {
  it("posts the parameters to the method and returns the reply", async () => {
    const s = setting(() => json(200, { sessions: [] }));
    expect(await s.call("session.list", {})).toEqual({ sessions: [] });
    expect(s.asked[0]).toMatchObject({ url: "/v1/rpc/session.list", body: {} });
  });

  it("gives changing calls an idempotency key and reading calls none", async () => {
    const s = setting(() => json(200, { ok: true }));
    await s.call("session.rename", { sessionId: "dev", label: "x" });
    await s.call("jobs.list", {});
    await s.call("chat.send", { sessionId: "dev", text: "hi" }, { idempotencyKey: "mine" });
    expect(s.asked.map((one) => one.headers["idempotency-key"])).toEqual(["key-1", undefined, "mine"]);
  });

  it("turns an error body into a failure with its code", async () => {
    const s = setting(() => json(409, { code: "stale", message: "What would be done has changed.", retryable: false }));
    await expect(s.call("approval.answer", { approvalId: "a", decision: "approve" })).rejects.toMatchObject({ code: "stale", status: 409, message: "What would be done has changed." });
  });

  it("calls it offline when nobody answers or only a proxy does", async () => {
    await expect(setting(() => Promise.reject(new TypeError("fetch failed"))).call("session.list", {})).rejects.toMatchObject({ code: "offline", retryable: true });
    await expect(setting(() => new Response("bad gateway", { status: 502 })).call("session.list", {})).rejects.toMatchObject({ code: "offline" });
  });

  it("tells when this browser is not signed in", async () => {
    const s = setting(() => json(401, { code: "unauthenticated", message: "Sign in first.", retryable: false }));
    await expect(s.call("session.list", {})).rejects.toBeInstanceOf(CallFailure);
    expect(s.signedOut()).toBe(1);
  });

  it("does not take a page for an answer", async () => {
    await expect(setting(() => new Response("<!doctype html>", { status: 200 })).call("session.list", {})).rejects.toMatchObject({ code: "bad_answer" });
  });
});

describe("signing in with a code from the address", () => {
  it("finds the code only in the fragment", () => {
    expect(codeOf("#code=abc")).toBe("abc");
    expect(codeOf("#code=")).toBeUndefined();
    expect(codeOf("")).toBeUndefined();
  });

  it("returns the server's words when the code is worth nothing", async () => {
    const fetch = (async () => json(401, { code: "unauthenticated", message: "This link was used already.", retryable: false })) as unknown as typeof globalThis.fetch;
    expect((await exchangeCode({ fetch, base: "" }, "x"))?.message).toBe("This link was used already.");
    const good = (async () => json(200, { ok: true })) as unknown as typeof globalThis.fetch;
    expect(await exchangeCode({ fetch: good, base: "" }, "x")).toBeUndefined();
  });
});

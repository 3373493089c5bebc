import { describe, expect, it } from "vitest";
import { CallFailure } from "../failure";
import type { Call } from "../rpc";
import type { ServerFrame } from "../protocol";
import { createGatewayCall } from "./calls";
import type { GatewayParts } from "./gateway";
import { type FakeSocket, gatewayWithSockets, GREETING } from "./gateway.fixture";

function scene(more: Partial<GatewayParts> = {}, http?: (method: string) => unknown) {
  const { clock, sockets, gateway } = gatewayWithSockets(more);
  const overHttp: Array<{ method: string; key: string | undefined }> = [];
  let key = 0;
  let signedOut = 0;
  const call = createGatewayCall({
    gateway,
    http: (async (method: string, _params: unknown, options?: { idempotencyKey?: string }) => {
      overHttp.push({ method, key: options?.idempotencyKey });
      return http?.(method);
    }) as unknown as Call,
    newKey: () => `key-${(key += 1)}`,
    now: clock.now,
    later: clock.later,
    onSignedOut: () => (signedOut += 1),
  });
  const last = () => sockets[sockets.length - 1] as FakeSocket;
  const welcome = () => {
    for (const frame of GREETING) last().say(frame);
  };
  const asked = () => last().texts().filter((one) => one.t === "req");
  const answer = (result: unknown, of = asked().at(-1)) => last().say({ t: "res", id: of?.id as number, ok: true, result } as ServerFrame);
  const refuse = (code: string) =>
    last().say({ t: "res", id: asked().at(-1)?.id as number, ok: false, error: { code, message: code, retryable: false } } as ServerFrame);
  return { clock, gateway, sockets, call, last, welcome, asked, answer, refuse, overHttp, signedOut: () => signedOut };
}

/** Lets what was promised happen. */
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}

describe("calls over the gateway", () => {
  it("wait for the connection that is being made, and give changing ones a key", async () => {
    const s = scene();
    const reading = s.call("session.list", {});
    s.gateway.start();
    await settle();
    s.welcome();
    await settle();
    s.answer({ sessions: [] });
    expect(await reading).toEqual({ sessions: [] });
    expect(s.asked()[0]).toMatchObject({ method: "session.list" });
    expect(s.asked()[0]).not.toHaveProperty("idem");
    const changing = s.call("session.rename", { sessionId: "dev", label: "x" });
    await settle();
    expect(s.asked().at(-1)).toMatchObject({ idem: "key-1" });
    s.answer({ ok: true });
    expect(await changing).toEqual({ ok: true });
    expect(s.overHttp).toEqual([]);
  });

  it("say which device the page is, also while the line is cut", async () => {
    const s = scene();
    s.gateway.start();
    expect(s.gateway.deviceId).toBeUndefined();
    for (const frame of GREETING) s.last().say(frame.t === "welcome" ? { ...frame, deviceId: "d-1" } : frame);
    await settle();
    expect(s.gateway.deviceId).toBe("d-1");
    s.last().onclose?.({ code: 1006 });
    expect(s.gateway.deviceId).toBe("d-1");
  });

  it("are made again under the same key when their answer was lost with the connection", async () => {
    const s = scene();
    s.gateway.start();
    s.welcome();
    const changing = s.call("session.rename", { sessionId: "dev", label: "x" });
    await settle();
    s.last().onclose?.({ code: 1006 });
    await settle();
    s.clock.pass(2_000);
    s.welcome();
    await settle();
    expect(s.sockets).toHaveLength(2);
    expect(s.asked()).toMatchObject([{ method: "session.rename", idem: "key-1" }]);
    s.answer({ ok: true });
    expect(await changing).toEqual({ ok: true });
  });

  it("are told to have failed when no connection comes back in time", async () => {
    const s = scene();
    s.gateway.start();
    s.welcome();
    const failed = expect(s.call("session.list", {})).rejects.toMatchObject({ code: "offline", retryable: true });
    await settle();
    s.last().onclose?.({ code: 1006 });
    for (let n = 0; n < 30; n += 1) {
      await settle();
      s.clock.pass(1_000);
      if (!s.gateway.live) s.last().onclose?.({ code: 1006 });
    }
    await failed;
  });

  it("try at once when the line is broken, and say so when nobody is there", async () => {
    const s = scene();
    s.gateway.start();
    s.last().onclose?.({ code: 1006 });
    expect(s.gateway.state.state).toBe("offline");
    const failed = expect(s.call("session.list", {})).rejects.toMatchObject({ code: "offline" });
    expect(s.sockets).toHaveLength(2);
    s.last().onclose?.({ code: 1006 });
    await failed;
  });

  it("pass on what the server refuses, and do not repeat it", async () => {
    const s = scene();
    s.gateway.start();
    s.welcome();
    const failed = expect(s.call("approval.answer", { approvalId: "a", decision: "approve" })).rejects.toMatchObject({ code: "stale" });
    await settle();
    s.refuse("stale");
    await failed;
    expect(s.asked()).toHaveLength(1);
  });

  it("go over HTTP when the answer does not fit a message, under the key they had", async () => {
    const s = scene({}, () => ({ ok: true, big: true }));
    s.gateway.start();
    s.welcome();
    const call = s.call("session.rename", { sessionId: "dev", label: "x" });
    await settle();
    s.refuse("too_large");
    expect(await call).toEqual({ ok: true, big: true });
    expect(s.overHttp).toEqual([{ method: "session.rename", key: "key-1" }]);
  });

  it("go over HTTP where a WebSocket cannot be had, until one can", async () => {
    const s = scene({ reachable: () => Promise.resolve(true) }, () => ({ sessions: [] }));
    s.gateway.start();
    const call = s.call("session.list", {});
    s.last().onclose?.({ code: 1006 });
    await settle();
    expect(s.gateway.state.state).toBe("unavailable");
    expect(await call).toEqual({ sessions: [] });
    s.clock.pass(30_000);
    expect(s.gateway.state.state).toBe("unavailable");
    s.welcome();
    expect(s.gateway.state.state).toBe("live");
    void s.call("session.list", {});
    await settle();
    expect(s.asked()).toHaveLength(1);
    expect(s.overHttp).toHaveLength(1);
  });

  it("wait for nobody when the server is not there either", async () => {
    const s = scene({ reachable: () => Promise.reject(new TypeError("fetch failed")) });
    s.gateway.start();
    const failed = expect(s.call("session.list", {})).rejects.toMatchObject({ code: "offline" });
    s.last().onclose?.({ code: 1006 });
    await failed;
    expect(s.gateway.state.state).toBe("offline");
  });

  it("tell when this page is not signed in, after it has tried to sign in anew", async () => {
    let tries = 0;
    const s = scene({ signIn: () => Promise.resolve((tries += 1) === 1) });
    s.gateway.start();
    const reject: ServerFrame = { t: "reject", error: { code: "unauthenticated", message: "Sign in.", retryable: false }, next: "sign_in" };
    s.last().say(reject);
    await settle();
    // Signed in: the second connection is let in.
    expect(s.sockets).toHaveLength(2);
    s.welcome();
    expect(s.gateway.live).toBe(true);
    s.last().onclose?.({ code: 4401 });
    s.clock.pass(1_000);
    s.last().say(reject);
    await settle();
    expect(tries).toBe(2);
    expect(s.gateway.state.state).toBe("rejected");
    const failed = expect(s.call("session.list", {})).rejects.toBeInstanceOf(CallFailure);
    s.last().say(reject);
    await settle();
    await failed;
    expect(s.signedOut()).toBe(1);
  });

  it("do not go all at once", async () => {
    const s = scene();
    s.gateway.start();
    s.welcome();
    const calls = Array.from({ length: 60 }, () => s.call("session.list", {}));
    await settle();
    expect(s.asked()).toHaveLength(48);
    for (const one of s.asked()) s.answer({ sessions: [] }, one);
    await settle();
    expect(s.asked()).toHaveLength(60);
    for (const one of s.asked().slice(48)) s.answer({ sessions: [] }, one);
    await Promise.all(calls);
  });

  it("end when they are not wanted any more", async () => {
    const s = scene();
    s.gateway.start();
    const stop = new AbortController();
    const before = expect(s.call("session.list", {}, { signal: stop.signal })).rejects.toBeDefined();
    stop.abort();
    await before;
    s.welcome();
    const other = new AbortController();
    const during = expect(s.call("session.list", {}, { signal: other.signal })).rejects.toBeDefined();
    await settle();
    other.abort();
    await during;
    s.answer({ sessions: [] });
  });
});

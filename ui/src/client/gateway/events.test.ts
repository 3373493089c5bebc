import { describe, expect, it } from "vitest";
import type { Delivered, ServerFrame } from "../protocol";
import type { Connection, Ephemeral } from "../stream";
import { GatewayEvents } from "./events";
import { type FakeSocket, gatewayWithSockets, GREETING } from "./gateway.fixture";

function scene({ withHttp = false } = {}) {
  const { clock, sockets, gateway } = gatewayWithSockets(withHttp ? { reachable: () => Promise.resolve(true) } : {});
  const connections: Connection[] = [];
  const batches: number[][] = [];
  const ephemeral: Ephemeral[] = [];
  const gaps: string[] = [];
  const asked: string[] = [];
  const events = new GatewayEvents({
    gateway,
    later: clock.later,
    base: "",
    fetch: (async (url: string) => {
      asked.push(url);
      return new Response(new ReadableStream<Uint8Array>());
    }) as unknown as typeof fetch,
    now: clock.now,
    random: () => 0.5,
    wait: () => new Promise(() => undefined),
    onConnection: (connection) => connections.push(connection),
    onEvents: (delivered: Delivered[]) => batches.push(delivered.map((one) => one.cursor)),
    onEphemeral: (event) => ephemeral.push(event),
    onGap: (why) => gaps.push(why),
  });
  const last = () => sockets[sockets.length - 1] as FakeSocket;
  const sub = () => last().texts().findLast((one) => one.t === "sub");
  const welcome = async () => {
    for (const frame of GREETING) last().say(frame);
    last().say({ t: "res", id: sub()?.id as number, ok: true, result: { ok: true } });
    await settle();
  };
  const event = (cursor: number) => last().say({ t: "ev", sub: sub()?.id as number, cursor, envelope: { id: `e${cursor}` } } as unknown as ServerFrame);
  return { clock, gateway, sockets, events, connections, batches, ephemeral, gaps, asked, last, sub, welcome, event };
}

async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}

describe("following events over the gateway", () => {
  it("goes on behind the newest one on every connection, and gives each once", async () => {
    const s = scene();
    s.events.start(41);
    await s.welcome();
    expect(s.sub()).toMatchObject({ after: 41, allTypes: true });
    expect(s.connections.at(-1)).toMatchObject({ state: "live" });
    s.event(42);
    s.event(43);
    s.event(43);
    s.last().onclose?.({ code: 1006 });
    expect(s.connections.at(-1)).toMatchObject({ state: "offline", attempt: 1 });
    s.clock.pass(1_000);
    await s.welcome();
    expect(s.sub()).toMatchObject({ after: 43 });
    s.event(44);
    expect(s.batches.flat()).toEqual([42, 43, 44]);
    expect(s.events.cursor).toBe(44);
    expect(s.gaps).toEqual([]);
  });

  it("delivers the first of a swarm at once and the rest together", async () => {
    const s = scene();
    s.events.start(0);
    await s.welcome();
    for (const cursor of [1, 2, 3]) s.event(cursor);
    expect(s.batches).toEqual([[1]]);
    s.clock.pass(16);
    expect(s.batches).toEqual([[1], [2, 3]]);
    s.clock.pass(16);
    s.event(4);
    expect(s.batches.at(-1)).toEqual([4]);
  });

  it("acknowledges what was taken in, before no more may come", async () => {
    const s = scene();
    s.events.start(0);
    await s.welcome();
    const window = s.sub()?.window as number;
    let acked = 0;
    for (let cursor = 1; cursor <= 2_000; cursor += 1) {
      expect(cursor - acked).toBeLessThanOrEqual(window);
      s.event(cursor);
      const ack = s.last().texts().findLast((one) => one.t === "ack");
      acked = (ack?.cursor as number | undefined) ?? 0;
    }
    expect(acked).toBeGreaterThan(1_500);
  });

  it("says that everything must be read again when the log is another one", async () => {
    const s = scene();
    s.events.start(900);
    await s.welcome();
    s.event(1);
    s.event(2);
    s.clock.pass(20);
    expect([s.gaps, s.batches.flat(), s.events.cursor]).toEqual([["log_restarted"], [1, 2], 2]);
  });

  it("says so when something of the present was left out", async () => {
    const s = scene();
    s.events.start(0);
    await s.welcome();
    s.last().say({ t: "now", data: { type: "assistant.delta", text: "Hel" } });
    s.last().say({ t: "now", data: "what is this" });
    s.last().say({ t: "gap", dropped: 3 });
    expect([s.ephemeral.length, s.gaps]).toEqual([1, ["server_said"]]);
  });

  it("comes as server-sent events where no WebSocket can be had, and changes over when one can", async () => {
    const s = scene({ withHttp: true });
    s.events.start(7);
    s.last().onclose?.({ code: 1006 });
    await settle();
    expect(s.asked).toEqual(["/v1/events?after=7&types=all"]);
    expect(s.connections.at(-1)).toMatchObject({ state: "live", over: "http" });
    s.clock.pass(30_000);
    await s.welcome();
    expect(s.sub()).toMatchObject({ after: 7 });
    expect(s.connections.at(-1)).toEqual({ state: "live", since: 30_000 });
    expect(s.connections.some(({ state }) => state === "stopped")).toBe(false);
  });

  it("tells that the page is not signed in, and ends when it is stopped", async () => {
    const s = scene();
    s.events.start(0);
    s.last().say({ t: "reject", error: { code: "unauthenticated", message: "Sign in.", retryable: false }, next: "sign_in" });
    expect(s.connections.at(-1)).toEqual({ state: "signed_out" });
    s.events.stop();
    expect(s.connections.at(-1)).toEqual({ state: "stopped" });
    s.gateway.retryNow();
    expect(s.connections.at(-1)).toEqual({ state: "stopped" });
  });
});

import { describe, expect, it } from "vitest";
import type { ServerFrame, Terminal } from "../protocol";
import type { GatewayState } from "./gateway";
import { KIND } from "./head";
import { type FakeSocket, gatewayWithSockets, GREETING } from "./gateway.fixture";
import { TerminalLine } from "./line";

const TERMINAL = { id: "t", name: "t", cwd: "/", shell: "sh", state: "running", cols: 80, rows: 24, createdAt: "", bytes: 0, attached: 1, recorded: 0, recordingCut: false } as unknown as Terminal;

function scene() {
  const states: GatewayState[] = [];
  const { clock, sockets, gateway } = gatewayWithSockets({ onState: (state) => states.push(state) });
  const pass = (ms: number) => clock.pass(ms);
  const last = () => sockets[sockets.length - 1] as FakeSocket;
  const welcome = () => {
    for (const frame of GREETING) last().say(frame);
  };
  return { gateway, sockets, states, pass, last, welcome };
}

type Scene = ReturnType<typeof scene>;

function attached(s: Scene) {
  const shown: string[] = [];
  const pictures: string[] = [];
  const controls: boolean[] = [];
  const failures: string[] = [];
  const waiting: Array<() => void> = [];
  const line = new TerminalLine(s.gateway, "t", {
    onOutput: (bytes, _replay, done) => {
      shown.push(new TextDecoder().decode(bytes));
      waiting.push(done);
    },
    onPicture: (bytes, done) => {
      pictures.push(new TextDecoder().decode(bytes));
      done();
    },
    onTerminal: (_terminal, now) => controls.push(now),
    onExit: () => undefined,
    onAttached: () => undefined,
    onFailure: (failure) => failures.push(failure.code),
    onRefused: () => undefined,
  });
  const drawn = () => {
    for (const done of waiting.splice(0)) done();
  };
  return { line, shown, pictures, controls, failures, drawn };
}

async function answer(s: Scene, result: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const asked = s.last().texts().findLast((one) => one.t === "req" && one.method === "terminals.attach");
  s.last().say({
    t: "res",
    id: asked?.id as number,
    ok: true,
    result: { ok: true, stream: 1, seat: "seat", controls: true, inputOffset: 0, window: 1000, terminal: TERMINAL, ...result },
  } as ServerFrame);
  await Promise.resolve();
  await Promise.resolve();
  return asked?.params as Record<string, unknown>;
}

describe("the gateway", () => {
  it("connects again after a break, later each time, and says why it does not", () => {
    const s = scene();
    s.gateway.start();
    s.welcome();
    expect(s.states.at(-1)).toEqual({ state: "live" });
    s.last().onclose?.({ code: 1006 });
    expect(s.states.at(-1)?.state).toBe("offline");
    s.pass(20_000);
    expect(s.sockets).toHaveLength(2);
    s.welcome();
    s.last().say({ t: "reject", error: { code: "unauthenticated", message: "A token is needed.", retryable: false }, next: "sign_in" });
    expect(s.states.at(-1)).toEqual({ state: "rejected", code: "unauthenticated", message: "A token is needed." });
    s.pass(100_000);
    expect(s.sockets).toHaveLength(2);
  });

  it("gives a silent line up", () => {
    const s = scene();
    s.gateway.start();
    s.welcome();
    s.pass(30_000);
    expect(s.last().texts().filter((one) => one.t === "ping")).toHaveLength(2);
    expect(s.sockets).toHaveLength(1);
    s.pass(60_000);
    expect(s.sockets.length).toBeGreaterThan(1);
    expect(s.sockets[0]?.closed).toBe(true);
  });

  it("fails calls that the break has taken with it", async () => {
    const s = scene();
    await expect(s.gateway.call("terminals.list", {})).rejects.toMatchObject({ code: "offline" });
    s.gateway.start();
    s.welcome();
    const call = s.gateway.call("terminals.list", {});
    s.last().onclose?.({ code: 1006 });
    await expect(call).rejects.toMatchObject({ code: "offline" });
  });
});

describe("a terminal's line", () => {
  it("goes on behind what it has received, in its own seat", async () => {
    const s = scene();
    const one = attached(s);
    s.gateway.start();
    s.welcome();
    expect(await answer(s)).toEqual({ id: "t" });
    s.last().show(KIND.snapshot, 100, "picture");
    s.last().show(KIND.output, 100, "more");
    s.last().onclose?.({ code: 1006 });
    s.pass(20_000);
    s.welcome();
    expect(await answer(s)).toEqual({ id: "t", seat: "seat", after: 104 });
    s.last().show(KIND.output, 104, "!");
    expect([one.pictures, one.shown]).toEqual([["picture"], ["more", "!"]]);
  });

  it("acknowledges what the emulator has drawn, and no earlier", async () => {
    const s = scene();
    const one = attached(s);
    s.gateway.start();
    s.welcome();
    await answer(s);
    s.last().show(KIND.output, 0, "abc");
    s.last().show(KIND.output, 3, "def");
    expect(s.last().frames()).toEqual([]);
    one.drawn();
    expect(s.last().frames()).toEqual([{ kind: KIND.ack, offset: 6, text: "" }]);
  });

  it("sends input again that the server does not have, and only that", async () => {
    const s = scene();
    const one = attached(s);
    s.gateway.start();
    s.welcome();
    await answer(s);
    one.line.type("first ");
    one.line.type("second ");
    expect(s.last().frames().map((sent) => [sent.offset, sent.text])).toEqual([[0, "first "], [6, "second "]]);
    s.last().show(KIND.ack, 6, "");
    s.last().onclose?.({ code: 1006 });
    one.line.type("third");
    s.pass(20_000);
    s.welcome();
    await answer(s, { inputOffset: 9 });
    expect(s.last().frames().map((sent) => [sent.offset, sent.text])).toEqual([[9, "ond "], [13, "third"]]);
  });

  it("types nothing on behalf of somebody else's seat or after it was taken", async () => {
    const s = scene();
    const one = attached(s);
    s.gateway.start();
    s.welcome();
    await answer(s, { controls: false });
    expect(one.line.type("x")).toBe(false);
    const taking = one.line.takeControl();
    const asked = s.last().texts().at(-1);
    s.last().say({ t: "res", id: asked?.id as number, ok: true, result: { ok: true, stream: 1, seat: "seat", controls: true, inputOffset: 0, window: 1000, terminal: TERMINAL } as never });
    await taking;
    expect(one.line.type("y")).toBe(true);
    s.last().onclose?.({ code: 1006 });
    one.line.type("typed long ago");
    s.pass(20_000);
    s.welcome();
    await answer(s, { seat: "another" });
    expect(s.last().frames()).toEqual([]);
  });

  it("takes the place once more behind what was seen, when its machine was away for too long", async () => {
    const s = scene();
    const one = attached(s);
    s.gateway.start();
    s.welcome();
    await answer(s);
    s.last().show(KIND.output, 0, "abc");
    const refused = (code: string) => s.last().say({ t: "refused", stream: 1, error: { code, message: code, retryable: true } } as ServerFrame);
    refused("node.away");
    expect(one.failures).toEqual(["node.away"]);
    one.line.type("lost");
    expect(s.last().frames()).toEqual([]);
    one.line.again();
    expect(s.last().texts().at(-1)).toMatchObject({ method: "terminals.attach", params: { id: "t", after: 3, seat: "seat" } });
    await answer(s, { seat: "another" });
    // Whether it arrived is not known, so it is not typed by somebody else's hand.
    expect(s.last().frames()).toEqual([]);
    one.line.again();
    expect(s.last().texts().filter((sent) => sent.method === "terminals.attach")).toHaveLength(2);
    // Taken up elsewhere it does not take it back, and has another place when a person says so.
    refused("stale");
    s.last().onclose?.({ code: 1006 });
    s.pass(20_000);
    s.welcome();
    expect(s.last().texts().filter((sent) => sent.method === "terminals.attach")).toEqual([]);
    one.line.again();
    expect(s.last().texts().at(-1)?.params).toEqual({ id: "t", after: 3 });
  });

  it("keeps a large paste back until the program takes it", async () => {
    const s = scene();
    const one = attached(s);
    s.gateway.start();
    s.welcome();
    await answer(s);
    one.line.type("x".repeat(500_000));
    const bytes = () => s.last().frames().reduce((all, sent) => all + sent.text.length, 0);
    expect(bytes()).toBe(192 * 1024);
    s.last().show(KIND.ack, 100_000, "");
    expect(bytes()).toBeGreaterThan(250_000);
    expect(bytes()).toBeLessThanOrEqual(292 * 1024);
    expect(one.line.type("x".repeat(20 * 1024 * 1024))).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import type { ServerFrame } from "../protocol";
import type { GatewayParts, GatewayState } from "./gateway";
import { Clock, type FakeSocket, gatewayWithSockets, GREETING } from "./gateway.fixture";

const REJECT: ServerFrame = { t: "reject", error: { code: "unauthenticated", message: "Sign in.", retryable: false }, next: "sign_in" };

function scene(more: Partial<GatewayParts> = {}) {
  const states: string[] = [];
  const { clock, sockets, gateway } = gatewayWithSockets({ onState: (state: GatewayState) => states.push(state.state), ...more });
  const line = (n: number) => sockets.at(n) as FakeSocket;
  const welcome = (n = -1) => {
    for (const frame of GREETING) line(n).say(frame);
  };
  const live = () => {
    gateway.start();
    welcome();
    clock.pass(10_000);
  };
  const open = () => sockets.filter((one) => !one.closed).length;
  const pings = (n: number) => line(n).texts().filter((one) => one.t === "ping").length;
  let answered = 0;
  /** The server answers whatever it was asked on a line and has not answered yet. */
  const answer = (n: number) => {
    for (; answered < pings(n); answered += 1) line(n).say({ t: "pong" });
  };
  return { clock, gateway, sockets, states, line, welcome, live, open, pings, answer };
}

describe("coming back to a line", () => {
  it("that is dead and does not say so is usable on another one within a second", async () => {
    const s = scene();
    s.live();
    s.gateway.wake();
    expect(s.pings(0)).toBe(1);
    const lost = expect(s.gateway.call("session.list", {})).rejects.toMatchObject({ code: "offline", retryable: true });
    s.clock.pass(400);
    expect(s.sockets).toHaveLength(2);
    // The way there and back takes a while twice.
    s.clock.pass(150);
    s.line(1).say(GREETING[0] as ServerFrame);
    expect(s.line(1).texts()).toEqual([{ t: "connect", versions: [1, 1], client: { name: "web" } }]);
    s.clock.pass(150);
    s.line(1).say(GREETING[1] as ServerFrame);
    expect(s.clock.now() - 10_000).toBeLessThan(1_000);
    expect(s.gateway.live).toBe(true);
    expect(s.line(0).closed).toBe(true);
    // Whoever follows begins anew, and a call that was on its way is made again.
    expect(s.states.slice(-2)).toEqual(["connecting", "live"]);
    await lost;
    void s.gateway.call("session.list", {}).catch(() => undefined);
    expect(s.line(1).texts().at(-1)).toMatchObject({ t: "req", method: "session.list" });
    s.clock.pass(60_000);
    expect(s.pings(1)).toBeGreaterThan(0);
  });

  it("that answers costs no other, and is asked once however often the browser says so", () => {
    const s = scene();
    s.live();
    for (let n = 0; n < 4; n += 1) s.gateway.wake();
    expect(s.pings(0)).toBe(1);
    s.clock.pass(100);
    s.line(0).say({ t: "pong" });
    s.clock.pass(5_000);
    expect(s.sockets).toHaveLength(1);
  });

  it("is not taken in by what was said before the sleep", () => {
    const s = scene();
    s.gateway.start();
    s.welcome();
    // The answer to this beat, and an event, lie in the browser while the page sleeps.
    s.clock.pass(15_000);
    expect(s.pings(0)).toBe(1);
    s.gateway.wake();
    s.line(0).say({ t: "pong" });
    s.line(0).say({ t: "now", data: {} });
    s.clock.pass(400);
    expect(s.sockets).toHaveLength(2);
    s.welcome();
    expect(s.line(0).closed).toBe(true);
  });

  it("that is slow keeps it, and is given more time the next time", () => {
    const s = scene();
    s.live();
    const wake = (answerAfter: number) => {
      const before = s.sockets.length;
      s.gateway.wake();
      s.clock.pass(answerAfter);
      const tried = s.sockets.length - before;
      s.answer(0);
      expect(s.open()).toBe(1);
      expect(s.line(0).closed).toBe(false);
      s.clock.pass(10_000);
      return tried;
    };
    expect([wake(500), wake(500), wake(500)]).toEqual([1, 0, 0]);
    expect(s.states.filter((one) => one === "connecting")).toHaveLength(1);
  });

  it("gives a line that takes seconds for every answer the time it takes", () => {
    const s = scene();
    s.gateway.start();
    s.line(0).say(GREETING[0] as ServerFrame);
    s.clock.pass(3_000);
    s.line(0).say(GREETING[1] as ServerFrame);
    s.clock.pass(10_000);
    s.gateway.wake();
    s.clock.pass(3_000);
    s.line(0).say({ t: "pong" });
    expect(s.line(0).closed).toBe(false);
    expect(s.gateway.live).toBe(true);
  });

  it("says that it is connecting when neither answers, and goes on with the newer one", () => {
    const s = scene();
    s.live();
    s.gateway.wake();
    s.clock.pass(2_000);
    expect(s.gateway.state.state).toBe("connecting");
    expect(s.sockets).toHaveLength(2);
    expect([s.line(0).closed, s.line(1).closed]).toEqual([true, false]);
    s.clock.pass(9_000);
    s.welcome();
    expect(s.gateway.live).toBe(true);
    expect(s.sockets).toHaveLength(2);
  });

  it("is offline when another line is refused and this one stays silent", () => {
    const s = scene();
    s.live();
    s.gateway.wake();
    s.clock.pass(400);
    s.line(1).onclose?.({ code: 1006 });
    expect(s.gateway.live).toBe(true);
    s.clock.pass(2_000);
    expect(s.states).toContain("offline");
  });

  it("tries anew what was tried beside it long ago and never answered", () => {
    const s = scene();
    s.live();
    s.gateway.wake();
    s.clock.pass(1_000);
    expect(s.sockets).toHaveLength(2);
    // Somebody is there, and has not come to the question yet.
    s.line(0).say({ t: "now", data: {} });
    s.clock.pass(9_000);
    expect(s.gateway.live).toBe(true);
    s.gateway.wake();
    s.clock.pass(400);
    expect([s.sockets.length, s.open(), s.line(1).closed]).toEqual([3, 2, true]);
    s.welcome();
    expect(s.gateway.live).toBe(true);
    expect(s.open()).toBe(1);
  });

  it("after a whole night asks and tries another at once", () => {
    // A page that sleeps has no timers: it is hours later before any of them runs.
    let night = 0;
    const clock = new Clock();
    const s = gatewayWithSockets({ now: () => clock.now() + night, later: clock.later });
    s.gateway.start();
    for (const frame of GREETING) s.sockets[0]?.say(frame);
    night = 28_800_000;
    s.gateway.wake();
    expect(s.sockets).toHaveLength(2);
    clock.pass(1_000);
    expect(s.sockets).toHaveLength(2);
  });
});

describe("coming back to an attempt", () => {
  it("that the old network has swallowed leaves it for another at once", () => {
    const s = scene();
    s.gateway.start();
    s.clock.pass(20_000);
    s.gateway.wake();
    expect(s.sockets).toHaveLength(2);
    // Browsers begin no WebSocket while another to the same server hangs.
    expect(s.line(0).closed).toBe(true);
    s.clock.pass(200);
    s.welcome();
    expect(s.gateway.live).toBe(true);
  });

  it("that had only just begun when the network changed looks again a moment later", () => {
    const s = scene();
    s.gateway.start();
    s.clock.pass(250);
    s.gateway.wake(true);
    expect(s.sockets).toHaveLength(1);
    s.clock.pass(400);
    expect(s.sockets).toHaveLength(2);
    s.clock.pass(250);
    s.welcome();
    expect(s.clock.now() - 250).toBeLessThan(1_000);
    // What was begun on the new network is left alone.
    s.line(1).onclose?.({ code: 1006 });
    s.gateway.wake(true);
    expect(s.sockets).toHaveLength(3);
    s.clock.pass(2_000);
    expect(s.sockets).toHaveLength(3);
  });

  it("that was greeted and then swallowed is tried beside", () => {
    const s = scene();
    s.gateway.start();
    s.line(0).say(GREETING[0] as ServerFrame);
    s.clock.pass(5_000);
    s.gateway.wake();
    expect([s.sockets.length, s.open()]).toEqual([2, 2]);
    s.welcome();
    expect(s.gateway.live).toBe(true);
    expect(s.line(0).closed).toBe(true);
  });

  it("that was only just begun leaves it alone", () => {
    const s = scene();
    s.gateway.start();
    s.clock.pass(100);
    for (let n = 0; n < 4; n += 1) s.gateway.wake();
    expect(s.sockets).toHaveLength(1);
  });

  it("that is merely slow is let in, however often one comes back", () => {
    const s = scene();
    s.gateway.start();
    // The server says hello after ten seconds; somebody looks at the page every second.
    for (let n = 0; n < 60 && !s.gateway.live; n += 1) {
      const { length } = s.sockets;
      for (let second = 0; second < 10 && s.sockets.length === length; second += 1) {
        s.clock.pass(1_000);
        s.gateway.wake();
        expect(s.open()).toBe(1);
      }
      if (s.sockets.length === length) s.welcome();
    }
    expect(s.gateway.live).toBe(true);
    expect(s.sockets.length).toBeLessThan(8);
  });

  it("does not wait for a question whether the server is there that was asked on the old network", () => {
    const s = scene({ reachable: () => new Promise(() => undefined) });
    s.gateway.start();
    s.line(0).onclose?.({ code: 1006 });
    expect(s.gateway.state.state).toBe("connecting");
    s.gateway.wake();
    s.gateway.wake();
    expect(s.sockets).toHaveLength(2);
    s.welcome();
    expect(s.gateway.live).toBe(true);
  });

  it("signs in once, whichever line is told to", async () => {
    let tries = 0;
    const s = scene({ signIn: () => Promise.resolve((tries += 1) > 0) });
    s.gateway.start();
    s.line(0).say(GREETING[0] as ServerFrame);
    s.clock.pass(5_000);
    s.gateway.wake();
    s.line(1).say(REJECT);
    // While it signs in, coming back once more begins nothing.
    s.gateway.wake();
    expect(s.sockets).toHaveLength(2);
    for (let n = 0; n < 5; n += 1) await Promise.resolve();
    expect(tries).toBe(1);
    expect(s.sockets).toHaveLength(3);
    s.welcome();
    expect(s.gateway.live).toBe(true);
    expect(s.open()).toBe(1);
  });

  it("says that nobody is there when the newest attempt was told so", () => {
    const s = scene();
    s.gateway.start();
    s.line(0).say(GREETING[0] as ServerFrame);
    s.clock.pass(5_000);
    s.gateway.wake();
    s.line(1).onclose?.({ code: 1006 });
    expect(s.gateway.state.state).toBe("offline");
    expect(s.line(0).closed).toBe(true);
    s.clock.pass(1_000);
    expect(s.sockets).toHaveLength(3);
  });

  it("leaves nothing open when the page stops", () => {
    const s = scene();
    s.live();
    s.gateway.wake();
    s.clock.pass(400);
    s.gateway.stop();
    s.clock.pass(60_000);
    expect(s.open()).toBe(0);
    expect(s.sockets).toHaveLength(2);
  });
});

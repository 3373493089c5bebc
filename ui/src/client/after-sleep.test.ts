import { describe, expect, it } from "vitest";
import { AfterSleep } from "./after-sleep";
import { Clock } from "./gateway/gateway.fixture";
import { createCall } from "./rpc";

interface Asked {
  key: string | undefined;
  aborted: () => boolean;
  answer: (body: unknown) => void;
}

/** A browser whose calls hang until the test answers them. */
function scene() {
  const clock = new Clock();
  const asked: Asked[] = [];
  const sleep = new AfterSleep({
    now: clock.now,
    later: clock.later,
    fetch: ((_url: string, init: RequestInit) =>
      new Promise<Response>((resolve, reject) => {
        const { signal } = init;
        const fail = () => reject(signal?.reason as Error);
        if (signal?.aborted) return fail();
        signal?.addEventListener("abort", fail);
        asked.push({
          key: (init.headers as Record<string, string>)["idempotency-key"],
          aborted: () => signal?.aborted === true,
          answer: (body) => resolve(new Response(JSON.stringify(body))),
        });
      })) as unknown as typeof fetch,
  });
  let keys = 0;
  const call = createCall({ fetch: sleep.fetch, base: "", newKey: () => `key-${(keys += 1)}`, onSignedOut: () => undefined });
  clock.pass(100_000);
  return { clock, asked, sleep, call };
}

async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}

describe("calls over HTTP after a sleep", () => {
  it("are made once more, under the same key, when nothing comes over what was there before", async () => {
    const s = scene();
    s.sleep.woke();
    const renamed = s.call("session.rename", { sessionId: "dev", label: "x" });
    s.clock.pass(1_999);
    await settle();
    expect(s.asked).toHaveLength(1);
    s.clock.pass(1);
    await settle();
    expect(s.asked.map((one) => [one.key, one.aborted()])).toEqual([["key-1", true], ["key-1", false]]);
    // The second is waited for as long as it takes: whoever is there may be slow.
    s.clock.pass(60_000);
    await settle();
    expect(s.asked).toHaveLength(2);
    s.asked[1]?.answer({ ok: true });
    expect(await renamed).toEqual({ ok: true });
  });

  it("that went out before it are made once more as well", async () => {
    const s = scene();
    const listed = s.call("session.list", {});
    s.clock.pass(30_000);
    expect(s.asked).toHaveLength(1);
    s.sleep.woke();
    s.sleep.woke();
    s.clock.pass(2_000);
    await settle();
    expect(s.asked).toHaveLength(2);
    s.asked[1]?.answer({ sessions: [] });
    expect(await listed).toEqual({ sessions: [] });
  });

  it("wait as ever when the page was awake, and are made once when the answer comes in time", async () => {
    const s = scene();
    const slow = s.call("session.list", {});
    s.clock.pass(120_000);
    await settle();
    s.asked[0]?.answer({ sessions: [] });
    await slow;
    s.sleep.woke();
    const quick = s.call("session.list", {});
    s.clock.pass(500);
    s.asked[1]?.answer({ sessions: [] });
    await quick;
    s.clock.pass(60_000);
    await settle();
    expect(s.asked).toHaveLength(2);
    // Long after, nothing is mistrusted any more.
    void s.call("session.list", {});
    s.clock.pass(60_000);
    await settle();
    expect(s.asked).toHaveLength(3);
  });

  it("that nobody wants any more are not made again", async () => {
    const s = scene();
    s.sleep.woke();
    const stop = new AbortController();
    const ended = expect(s.call("session.list", {}, { signal: stop.signal })).rejects.toBeDefined();
    s.clock.pass(1_000);
    stop.abort();
    await ended;
    s.clock.pass(60_000);
    await settle();
    expect(s.asked).toHaveLength(1);
    const other = new AbortController();
    const late = expect(s.call("session.list", {}, { signal: other.signal })).rejects.toBeDefined();
    s.sleep.woke();
    s.clock.pass(2_000);
    await settle();
    expect(s.asked).toHaveLength(3);
    other.abort();
    await late;
  });
});

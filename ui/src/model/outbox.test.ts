import { describe, expect, it } from "vitest";
import { type Call, CallFailure } from "../client";
import { Outbox } from "./outbox";
import type { Outgoing } from "./state";

function setting(kept: string | null = null) {
  const sent: Array<{ text: string; key: string | undefined }> = [];
  let shelf = kept;
  let answer: (text: string) => Promise<unknown> = async () => ({ ok: true, eventId: `ev-${sent.length}`, cursor: sent.length });
  let list: readonly Outgoing[] = [];
  let seen = 0;
  let keys = 0;
  const outbox = new Outbox({
    call: (async (_method: string, params: { text: string }, options: { idempotencyKey?: string }) => {
      sent.push({ text: params.text, key: options.idempotencyKey });
      return answer(params.text);
    }) as unknown as Call,
    shelf: { read: () => shelf, write: (text) => (shelf = text) },
    newKey: () => `k${(keys += 1)}`,
    now: () => "2026-01-01T00:00:00.000Z",
    seen: (cursor) => cursor <= seen,
    onChange: (next) => (list = next),
  });
  return {
    outbox, sent,
    list: () => list,
    shelf: () => shelf,
    answer: (next: typeof answer) => (answer = next),
    sawUpTo: (cursor: number) => (seen = cursor),
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("messages on their way", () => {
  it("settle when their event comes back", async () => {
    const s = setting();
    s.outbox.add("dev", "hi", "interactive");
    expect(s.list()).toMatchObject([{ text: "hi", state: "sending" }]);
    await settle();
    expect(s.list()).toMatchObject([{ state: "sent", eventId: "ev-1" }]);
    s.outbox.echoed("dev", "ev-1", "hi");
    expect(s.list()).toEqual([]);
    expect(s.outbox.keyOf("ev-1")).toBe("k1");
  });

  it("settle when the event comes before the answer", async () => {
    const s = setting();
    let release: (reply: unknown) => void = () => undefined;
    s.answer(() => new Promise((resolve) => (release = resolve)));
    s.outbox.add("dev", "hi", "interactive");
    s.outbox.echoed("dev", "ev-9", "hi");
    expect(s.list()).toEqual([]);
    release({ ok: true, eventId: "ev-9", cursor: 9 });
    await settle();
    expect(s.list()).toEqual([]);
  });

  it("settle by the cursor when the stream was ahead of a repeated call", async () => {
    const s = setting();
    s.sawUpTo(10);
    s.outbox.add("dev", "hi", "interactive");
    await settle();
    expect(s.list()).toEqual([]);
  });

  it("wait while there is no server, keep their order and their key", async () => {
    const s = setting();
    s.answer(async () => {
      throw new CallFailure("offline", "nobody", true);
    });
    s.outbox.add("dev", "one", "interactive");
    s.outbox.add("dev", "two", "interactive");
    await settle();
    expect(s.list().map((message) => message.state)).toEqual(["waiting", "waiting"]);
    s.answer(async () => ({ ok: true, eventId: `ev-${s.sent.length}`, cursor: 100 + s.sent.length }));
    await s.outbox.flush();
    expect(s.sent.filter((one) => one.text === "one").map((one) => one.key)).toEqual(["k1", "k1"].slice(0, s.sent.filter((one) => one.text === "one").length));
    expect(s.sent.slice(-2).map((one) => one.text)).toEqual(["one", "two"]);
    expect(s.list().every((message) => message.state === "sent")).toBe(true);
  });

  it("survive closing the page", async () => {
    const first = setting();
    first.answer(async () => {
      throw new CallFailure("offline", "nobody", true);
    });
    first.outbox.add("dev", "kept", "normal");
    await settle();
    const second = setting(first.shelf());
    expect(second.outbox.list).toMatchObject([{ text: "kept", state: "waiting", key: "k1", priority: "normal" }]);
    await second.outbox.flush();
    expect(second.sent).toEqual([{ text: "kept", key: "k1" }]);
  });

  it("stay with the reason when the server does not take them, and do not hold up the next", async () => {
    const s = setting();
    s.answer(async (text) => {
      if (text === "bad") throw new CallFailure("too_large", "A message holds at most 256 KiB.", false);
      return { ok: true, eventId: "ev-2", cursor: 50 };
    });
    s.outbox.add("dev", "bad", "interactive");
    s.outbox.add("dev", "good", "interactive");
    await settle();
    expect(s.list()).toMatchObject([{ text: "bad", state: "refused", problem: "A message holds at most 256 KiB." }, { text: "good", state: "sent" }]);
    s.outbox.discard("k1");
    expect(s.list()).toHaveLength(1);
  });

  it("ignore a shelf that cannot be read", () => {
    expect(setting("not json").outbox.list).toEqual([]);
    expect(setting('{"a":1}').outbox.list).toEqual([]);
  });
});

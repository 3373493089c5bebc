import { describe, expect, it } from "vitest";
import { type Approval, type Call, CallFailure } from "../client";
import { FRESH_MS, Taps } from "./taps";

const approval = (id: string): Approval =>
  ({ id, hash: `hash-${id}`, summary: `Question ${id}`, state: "pending" }) as Approval;

function offline(): CallFailure {
  return new CallFailure("offline", "nobody answers", true);
}

/** A server that answers what it is told to, and remembers what it was asked under which key. */
function scene(text: string | null = null) {
  const asked: { params: unknown; key: string | undefined }[] = [];
  const settled: [Approval | undefined, string][] = [];
  const shelf = { text, read: () => shelf.text, write: (next: string) => void (shelf.text = next) };
  const scene = { answer: async (): Promise<unknown> => approval("a"), now: 1_000, asked, settled, shelf };
  let keys = 0;
  const taps = new Taps({
    call: ((_method: string, params: unknown, options?: { idempotencyKey?: string }) => {
      asked.push({ params, key: options?.idempotencyKey });
      return scene.answer();
    }) as unknown as Call,
    shelf,
    newKey: () => `k-${(keys += 1)}`,
    now: () => scene.now,
    settled: (now, id) => settled.push([now, id]),
  });
  return Object.assign(scene, { taps });
}

describe("a tap", () => {
  it("is sent once, bound to the hash of what was seen, however often it is tapped", async () => {
    const one = scene();
    one.taps.tap(approval("a"), "approve");
    one.taps.tap(approval("a"), "approve");
    one.taps.tap(approval("a"), "deny");
    await one.taps.flush();
    expect(one.asked).toEqual([{ params: { approvalId: "a", decision: "approve", hash: "hash-a" }, key: "k-1" }]);
    expect(one.taps.list.get()).toEqual([]);
    expect(one.settled).toHaveLength(1);
  });

  it("without a line is kept and sent under the same key when there is one", async () => {
    const one = scene();
    one.answer = () => Promise.reject(offline());
    one.taps.tap(approval("a"), "approve");
    await new Promise((done) => setTimeout(done));
    expect(one.taps.of("a")?.state).toBe("waiting");
    one.answer = async () => approval("a");
    await one.taps.flush();
    expect(one.asked.map((ask) => ask.key)).toEqual(["k-1", "k-1"]);
    expect(one.taps.of("a")).toBeUndefined();
  });

  it("outlives its page, also when nobody knows whether it arrived", async () => {
    const first = scene();
    first.answer = () => new Promise(() => undefined);
    first.taps.tap(approval("a"), "deny");
    const second = scene(first.shelf.text);
    expect(second.taps.of("a")?.state).toBe("waiting");
    await second.taps.flush();
    expect(second.asked[0]).toEqual({ params: { approvalId: "a", decision: "deny", hash: "hash-a" }, key: "k-1" });
  });

  it("that waited for long is not sent without being meant again", async () => {
    const one = scene();
    one.answer = () => Promise.reject(offline());
    one.taps.tap(approval("a"), "approve");
    await new Promise((done) => setTimeout(done));
    one.now += FRESH_MS + 1;
    one.answer = async () => approval("a");
    await one.taps.flush();
    expect(one.taps.of("a")?.state).toBe("old");
    expect(one.asked).toHaveLength(1);
    one.taps.again("k-1");
    await one.taps.flush();
    expect(one.taps.of("a")).toBeUndefined();
    expect(one.asked.map((ask) => ask.key)).toEqual(["k-1", "k-1"]);
  });

  it("that comes too late says so and stays until it was read", async () => {
    const one = scene();
    one.answer = () => Promise.reject(new CallFailure("already_resolved", "Denied by owner already.", false));
    one.taps.tap(approval("a"), "approve");
    await new Promise((done) => setTimeout(done));
    expect(one.taps.of("a")).toMatchObject({ state: "late", why: "Denied by owner already." });
    expect(one.settled).toEqual([[undefined, "a"]]);
    one.taps.drop("k-1");
    expect(one.taps.of("a")).toBeUndefined();
  });

  it("that the server refuses says why and can be made again", async () => {
    const one = scene();
    one.answer = () => Promise.reject(new CallFailure("forbidden", "needs the scope approve", false));
    one.taps.tap(approval("a"), "approve");
    await new Promise((done) => setTimeout(done));
    expect(one.taps.of("a")?.state).toBe("refused");
    one.answer = async () => approval("a");
    one.taps.tap(approval("a"), "approve");
    await one.taps.flush();
    expect(one.taps.of("a")).toBeUndefined();
  });

  it("on one question does not hold up the tap on another", async () => {
    const one = scene();
    let release: (value: unknown) => void = () => undefined;
    one.answer = () => new Promise((done) => (release = done));
    one.taps.tap(approval("a"), "approve");
    one.answer = async () => approval("b");
    one.taps.tap(approval("b"), "deny");
    await new Promise((done) => setTimeout(done));
    expect(one.taps.list.get().map((tap) => tap.approvalId)).toEqual(["a"]);
    release(approval("a"));
    await new Promise((done) => setTimeout(done));
    expect(one.taps.list.get()).toEqual([]);
  });

  it("can be taken back while it waits", async () => {
    const one = scene();
    one.answer = () => Promise.reject(offline());
    one.taps.tap(approval("a"), "approve");
    await new Promise((done) => setTimeout(done));
    one.taps.drop("k-1");
    await one.taps.flush();
    expect(one.asked).toHaveLength(1);
  });

  it("is read leniently: what is no tap is passed over", () => {
    expect(scene("{half").taps.list.get()).toEqual([]);
    expect(scene('[1,null,{"key":"k"}]').taps.list.get()).toEqual([]);
  });
});

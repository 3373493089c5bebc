import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HELD_MS, PasteOrder } from "./paste-order";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function reading() {
  let resolve!: (text: string) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<string>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

function scene() {
  const order = new PasteOrder();
  const sent: string[] = [];
  // As an emulator does it: what is pasted or put in is typed as well.
  const send = (data: string) => {
    const now = order.typed(data);
    if (now !== "") sent.push(now);
  };
  return { order, sent, send };
}

test("what is typed while the clipboard is read comes after it", async () => {
  const { order, sent, send } = scene();
  send("a");
  const read = reading();
  const done = order.during(read.promise, send, send);
  send("\r");
  send("b");
  expect(sent).toEqual(["a"]);
  read.resolve("pasted");
  await done;
  send("c");
  expect(sent).toEqual(["a", "pasted", "\rb", "c"]);
});

test("nothing typed is lost where the page may not read it", async () => {
  const { order, sent, send } = scene();
  const read = reading();
  const done = order.during(read.promise, send, send);
  send("\r");
  read.reject(new Error("denied"));
  await expect(done).rejects.toThrow("denied");
  expect(sent).toEqual(["\r"]);
});

test("a browser that asks the person first holds nobody up", async () => {
  const { order, sent, send } = scene();
  const read = reading();
  const done = order.during(read.promise, send, send);
  send("\u0003");
  vi.advanceTimersByTime(HELD_MS);
  send("x");
  expect(sent).toEqual(["\u0003", "x"]);
  read.resolve("late");
  await done;
  expect(sent).toEqual(["\u0003", "x", "late"]);
});

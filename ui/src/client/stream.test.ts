import { afterEach, describe, expect, it } from "vitest";
import type { Delivered } from "./protocol";
import { backOff, type Connection, type Ephemeral, EventStream } from "./stream";

/** One answer of the server: its lines are written by the test. */
class Line {
  controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly response: Response;
  constructor(readonly url: string) {
    this.response = new Response(new ReadableStream<Uint8Array>({ start: (controller) => void (this.controller = controller) }), { status: 200 });
  }
  write(text: string): void {
    this.controller.enqueue(new TextEncoder().encode(text));
  }
  event(cursor: number): void {
    this.write(`id: ${cursor}\ndata: ${JSON.stringify({ cursor, envelope: { id: `e${cursor}`, type: "done", payload: { ok: true }, sessionId: "dev", ts: "" } })}\n\n`);
  }
  end(): void {
    this.controller.close();
  }
}

function setting(answers: Array<() => Response | Promise<Response>> = []) {
  const lines: Line[] = [];
  const connections: Connection[] = [];
  const cursors: number[] = [];
  const ephemeral: Ephemeral[] = [];
  const gaps: string[] = [];
  const waits: Array<{ ms: number; done: () => void }> = [];
  const stream = new EventStream({
    base: "",
    fetch: (async (url: string, init: RequestInit) => {
      const scripted = answers.shift();
      if (scripted) return scripted();
      const line = new Line(url);
      init.signal?.addEventListener("abort", () => {
        try {
          line.controller.error(new Error("aborted"));
        } catch {
          // Already over.
        }
      });
      lines.push(line);
      return line.response;
    }) as unknown as typeof fetch,
    now: () => 1000,
    random: () => 0.5,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const entry = { ms, done: () => resolve() };
        waits.push(entry);
        signal.addEventListener("abort", () => {
          waits.splice(waits.indexOf(entry), 1);
          resolve();
        });
      }),
    onConnection: (connection) => connections.push(connection),
    onEvents: (events: Delivered[]) => cursors.push(...events.map((event) => event.cursor)),
    onEphemeral: (event) => ephemeral.push(event),
    onGap: (why) => gaps.push(why),
  });
  return { stream, lines, connections, cursors, ephemeral, gaps, waits };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("the condition did not come true");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The wait between two attempts, not the watch over a silent line. */
const pause = (waits: Array<{ ms: number; done: () => void }>) => waits.find((wait) => wait.ms < 30_000);
const open: EventStream[] = [];
afterEach(() => {
  for (const stream of open.splice(0)) stream.stop();
});

describe("following the event stream", () => {
  it("delivers events in order from the cursor it was given", async () => {
    const s = setting();
    open.push(s.stream);
    s.stream.start(41);
    await until(() => s.lines.length === 1);
    expect(s.lines[0]?.url).toBe("/v1/events?after=41&types=all");
    s.lines[0]?.event(42);
    s.lines[0]?.event(43);
    await until(() => s.cursors.length === 2);
    expect(s.cursors).toEqual([42, 43]);
    expect(s.connections.at(-1)?.state).toBe("live");
  });

  it("resumes after the last event it saw, and drops what comes twice", async () => {
    const s = setting();
    open.push(s.stream);
    s.stream.start(0);
    await until(() => s.lines.length === 1);
    s.lines[0]?.event(1);
    s.lines[0]?.event(2);
    s.lines[0]?.event(2);
    await until(() => s.cursors.length === 2);
    s.lines[0]?.end();
    await until(() => pause(s.waits) !== undefined);
    expect(s.connections.at(-1)).toMatchObject({ state: "offline", attempt: 1 });
    pause(s.waits)?.done();
    await until(() => s.lines.length === 2);
    expect(s.lines[1]?.url).toContain("after=2");
    s.lines[1]?.event(3);
    await until(() => s.cursors.length === 3);
    expect(s.cursors).toEqual([1, 2, 3]);
  });

  it("waits longer after each attempt that found nobody, and begins anew once it heard something", async () => {
    const nobody = () => Promise.reject(new TypeError("fetch failed"));
    const s = setting([nobody, nobody, nobody]);
    open.push(s.stream);
    s.stream.start(5);
    const seen: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      await until(() => pause(s.waits) !== undefined);
      const waiting = pause(s.waits);
      seen.push(waiting?.ms ?? 0);
      s.waits.splice(0);
      waiting?.done();
    }
    expect(seen).toEqual([500, 1000, 2000]);
    await until(() => s.lines.length === 1);
    s.lines[0]?.event(6);
    await until(() => s.cursors.length === 1);
    s.waits.splice(0);
    s.lines[0]?.end();
    await until(() => pause(s.waits) !== undefined);
    expect(pause(s.waits)?.ms).toBe(500);
  });

  it("tries at once when a person asks for it", async () => {
    const s = setting([() => Promise.reject(new TypeError("fetch failed"))]);
    open.push(s.stream);
    s.stream.start(0);
    await until(() => pause(s.waits) !== undefined);
    s.stream.retryNow();
    await until(() => s.lines.length === 1);
  });

  it("says that everything must be read again when the log behind the address is another one", async () => {
    const s = setting();
    open.push(s.stream);
    s.stream.start(900);
    await until(() => s.lines.length === 1);
    s.lines[0]?.event(1);
    s.lines[0]?.event(2);
    await until(() => s.cursors.length === 2);
    expect(s.gaps).toEqual(["log_restarted"]);
    expect(s.stream.cursor).toBe(2);
  });

  it("passes on a gap the server tells of", async () => {
    const s = setting();
    open.push(s.stream);
    s.stream.start(0);
    await until(() => s.lines.length === 1);
    s.lines[0]?.write("event: gap\ndata: {}\n\n");
    await until(() => s.gaps.length === 1);
    expect(s.gaps).toEqual(["server_said"]);
  });

  it("hands over pieces of answers without counting them", async () => {
    const s = setting();
    open.push(s.stream);
    s.stream.start(0);
    await until(() => s.lines.length === 1);
    s.lines[0]?.write('event: ephemeral\ndata: {"type":"assistant.delta","text":"Hel"}\n\n');
    await until(() => s.ephemeral.length === 1);
    expect(s.ephemeral[0]).toMatchObject({ type: "assistant.delta", text: "Hel" });
    expect(s.stream.cursor).toBe(0);
  });

  it("gives a silent line up and connects again", async () => {
    const s = setting();
    open.push(s.stream);
    s.stream.start(0);
    await until(() => s.lines.length === 1 && s.waits.some((wait) => wait.ms > 30_000));
    s.waits.find((wait) => wait.ms > 30_000)?.done();
    await until(() => s.connections.at(-1)?.state === "offline");
    expect(s.connections.at(-1)).toMatchObject({ cause: "nothing was heard from the server" });
  });

  it("stops asking when this browser is not signed in", async () => {
    const s = setting([() => new Response("", { status: 401 })]);
    open.push(s.stream);
    s.stream.start(0);
    await until(() => s.connections.at(-1)?.state === "signed_out");
    expect(s.waits).toEqual([]);
  });

  it("survives frames that are not events", async () => {
    const s = setting();
    open.push(s.stream);
    s.stream.start(0);
    await until(() => s.lines.length === 1);
    s.lines[0]?.write("data: not json\n\ndata: {\"cursor\":\"x\"}\n\n");
    s.lines[0]?.event(1);
    await until(() => s.cursors.length === 1);
  });

  it("ends when it is stopped", async () => {
    const s = setting();
    s.stream.start(0);
    await until(() => s.lines.length === 1);
    s.stream.stop();
    expect(s.connections.at(-1)).toEqual({ state: "stopped" });
  });
});

describe("backing off", () => {
  it("doubles to fifteen seconds and is spread by a quarter", () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((attempt) => backOff(attempt, 0.5))).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect(backOff(1, 0)).toBe(375);
    expect(backOff(1, 1)).toBe(625);
  });
});

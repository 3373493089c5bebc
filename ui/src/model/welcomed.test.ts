import { afterEach, describe, expect, it } from "vitest";
import type { Call, ServerFrame } from "../client";
import { Gateway } from "../client/gateway";
import { FakeSocket, GREETING } from "../client/gateway/gateway.fixture";
import { Crew } from "./crew";
import { approval, job } from "./events.fixture";
import { ALL_SLICES } from "./slices";

const crews: Crew[] = [];
afterEach(() => {
  for (const crew of crews.splice(0)) {
    crew.stop();
    crew.gateway?.stop();
  }
});

const REPLIES: Record<string, unknown> = {
  "system.status": { latestCursor: 40, holds: [] },
  "workspace.list": { workspaces: [] },
  "session.list": { sessions: [] },
  "merge.queue": { queues: [] },
  "merge.stats": {},
  "requests.list": { requests: [] },
  "jobs.list": { jobs: [job()] },
  "workers.list": { workers: [] },
  "approval.list": { approvals: [] },
};

/** A server that answers every frame at once, and counts what it was asked. */
class Answering extends FakeSocket {
  readonly #server: Server;
  constructor(server: Server) {
    super();
    this.#server = server;
  }
  override send(data: string | Uint8Array<ArrayBuffer>): void {
    super.send(data);
    if (typeof data === "string") queueMicrotask(() => this.#server.answer(this, JSON.parse(data) as { t: string; id: number; method?: string; after?: number }));
  }
}

class Server {
  cursor = 40;
  waiting = [approval()];
  readonly asked: string[] = [];
  readonly followed: number[] = [];
  readonly sockets: Answering[] = [];

  open(): Answering {
    const socket = new Answering(this);
    this.sockets.push(socket);
    queueMicrotask(() => socket.say(GREETING[0] as ServerFrame));
    return socket;
  }

  answer(socket: Answering, frame: { t: string; id: number; method?: string; after?: number }): void {
    if (frame.t === "connect") {
      const welcome = GREETING[1] as Extract<ServerFrame, { t: "welcome" }>;
      socket.say({ ...welcome, snapshot: { ...welcome.snapshot, cursor: this.cursor, approvals: this.waiting } });
    } else if (frame.t === "sub") {
      this.followed.push(frame.after ?? -1);
      socket.say({ t: "res", id: frame.id, ok: true, result: { ok: true } });
    } else if (frame.t === "req") {
      this.asked.push(frame.method ?? "");
      socket.say({ t: "res", id: frame.id, ok: true, result: REPLIES[frame.method ?? ""] as never });
    }
  }

  cut(): void {
    this.sockets.at(-1)?.onclose?.({ code: 1006 });
  }
}

function setting() {
  const server = new Server();
  const later = (ms: number, run: () => void) => {
    // What is waited for after a cut comes soon; beats and figures never.
    const timer = setTimeout(run, ms > 5_000 ? 1_000_000 : Math.min(ms, 4));
    return () => clearTimeout(timer);
  };
  const gateway = new Gateway({ open: () => server.open(), now: () => Date.now(), random: () => 0, later, onState: () => undefined, onNow: () => undefined });
  const crew = new Crew({
    call: ((method: never, params: never) => gateway.call(method, params)) as unknown as Call,
    gateway,
    stream: { base: "", now: () => Date.now(), random: () => 0, wait: () => new Promise(() => undefined), fetch: (() => Promise.reject(new TypeError())) as never },
    shelf: { read: () => null, write: () => undefined },
    newKey: () => "k",
    timers: { after: later },
    visible: () => true,
  });
  crews.push(crew);
  return { server, crew };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("the condition did not come true");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Whatever was set going has been asked: each of what follows one another has its turn, however late. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 15; turn += 1) await new Promise((resolve) => setTimeout(resolve, 4));
}

async function cutAndBack(s: ReturnType<typeof setting>): Promise<string[]> {
  const before = s.server.asked.length;
  const connections = s.server.sockets.length;
  s.server.cut();
  await until(() => s.server.sockets.length > connections && s.crew.state.get().connection.state === "live");
  await settled();
  return s.server.asked.slice(before);
}

describe("what the welcome says", () => {
  it("is followed from at the start, and each list is asked for once", async () => {
    const s = setting();
    await s.crew.start();
    await until(() => s.crew.state.get().connection.state === "live" && s.server.asked.length >= ALL_SLICES.length);
    await settled();
    expect(s.server.followed).toEqual([40]);
    expect(s.server.asked).toHaveLength(ALL_SLICES.length);
    expect(new Set(s.server.asked).size).toBe(ALL_SLICES.length);
  });

  it("saves every call when nothing happened while the line was cut", async () => {
    const s = setting();
    await s.crew.start();
    await until(() => s.crew.state.get().connection.state === "live" && s.server.asked.length >= ALL_SLICES.length);
    await settled();
    expect(await cutAndBack(s)).toEqual([]);
    expect(s.server.followed).toEqual([40, 40]);
  });

  it("tells of a question that came up meanwhile without asking, and has the figures read again", async () => {
    const s = setting();
    await s.crew.start();
    await until(() => s.crew.state.get().connection.state === "live" && s.server.asked.length >= ALL_SLICES.length);
    await settled();
    s.server.cursor = 41;
    s.server.waiting = [approval(), approval({ id: "a-9" })];
    expect(await cutAndBack(s)).toEqual(["system.status"]);
    expect(s.crew.state.get().approvals.value?.map((one) => one.id)).toContain("a-9");
  });

  it("does not keep a pause alive that ended with its server", async () => {
    const s = setting();
    await s.crew.start();
    await until(() => s.crew.state.get().connection.state === "live" && s.server.asked.length >= ALL_SLICES.length);
    await settled();
    s.crew.state.update((state) => ({ ...state, status: { ...state.status, value: { ...(state.status.value as object), holds: [{}] } as never } }));
    expect(await cutAndBack(s)).toEqual(["system.status"]);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { type Call, CallFailure, type Delivered } from "../client";
import { Crew } from "./crew";
import { approval, entry, event, job } from "./events.fixture";

interface Server {
  log: Delivered[];
  asked: string[];
  down: boolean;
  replies: Record<string, (params: never) => unknown>;
}

const crews: Crew[] = [];
afterEach(() => {
  for (const crew of crews.splice(0)) crew.stop();
});

function setting(change: Partial<Server> = {}) {
  const server: Server = { log: [], asked: [], down: false, replies: {}, ...change };
  let write: ((text: string) => void) | undefined;
  const latest = () => server.log.at(-1)?.cursor ?? 0;
  const page = ({ before, limit = 200 }: { before?: number; limit?: number }) => {
    const all = server.log.filter((one) => before === undefined || one.cursor < before);
    return { events: all.slice(-limit), latest: latest(), more: all.length > limit };
  };
  const standard: Server["replies"] = {
    "system.status": () => ({ latestCursor: latest() }),
    "workspace.list": () => ({ workspaces: [] }),
    "session.list": () => ({ sessions: [] }),
    "merge.queue": () => ({ queues: [{ workspaceId: "w", branch: "main_agents", tip: null, paused: false, entries: [entry()], recent: [], warnings: [] }] }),
    "merge.stats": () => ({}),
    "requests.list": () => ({ requests: [] }),
    "jobs.list": () => ({ jobs: [job()] }),
    "jobs.get": () => job({ status: "claimed" }),
    "workers.list": () => ({ workers: [] }),
    "approval.list": () => ({ approvals: [approval()] }),
    "session.events": page as (params: never) => unknown,
  };
  const call = (async (method: string, params: never) => {
    server.asked.push(method);
    if (server.down) throw new CallFailure("offline", "nobody", true);
    const reply = server.replies[method] ?? standard[method];
    if (!reply) throw new CallFailure("unknown_method", method, false);
    return reply(params);
  }) as unknown as Call;
  const after: string[] = [];
  const crew = new Crew({
    call,
    stream: {
      base: "",
      now: () => Date.now(),
      random: () => 0.5,
      wait: (_ms, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
      fetch: (async (url: string) => {
        if (server.down) throw new TypeError("fetch failed");
        after.push(url);
        return new Response(new ReadableStream<Uint8Array>({ start: (controller) => void (write = (text) => controller.enqueue(new TextEncoder().encode(text))) }));
      }) as unknown as typeof fetch,
    },
    shelf: { read: () => null, write: () => undefined },
    newKey: () => "k",
    timers: {
      after: (ms, run) => {
        const timer = setTimeout(run, Math.min(ms, 5));
        if (ms > 1000) clearTimeout(timer);
        return () => clearTimeout(timer);
      },
    },
    visible: () => true,
  });
  crews.push(crew);
  const publish = (delivered: Delivered) => {
    server.log.push(delivered);
    write?.(`id: ${delivered.cursor}\ndata: ${JSON.stringify(delivered)}\n\n`);
  };
  const ephemeral = (body: unknown) => write?.(`event: ephemeral\ndata: ${JSON.stringify(body)}\n\n`);
  return { crew, server, publish, ephemeral, after, connected: () => write !== undefined };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("the condition did not come true");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe("the crew as the page knows it", () => {
  it("reads everything and follows from the cursor it read at", async () => {
    const s = setting({ log: [event("done", { ok: true }, { cursor: 77 })] });
    await s.crew.start();
    await until(() => s.after.length === 1);
    expect(s.after[0]).toContain("after=77");
    expect(s.crew.state.get().jobs.get("j-1")?.status).toBe("pending");
    await until(() => s.crew.state.get().connection.state === "live");
  });

  it("moves records along at once and reads them again soon after", async () => {
    const s = setting();
    await s.crew.start();
    await until(s.connected);
    s.publish(event("job_claimed", { jobId: "j-1", workerId: "w-3" }, { cursor: 101 }));
    await until(() => s.crew.state.get().jobs.get("j-1")?.workerId === "w-3");
    const before = s.server.asked.filter((method) => method === "jobs.list").length;
    await until(() => s.server.asked.filter((method) => method === "jobs.list").length > before);
  });

  it("asks again for a question that could not be read, when there is a line, and not for one that was refused", async () => {
    const s = setting();
    const unread = () => [...s.crew.state.get().unreadApprovals].map(([id, failure]) => [id, failure.code]);
    const asked = () => s.server.asked.filter((method) => method === "approval.get").length;
    s.server.down = true;
    s.crew.needApproval("a-7");
    await until(() => unread().length === 1);
    expect(unread()).toEqual([["a-7", "offline"]]);
    s.server.down = false;
    s.server.replies["approval.get"] = (({ id }: { id: string }) => {
      if (id === "a-8") throw new CallFailure("not_found", "gone", false);
      return approval({ id });
    }) as (params: never) => unknown;
    s.crew.needApproval("a-8");
    await until(() => unread().length === 2);
    await s.crew.start();
    await until(() => s.crew.state.get().approvals.value?.some(({ id }) => id === "a-7") === true);
    expect(unread()).toEqual([["a-8", "not_found"]]);
    expect(asked()).toBe(3);
    // Somebody asks by hand.
    s.server.replies["approval.get"] = () => approval({ id: "a-8" });
    s.crew.needApproval("a-8");
    await until(() => unread().length === 0);
  });

  it("takes an entry from the queue to the ended ones when it lands", async () => {
    const s = setting();
    await s.crew.start();
    await until(s.connected);
    s.server.replies["merge.queue"] = () => new Promise(() => undefined);
    s.publish(event("merge.entry.landed", { entry: entry({ state: "landed", landedCommit: "abc" }) }, { cursor: 201 }));
    await until(() => s.crew.state.get().merge.value?.[0]?.recent.length === 1);
    expect(s.crew.state.get().merge.value?.[0]?.entries).toEqual([]);
  });

  it("counts changes of the configuration, so that pages can read it again", async () => {
    const s = setting();
    await s.crew.start();
    await until(s.connected);
    const changes = () => s.crew.state.get().configChanges;
    expect(changes()).toBe(0);
    s.publish(event("config.changed", { keys: ["desktop.notify.finished"] }, { cursor: 302 }));
    await until(() => changes() === 1);
    s.publish(event("done", { ok: true }, { cursor: 303 }));
    s.publish(event("config.changed", { keys: ["desktop.notify.failed"] }, { cursor: 304 }));
    await until(() => changes() === 2);
  });

  it("shows an answer given elsewhere", async () => {
    const s = setting();
    await s.crew.start();
    await until(s.connected);
    s.server.replies["approval.list"] = () => new Promise(() => undefined);
    s.publish(event("approval.changed", { approval: approval({ state: "denied", decidedBy: "phone" }) }, { cursor: 301 }));
    await until(() => s.crew.state.get().approvals.value?.[0]?.state === "denied");
  });

  it("answers with the hash of what was seen", async () => {
    const s = setting();
    let given: unknown;
    s.server.replies["approval.answer"] = (params) => {
      given = params;
      return approval({ state: "approved" });
    };
    await s.crew.start();
    await s.crew.answer(approval(), "approve");
    expect(given).toEqual({ approvalId: "a-1", decision: "approve", hash: "ab".repeat(32) });
    expect(s.crew.state.get().approvals.value?.[0]?.state).toBe("approved");
  });

  it("keeps the newest output lines of a job, each once", async () => {
    const s = setting();
    await s.crew.start();
    await until(s.connected);
    for (const [cursor, seq] of [[401, 1], [402, 2], [403, 2], [404, 3]] as const) {
      s.publish(event("job_log", { jobId: "j-1", stream: "stdout", seq, line: `line ${seq}` }, { cursor }));
    }
    await until(() => s.crew.state.get().jobTails.get("j-1")?.lines.length === 3);
    expect(s.crew.state.get().jobTails.get("j-1")?.lines).toEqual(["line 1", "line 2", "line 3"]);
  });

  it("waits for a server that is not there yet instead of asking for the whole log", async () => {
    const s = setting({ down: true });
    void s.crew.start();
    await until(() => s.crew.state.get().connection.state === "offline");
    expect(s.after).toEqual([]);
    s.server.down = false;
    s.crew.retryNow();
    await until(() => s.crew.state.get().connection.state === "live");
    expect(s.after).toHaveLength(1);
  });

  it("opens a conversation with its newest page and adds what the stream brings", async () => {
    const old = Array.from({ length: 950 }, (_, n) => event("message", { text: `m${n}` }, { cursor: 1000 + n, id: `m${n}` }));
    const s = setting({ log: old });
    await s.crew.start();
    await until(s.connected);
    const conversation = s.crew.conversation("dev");
    await conversation.open();
    expect(conversation.state.get().items).toHaveLength(200);
    expect(conversation.state.get().older).toBe(true);
    s.publish(event("message", { text: "new" }, { cursor: 2000 }));
    await until(() => conversation.state.get().items.length === 201);
    await conversation.older();
    expect(conversation.state.get().items).toHaveLength(701);
    expect(conversation.state.get().items[0]).toMatchObject({ text: "m250" });
    expect(conversation.state.get().items.at(-1)).toMatchObject({ text: "new" });
    await conversation.older();
    expect(conversation.state.get().older).toBe(false);
    expect(conversation.state.get().items).toHaveLength(951);
  });

  it("pages over output lines until there is something to read", async () => {
    const log = [
      ...Array.from({ length: 30 }, (_, n) => event("message", { text: `m${n}` }, { cursor: 10 + n, id: `p${n}` })),
      ...Array.from({ length: 700 }, (_, n) => event("job_log", { jobId: "j-9", stream: "stdout", seq: n, line: `l${n}` }, { cursor: 100 + n, id: `l${n}` })),
    ];
    const s = setting({ log });
    await s.crew.start();
    const conversation = s.crew.conversation("dev");
    await conversation.open();
    expect(conversation.state.get().items).toHaveLength(30);
    expect(s.crew.state.get().jobTails.get("j-9")?.lines.at(-1)).toBe("l699");
  });

  it("drops half an answer when the line breaks", async () => {
    const s = setting();
    await s.crew.start();
    await until(s.connected);
    const conversation = s.crew.conversation("dev");
    await conversation.open();
    s.ephemeral({ type: "assistant.delta", sessionId: "dev", requestId: "r", text: "half" });
    await until(() => conversation.state.get().items.length === 1);
    conversation.streamBroke();
    expect(conversation.state.get().items).toEqual([]);
  });

  it("settles a message by its event, so that it is never shown twice", async () => {
    const s = setting();
    s.server.replies["chat.send"] = () => {
      s.publish(event("message", { text: "hi" }, { cursor: 501, id: "mine" }));
      return { ok: true, code: "accepted", eventId: "mine", cursor: 501, requestId: null, queuePosition: null, etaMs: null };
    };
    await s.crew.start();
    await until(s.connected);
    const conversation = s.crew.conversation("dev");
    await conversation.open();
    s.crew.send("dev", "hi");
    await until(() => s.crew.state.get().outbox.length === 0);
    await until(() => conversation.state.get().items.length === 1);
    expect(s.crew.rowKey("mine")).toBe("k");
  });
});

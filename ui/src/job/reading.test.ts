import { describe, expect, it } from "vitest";
import { type Call, CallFailure, type Delivered, type JobLogRow } from "../client";
import { JobEvents } from "./events";
import { LogReader } from "./log-reader";
import { linesInResult, planOf, summaryInResult } from "./verification";

const ts = (n: number) => new Date(Date.parse("2026-01-01T00:00:00.000Z") + n * 1000).toISOString();
const event = (cursor: number, type: string, payload: object) =>
  ({ cursor, envelope: { id: `e${cursor}`, ts: ts(cursor), sessionId: "dev", protocolVersion: "0.1.0", type, payload } }) as unknown as Delivered;

/** Answers `session.events` from a growing log, pages of at most `limit`. */
function logCall(log: Delivered[], asked: object[]): Call {
  return (async (_method: string, params: { after?: number; before?: number; limit: number }) => {
    asked.push(params);
    const after = params.after;
    const fits = log.filter((e) => (after === undefined || e.cursor > after) && (params.before === undefined || e.cursor < params.before));
    const events = after === undefined ? fits.slice(-params.limit) : fits.slice(0, params.limit);
    return { events, latest: log.length, more: fits.length > events.length };
  }) as unknown as Call;
}

describe("a job's events", () => {
  const log = Array.from({ length: 1300 }, (_, i) => event(i + 1, "log", { level: "info", message: "x" }));
  log[900] = event(901, "job_claimed", { jobId: "j", workerId: "w-1" });
  log[901] = event(902, "job_log", { jobId: "j", stream: "stdout", seq: 1, line: "plain output" });
  log[902] = event(903, "job_log", { jobId: "j", stream: "stdout", seq: 2, line: "$ cargo test" });

  it("are read back to the moment the job was made and no further", async () => {
    const asked: object[] = [];
    const events = new JobEvents(logCall(log, asked), { id: "j", taskId: "t", createdAt: ts(880) }, "dev");
    await events.refresh();
    expect(asked).toHaveLength(1);
    expect(events.state.get().events.map((e) => e.cursor)).toEqual([901, 903]);
    expect(events.state.get().cut).toBe(false);
  });

  it("go on from there without gap or double", async () => {
    const growing = [...log];
    const events = new JobEvents(logCall(growing, []), { id: "j", taskId: "t", createdAt: ts(880) }, "dev");
    await events.refresh();
    growing.push(event(1301, "job_completed", { jobId: "j" }), event(1302, "job_completed", { jobId: "other" }));
    await Promise.all([events.refresh(), events.refresh()]);
    await events.refresh();
    expect(events.state.get().events.map((e) => e.cursor)).toEqual([901, 903, 1301]);
  });

  it("say why they could not be read", async () => {
    const events = new JobEvents((async () => { throw new CallFailure("offline", "no", true); }) as unknown as Call, { id: "j", taskId: "t", createdAt: ts(0) }, "dev");
    await events.refresh();
    expect(events.state.get()).toMatchObject({ fresh: true, failure: { code: "offline" } });
  });
});

describe("a job's log", () => {
  it("is read in pages until there is no more, and from there on", async () => {
    const rows: JobLogRow[] = Array.from({ length: 2500 }, (_, i) => ({ id: i + 1, jobId: "j", ts: ts(i), stream: "stdout", message: `m${i}` }));
    let calls = 0;
    const call = (async (_m: string, p: { afterId: number; limit: number }) => {
      calls += 1;
      const logs = rows.filter((r) => r.id > p.afterId).slice(0, p.limit);
      return { ok: true, logs, cursor: logs[logs.length - 1]?.id ?? p.afterId };
    }) as unknown as Call;
    const reader = new LogReader(call, "j");
    await reader.more();
    expect([reader.rows.all.length, calls]).toEqual([2500, 6]);
    rows.push({ id: 2501, jobId: "j", ts: ts(1), stream: "stderr", message: "late" });
    await reader.more();
    expect(reader.rows.newestId).toBe(2501);
    expect(reader.state.get()).toMatchObject({ loading: false, failure: undefined });
  });
});

describe("a record that may hold anything", () => {
  it("gives its verification only when it is one", () => {
    expect(linesInResult({ verification: [{ what: "scope", result: "passed" }, { what: 3 }, null, { what: "x", result: "maybe" }] })).toEqual([{ what: "scope", result: "passed" }]);
    for (const odd of [null, undefined, "text", 3, [], { verification: "yes" }]) expect(linesInResult(odd)).toEqual([]);
  });

  it("gives its plan only when it is one", () => {
    expect(planOf({ params: "not json" })).toBeNull();
    expect(planOf({ params: "[1]" })).toBeNull();
    expect(planOf({ params: '{"a":1}' })).toBeNull();
    expect(planOf({ params: '{"plan":{"instruction":"do"}}' })).toEqual({ instruction: "do" });
    expect(planOf({ params: '{"instruction":"do"}' })).toEqual({ instruction: "do" });
    expect(summaryInResult({ summary: "done" })).toBe("done");
  });
});

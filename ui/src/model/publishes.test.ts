import { describe, expect, it } from "vitest";
import type { Delivered, PrChecks } from "../client";
import { event } from "./events.fixture";
import type { PublishItem } from "./items";
import { newer } from "./publishes";
import { TimelineReducer } from "./timeline";

const of = (id: string, more: object = {}) => ({ by: "owner", "head-branch": "agents/x", "publish-id": id, ...more });
const told = (...events: Delivered[]) => {
  const reducer = new TimelineReducer();
  for (const one of events) reducer.apply(one);
  return reducer.items() as readonly PublishItem[];
};
const started = (id = "p-1") => event("git.push.started", of(id, { force: false }) as never);
const pushed = (id = "p-1") => event("git.push.succeeded", of(id, { remote: "origin", commit: "abc1234def", "up-to-date": false }) as never);
const opening = (id = "p-1") => event("git.pr.started", of(id, { "base-branch": "main" }) as never);
const checks = (readAt: string, state: PrChecks["state"] = "pending"): PrChecks => ({ publishId: "p-1", state, checks: [], readAt });

describe("a publication in the conversation", () => {
  it("is one row from the push to the pull request", () => {
    const items = told(started(), pushed(), opening(), event("git.pr.succeeded", of("p-1", { "pr-url": "https://h/pull/7", "base-branch": "main", reused: false }) as never));
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ kind: "publish", phase: "created", head: "agents/x", base: "main", commit: "abc1234def", remote: "origin", prUrl: "https://h/pull/7", sessionId: "dev" });
  });

  it("says where it stopped and keeps the reason", () => {
    expect(told(started(), event("git.push.failed", of("p-1", { error: "no", reason: "remote-rejected" }) as never))[0]).toMatchObject({ phase: "push-failed", reason: "remote-rejected", error: "no" });
    expect(told(started(), pushed(), opening(), event("git.pr.manual", of("p-1", { "manual-pr-url": "https://h/c", "base-branch": "main", reason: "no-credentials" }) as never))[0]).toMatchObject({ phase: "manual", manualUrl: "https://h/c" });
    expect(told(started(), pushed(), opening(), event("git.pr.failed", of("p-1", { error: "x", "base-branch": "main", reason: "rate-limited" }) as never))[0]).toMatchObject({ phase: "pr-failed", reason: "rate-limited", commit: "abc1234def" });
  });

  it("has a row of its own each time, where it began", () => {
    const items = told(started("p-1"), started("p-2"), pushed("p-1"));
    expect(items.map((item) => [item.publishId, item.phase])).toEqual([["p-1", "pushed"], ["p-2", "pushing"]]);
  });

  it("goes on in the same row after a restart, without what stopped it", () => {
    const items = told(started(), event("git.push.failed", of("p-1", { error: "x", reason: "network" }) as never), started());
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ phase: "pushing", reason: undefined, error: undefined });
  });

  it("takes the later reading of its checks, and none for a row that is not there", () => {
    const first = event("git.pr.checks", { "pr-url": "https://h/pull/7", checks: checks("2026-01-01T00:00:10Z") });
    const older = event("git.pr.checks", { "pr-url": "https://h/pull/7", checks: checks("2026-01-01T00:00:05Z", "failed") });
    expect(told(started(), first, older)[0]?.checks?.state).toBe("pending");
    expect(told(first)).toHaveLength(0);
    expect(newer(undefined, checks("2026-01-01T00:00:10Z"))?.state).toBe("pending");
  });

  it("begins with what is left of it where the page of events begins in its middle", () => {
    expect(told(event("git.pr.manual", of("p-9", { "manual-pr-url": "https://h/c", "base-branch": "main", reason: "unsupported-host" }) as never))[0]).toMatchObject({ head: "agents/x", phase: "manual" });
  });

  it("leaves a kind of a newer server to the closed group", () => {
    const items = told(event("git.push.dreamt" as never, of("p-1") as never));
    expect(items.map((item) => item.kind as string)).toEqual(["group"]);
  });
});

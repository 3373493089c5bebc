import { describe, expect, it, vi } from "vitest";
import type { Forecast, LiveWork, MainLanding, MainLine } from "../client";
import { chooseLocale } from "../words";
import { meetsOf } from "./meets";
import { blocksOf, hooksOf, offerOf, refusedNow, standingText } from "./standing";

const line = (more: Partial<MainLine> = {}): MainLine => ({
  workspaceId: "tern", branch: "main", integrationBranch: "main_agents", standing: "ahead", main: "a".repeat(40), tip: "b".repeat(40), ahead: 2, behind: 0,
  commits: [], entries: [], proof: "proven", checks: [], blocked: [], hash: "h", toMain: "explicit",
  git: { folder: "/src", hooks: [{ name: "commit-msg", path: "/h", with: ["my_merge"] }, { name: "post-merge", path: "/p", with: ["my_git", "my_merge"] }], signs: false, format: "ssh", blocked: null, hash: "g" },
  ...more,
});

const landing = (more: Partial<MainLanding> = {}): MainLanding => ({
  id: "m", workspaceId: "tern", branch: "main", integrationBranch: "main_agents", from: "a".repeat(40), to: "b".repeat(40), with: "server", sign: false, by: "owner",
  state: "refused", checks: [], folders: [], createdAt: "", updatedAt: "", ...more,
});

describe("the main card", () => {
  it("says how the branches stand to each other", () => {
    expect(standingText(line())).toBe("main_agents is 2 commits ahead of main");
    expect(standingText(line({ standing: "diverged", ahead: 1, behind: 3 }))).toBe("main_agents is 1 commit ahead of main and 3 commits behind");
    expect(standingText(line({ standing: "level" }))).toBe("Everything of main_agents is in main");
  });

  it("offers what can be done, and nothing while it is under way", () => {
    expect(offerOf(line())).toBe("land");
    expect(offerOf(line({ approvalId: "a-1" }))).toBe("answer");
    expect(offerOf(line({ standing: "diverged" }))).toBe("bringUp");
    expect(offerOf(line({ standing: "behind" }))).toBe("none");
    expect(offerOf(line({ landing: landing({ state: "checking" }) }))).toBe("none");
  });

  it("names a dirty folder for the way it concerns", () => {
    const blocked = line({ blocked: [{ code: "checkout", message: "dirty" }], git: { ...line().git, blocked: "busy" } });
    expect(blocksOf(blocked)).toEqual(["dirty"]);
    expect(blocksOf(blocked, "my_git")).toEqual(["busy"]);
  });

  it("says what is in the way in the language of the page, by its code", async () => {
    const codes = ["diverged", "unconfirmed", "held", "paused", "rain"];
    const blocked = line({ blocked: codes.map((code) => ({ code, message: `${code}, as the server says it` })) });
    const english = blocksOf(blocked);
    expect(english[2]).toBe("Everything is paused. Resume first.");
    chooseLocale("de");
    vi.resetModules();
    const german = (await import("./standing")).blocksOf(blocked);
    chooseLocale("en");
    expect(german.at(-1)).toBe("rain, as the server says it");
    expect(german[0]).toContain("main hat Commits, die main_agents fehlen.");
    for (const [at, text] of german.slice(0, -1).entries()) expect(text).not.toBe(english[at]);
  });

  it("tells a refusal until one of the branches is elsewhere", () => {
    expect(refusedNow(line({ landing: landing() }))).toBe(true);
    expect(refusedNow(line({ landing: landing(), tip: "c".repeat(40) }))).toBe(false);
  });

  it("names the hooks of the chosen way alone", () => {
    expect(hooksOf(line(), "server")).toEqual([]);
    expect(hooksOf(line(), "my_git").map((hook) => hook.name)).toEqual(["post-merge"]);
    expect(hooksOf(line(), "my_merge").map((hook) => hook.name)).toEqual(["commit-msg", "post-merge"]);
  });
});

describe("what a job meets", () => {
  const work = (jobId: string): LiveWork => ({ jobId, title: jobId, state: "claimed" });
  const forecast: Forecast = {
    workspaceId: "tern", leftOut: 0,
    overlaps: [
      { one: work("a"), other: work("b"), kind: "scope", paths: ["x"], more: 0 },
      { one: work("c"), other: work("a"), kind: "conflict", paths: ["y"], more: 2 },
      { one: work("b"), other: work("c"), kind: "files", paths: ["z"], more: 0 },
    ],
  };

  it("is the other side of each pair, the surest first", () => {
    expect(meetsOf(forecast, "a").map((one) => [one.with.jobId, one.kind])).toEqual([["c", "conflict"], ["b", "scope"]]);
    expect(meetsOf(undefined, "a")).toEqual([]);
    expect(meetsOf(forecast, "nobody")).toEqual([]);
  });
});

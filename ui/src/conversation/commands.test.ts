import { describe, expect, it } from "vitest";
import type { Workspace } from "../client";
import { completed, matching } from "./commands";

const workspace = { checks: { recipes: { docs: { run: ["npm", "run", "docs"], timeoutS: 1, writes: [] }, deploy: { run: ["make"], timeoutS: 1, writes: [] } } } } as unknown as Workspace;
const names = (text: string) => matching(text, workspace).map((command) => command.name);

describe("the command menu", () => {
  it("lists everything after a slash and narrows as one types", () => {
    expect(names("/").length).toBeGreaterThan(4);
    expect(names("/re")).toEqual(["/replace", "/rename", "/revert", "/ask_remote_buddy"]);
    expect(names("/rem")).toEqual(["/ask_remote_buddy"]);
    expect(names("/nothing")).toEqual([]);
  });

  it("stays away from ordinary text and from arguments", () => {
    expect(names("fix /status")).toEqual([]);
    expect(names("/replace a")).toEqual([]);
    expect(names("/status\nmore")).toEqual([]);
  });

  it("offers the recipes of the repository", () => {
    expect(names("/run ")).toEqual(["/run docs", "/run deploy"]);
    expect(names("/run d")).toEqual(["/run docs", "/run deploy"]);
    expect(names("/run do")).toEqual(["/run docs"]);
    expect(names("/run docs")).toEqual([]);
  });

  it("leaves room for the words a command wants", () => {
    const [replace] = matching("/replace", undefined);
    const [status] = matching("/stat", undefined);
    expect(replace && completed(replace)).toBe("/replace ");
    expect(status && completed(status)).toBe("/status");
  });
});

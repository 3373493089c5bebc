import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ConfigShown, Workspace } from "../client";
import { readArgv } from "./argv";
import { checksOf, groupsOf, groupsToSend, isSound, problemsOf, rowsOf, sameChecks, skipProblem, timeoutProblem } from "./check-rows";
import { originText, takenOrigin, valueText, workspaceOrigin } from "./origins";
import { findSetting } from "./sections";
import { emptyForm, formFor, formOf, sayForm, settingOf } from "./model-form";

describe("a typed command", () => {
  it("is split as a shell would quote it", () => {
    expect(readArgv(`cargo test -- "two words" 'it''s' a\\ b ""`).argv).toEqual(["cargo", "test", "--", "two words", "its", "a b", ""]);
  });

  it("says what a missing shell would change", () => {
    expect(readArgv("npm ci && npm test").problem).toContain("No shell");
    expect(readArgv("CI=1 npm test").problem).toContain("env CI=1");
    expect(readArgv("sh -c 'a && b'").problem).toBeNull();
    expect(readArgv("eslint src/**").hint).toContain("src/**");
    expect(readArgv("eslint 'src/**'").hint).toBeNull();
  });

  it("must be there and be closed", () => {
    expect(readArgv("   ").problem).toContain("Write the command");
    expect(readArgv("echo 'x").problem).toContain("not closed");
  });
});

describe("the groups of checks", () => {
  const quote = (argv: readonly string[]) => argv.join(" ");
  const check = { name: "test", run: ["cargo", "test"], timeoutS: 900, group: "test", skipUntouched: true };

  it("shows the groups that checks name, and sends only what is said of them", () => {
    const rows = rowsOf([check, { ...check, name: "more" }, { ...check, name: "lint", group: "lint" }], quote);
    const groups = groupsOf(rows, { test: { timeoutS: 60, paths: ["src/**"] }, gone: { timeoutS: 1 } }, new Map());
    expect(groups.map((group) => group.name)).toEqual(["test", "lint"]);
    expect(groupsToSend(groups)).toEqual({ test: { timeoutS: 60, paths: ["src/**"] } });
  });

  it("keeps a check that may be left out, and asks what it reads", () => {
    const rows = rowsOf([check], quote);
    expect(checksOf(rows)).toEqual([check]);
    const [row] = rows;
    if (!row) throw new Error("a row");
    expect(skipProblem(row)).not.toBeNull();
    expect(skipProblem({ ...row, paths: "src/**" })).toBeNull();
    expect(skipProblem(row, { name: "test", timeout: "", paths: "src/**", always: "", skipUntouched: false })).toBeNull();
  });
});

describe("the checks editor", () => {
  const quote = (argv: readonly string[]) => argv.join(" ");
  const row = (name: string, command: string, timeout = "600") => ({ key: 0, name, command, timeout, group: "", paths: "", skipUntouched: false });

  it("takes checks apart and puts them together again", () => {
    const checks = [{ name: "test", run: ["cargo", "test"], timeoutS: 900, group: "rust", paths: ["src/**"] }];
    expect(sameChecks(checksOf(rowsOf(checks, quote)), checks)).toBe(true);
  });

  it("names every problem where it stands", () => {
    const problems = problemsOf([row("a", "x"), row("a", "y"), row(" ", "", "0"), row("z".repeat(65), "x", "1.5")]);
    expect(problems.map((p) => [p.name !== null, p.command !== null, p.timeout !== null])).toEqual([
      [true, false, false],
      [true, false, false],
      [true, true, true],
      [true, false, true],
    ]);
    expect(isSound(problems)).toBe(false);
    expect(isSound(problemsOf([row("a", "x")]))).toBe(true);
  });

  it("bounds the time", () => {
    expect([timeoutProblem("1"), timeoutProblem("21600")]).toEqual([null, null]);
    expect([timeoutProblem("21601"), timeoutProblem(""), timeoutProblem("-1"), timeoutProblem("1e9")].every((p) => p !== null)).toBe(true);
  });
});

describe("the model form", () => {
  const form = { ...emptyForm("workers"), endpoint: "http://127.0.0.1:11434/v1", model: "qwen3-coder" };

  it("is sound with an address and a model", () => {
    expect(sayForm(form)).toMatchObject({ sound: true, endpoint: { problem: null, hint: null } });
  });

  it("repairs an address that goes too far or not far enough", () => {
    const endpoint = (text: string) => sayForm({ ...form, endpoint: text }).endpoint;
    expect(endpoint("http://127.0.0.1:11434/v1/chat/completions").repair).toBe("http://127.0.0.1:11434/v1");
    expect(endpoint("http://127.0.0.1:11434").repair).toBe("http://127.0.0.1:11434/v1");
    expect(endpoint("127.0.0.1:11434/v1").repair).toBe("http://127.0.0.1:11434/v1");
    expect(endpoint("localhost:1234/v1").repair).toBe("http://localhost:1234/v1");
    expect(endpoint("ftp://x").problem).not.toBeNull();
    expect(endpoint("https://user:secret@host/v1").problem).toContain("logs");
    expect(endpoint("http://10.0.0.5/v1").hint).toContain("unencrypted");
  });

  it("refuses a key where the name of a variable belongs", () => {
    const key = (text: string) => sayForm({ ...form, keyEnv: text }).keyEnv;
    expect(key("sk-proj-abcdefghijklmnopqrstuv").problem).toContain("key itself");
    expect(key("sk_live_abcdefghijklmnopqrstuv").problem).not.toBeNull();
    expect(key("OPENAI_API_KEY").problem).toBeNull();
    expect(key("openai_api_key").repair).toBe("OPENAI_API_KEY");
    expect(key("MY KEY").problem).not.toBeNull();
  });

  it("reads token counts with separators and repairs 64k", () => {
    expect(settingOf({ ...form, contextWindow: "131,072" }).contextWindow).toBe(131_072);
    expect(sayForm({ ...form, contextWindow: "64k" }).contextWindow.repair).toBe("65536");
    expect(sayForm({ ...form, contextWindow: "12" }).sound).toBe(false);
  });

  it("starts from what was found and loses nothing on the way back", () => {
    const setting = settingOf(formFor("localbuddy", { id: "ollama", name: "Ollama", state: "ready", detail: "", models: ["a", "b"], endpoint: "http://127.0.0.1:11434/v1/", dialect: "openai_chat" }, "b"));
    expect(setting).toEqual({ role: "localbuddy", dialect: "openai_chat", endpoint: "http://127.0.0.1:11434/v1", model: "b" });
    expect(settingOf(formOf(setting))).toEqual(setting);
  });
});

describe("origins", () => {
  const added = { name: "lighthouse", repoRoot: "/home/anna/lighthouse", strategy: "cherry_pick", profile: "careful", trusted: false, allowHost: false, mergeEnabled: true, mergePaused: false } as Workspace;

  it("name somebody only where what a workspace has is not what it had when it was added", () => {
    const parts = ["name", "trusted", "allowHost", "mergePaused"] as const;
    expect(parts.map((part) => workspaceOrigin(added, part))).toEqual(parts.map(() => "Default"));
    const changed: Workspace = { ...added, name: "Beacon", trusted: true, allowHost: true, mergePaused: true };
    expect(parts.map((part) => workspaceOrigin(changed, part))).toEqual(parts.map(() => "You, for this workspace"));
    expect(workspaceOrigin({ ...added, repoRoot: "C:\\code\\lighthouse" }, "name")).toBe("Default");
  });

  it("are those of the configuration for what a workspace took over from it", () => {
    const parts = ["strategy", "profile", "mergeEnabled"] as const;
    const config = (strategy: string, origin: string): ConfigShown => ({
      values: [{ key: "merge.strategy", value: strategy, origin }, { key: "policy.profile", value: "careful", origin: "built-in" }, { key: "merge.enabled", value: true, origin: "built-in" }],
      warnings: [],
    });
    const of = (workspace: Workspace, shown: ConfigShown | undefined) => parts.map((part) => takenOrigin(workspace, part, shown));
    expect(of(added, config("cherry_pick", "built-in"))).toEqual(["Default", "Default", "Default"]);
    // The owner's file says otherwise than we do: a workspace added since has that from there, and one that does not is on its own.
    expect(of({ ...added, strategy: "squash" }, config("squash", "user config.toml:14"))).toEqual(["You, config.toml:14", "Default", "Default"]);
    expect(of(added, config("squash", "user config.toml:14"))).toEqual(["This workspace", "Default", "Default"]);
    expect(of({ ...added, profile: "balanced", mergeEnabled: false }, config("cherry_pick", "built-in"))).toEqual(["Default", "This workspace", "This workspace"]);
    expect(of(added, undefined)).toEqual([undefined, undefined, undefined]);
    const keys = readFileSync("../src-tauri/crates/host/src/config/keys.rs", "utf8");
    expect(["merge.strategy", "policy.profile", "merge.enabled"].filter((key) => !keys.includes(`"${key}"`))).toEqual([]);
  });

  const said = {
    originBuiltIn: "Default", originUser: "You", originProfile: "Your profile", originRepository: "Repository", originLocal: "You, here only", originEnvironment: "Environment", originFlag: "Command line", originWorkspace: "You, for this workspace", originRun: "This run",
  };
  it("are told in words, with the place the server names", () => {
    expect(originText("built-in", said)).toBe("Default");
    expect(originText("user", said)).toBe("You");
    expect(originText("user config.toml:14", said)).toBe("You, config.toml:14");
    expect(originText("environment PILOTHOUSE_WORKERS", said)).toBe("Environment, PILOTHOUSE_WORKERS");
    expect(originText("repository: .pilothouse/config.toml:6", said)).toBe("Repository, .pilothouse/config.toml:6");
    expect(originText("workspace", said)).toBe("You, for this workspace");
    expect(originText("this run", said)).toBe("This run");
    expect(originText("something new", said)).toBe("something new");
  });

  it("show values of every kind on one line", () => {
    expect([null, "", "x", true, 3, [], ["a", 1], { a: 1 }].map(valueText)).toEqual(["none", "empty", "x", "true", "3", "none", "a, 1", '{"a":1}']);
  });
});

describe("finding a setting", () => {
  it("leads from a name to its section", () => {
    expect(findSetting("strategy").length + findSetting("lands").length).toBeGreaterThan(0);
    expect(findSetting("ENDPOINT")[0]?.section.id).toBe("models");
    expect(findSetting("ollama")[0]?.section.id).toBe("models");
    expect(findSetting("   ")).toEqual([]);
    expect(findSetting("no such thing")).toEqual([]);
  });
});

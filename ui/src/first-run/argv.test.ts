import { describe, expect, it } from "vitest";
import { sessionIdFor } from "../shell/NewSession";
import { compact, queued } from "../shell/StatusBar";
import { parseArgv, shellOnly } from "./argv";

describe("a command line", () => {
  it("is split as a shell would, without being one", () => {
    expect(parseArgv(`cargo test -- --skip "a b" 'c $d' e\\ f ""`)).toEqual(["cargo", "test", "--", "--skip", "a b", "c $d", "e f", ""]);
    expect(parseArgv("  ")).toEqual([]);
    expect(parseArgv("say 'open")).toBeUndefined();
  });

  it("says what only a shell could do", () => {
    expect(shellOnly("cargo test && npm test")).toContain("&&");
    expect(shellOnly("grep 'a|b' file")).toBeUndefined();
  });
});

describe("session ids", () => {
  it("are readable and accepted by the server", () => {
    for (const label of ["Ingest retry back-off", "Ümläut – und …", "", "x".repeat(200), "../../etc"]) {
      expect(sessionIdFor(label, "ab12c")).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
    }
    expect(sessionIdFor("Fix the test", "ab12c")).toBe("fix-the-test-ab12c");
  });
});

describe("figures of the status bar", () => {
  it("are short", () => {
    expect([12, 1500, 42_000, 1_328_000].map(compact)).toEqual(["12", "1.5k", "42k", "1.3M"]);
  });

  it("count what waits or is under way", () => {
    expect(queued({ requests: { pending: 1, completed: 50 }, jobs: { pending: 2, claimed: 3 }, merge: { queued: 1, checking: 1 } })).toBe(5);
  });
});

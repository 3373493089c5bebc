import { expect, it } from "vitest";
import { agentText } from "./agents";

it("names an agent with the number of its version, whatever words stand around it", () => {
  expect(agentText({ name: "codex", version: "codex-cli 0.63.0" })).toBe("Codex 0.63.0");
  expect(agentText({ name: "claude", version: "2.0.14 (Claude Code)" })).toBe("Claude Code 2.0.14");
  expect(agentText({ name: "gemini", version: null })).toBe("Gemini CLI");
  expect(agentText({ name: "other", version: "1.2-rc.1" })).toBe("other 1.2-rc.1");
});

// Names of coding agents as people know them.

import type { CliFound } from "../client";

const NAMES: Readonly<Record<string, string>> = { codex: "Codex", claude: "Claude Code", opencode: "OpenCode", gemini: "Gemini CLI", miniswe: "mini-swe-agent", openhands: "OpenHands" };

/** `Codex 0.63.0` of `codex` and `codex-cli 0.63.0`; the name alone when it gave no version. */
export function agentText({ name, version }: Pick<CliFound, "name" | "version">): string {
  const number = /\d+(\.\d+)+[\w.-]*/.exec(version ?? "")?.[0];
  return [NAMES[name] ?? name, number].filter(Boolean).join(" ");
}

export function agentName(name: string): string {
  return NAMES[name] ?? name;
}

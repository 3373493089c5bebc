// What the main card says and offers, worked out apart from how it is drawn.

import type { MainLine, MainWith } from "../client";
import { words } from "./words";

export type Offer = "land" | "bringUp" | "answer" | "none";

/** One line: how the two branches stand to each other. */
export function standingText(line: MainLine): string {
  const { branch: main, integrationBranch: agents, ahead, behind } = line;
  switch (line.standing) {
    case "level":
      return words.level(main, agents);
    case "ahead":
      return words.ahead(agents, ahead, main);
    case "behind":
      return words.behind(main, behind, agents);
    case "diverged":
      return words.diverged(agents, ahead, behind, main);
    case "missing":
      return words.missing(main, agents);
  }
}

export function underWay(line: MainLine): boolean {
  return line.landing?.state === "checking" || line.landing?.state === "landing";
}

/** What can be done about it now. */
export function offerOf(line: MainLine): Offer {
  if (underWay(line)) return "none";
  if (line.standing === "diverged") return "bringUp";
  if (line.standing !== "ahead") return "none";
  return line.approvalId ? "answer" : "land";
}

/** What stands in the way beyond what the line itself says; a dirty folder only concerns the server's own way. */
export function blocksOf(line: MainLine, withWay: MainWith = "server"): readonly string[] {
  const silent = new Set(["level", "behind", "missing", "busy", "failed"]);
  const blocked = line.blocked.filter((block) => !silent.has(block.code) && (withWay === "server" || block.code !== "checkout"));
  const own = withWay !== "server" && line.git.blocked ? [line.git.blocked] : [];
  return [...blocked.map((block) => blockText(line, block)), ...own];
}

/** By its code; what has none of ours keeps the server's sentence. */
function blockText(line: MainLine, { code, message }: MainLine["blocked"][number]): string {
  switch (code) {
    case "diverged":
      return words.blockDiverged(line.branch, line.integrationBranch);
    case "unconfirmed":
      return words.blockUnconfirmed;
    case "held":
      return words.blockHeld;
    case "paused":
      return words.blockPaused;
    default:
      return message;
  }
}

/** A landing that was refused stays told until the branches are elsewhere. */
export function refusedNow(line: MainLine): boolean {
  const last = line.landing;
  return last?.state === "refused" && last.to === line.tip && last.from === line.main;
}

export function hooksOf(line: MainLine, withWay: MainWith): readonly { readonly name: string; readonly path: string }[] {
  return line.git.hooks.filter((hook) => hook.with.includes(withWay));
}

export function shortCommit(commit: string | null | undefined): string {
  return (commit ?? "").slice(0, 8);
}

// What is written in the sheet, and whether it can be sent. Pure but for the shelf it is kept on.

import type { PublishDefaults } from "../client";
import type { Mode } from "./wish";
import { words } from "./words";

/** What somebody wrote; absent means as proposed. */
export interface Draft {
  readonly title?: string;
  readonly body?: string;
  readonly head?: string;
  readonly base?: string;
}

export interface Fields {
  readonly title: string;
  readonly body: string;
  readonly head: string;
  readonly base: string;
}

const TITLE_MOST = 256;

export function fieldsOf(draft: Draft, defaults: PublishDefaults | undefined): Fields {
  return {
    title: draft.title ?? defaults?.title ?? "",
    body: draft.body ?? defaults?.body ?? "",
    head: draft.head ?? defaults?.headBranch ?? "",
    base: draft.base ?? defaults?.baseBranch ?? "",
  };
}

export interface Problems {
  readonly title?: string;
  readonly head?: string;
  readonly base?: string;
}

/** What is wrong at the fields, by what the page knows and by what the server said to exactly these names. */
export function problemsOf(fields: Fields, mode: Mode, said: { code: string; message: string } | undefined, force = false): Problems {
  const out: { title?: string; head?: string; base?: string } = {};
  if (mode === "pr" && fields.title.trim() === "") out.title = words.titleMissing;
  if (fields.title.length > TITLE_MOST) out.title = words.titleLong;
  if (fields.head.trim() === "") out.head = words.branchMissing;
  if (mode === "pr" && fields.base.trim() === "") out.base = words.branchMissing;
  if (mode === "pr" && fields.head.trim() !== "" && fields.head.trim() === fields.base.trim()) out.base = words.sameBranch;
  // A protected branch may be overwritten by whoever says so, after one more question.
  if (said?.code === "publish.bad_branch" || (said?.code === "publish.protected" && !force)) {
    const aboutBase = fields.base !== "" && said.message.includes(fields.base) && !said.message.includes(fields.head);
    if (aboutBase) out.base = said.message;
    else out.head = said.message;
  }
  return out;
}

/** Why it cannot be sent at all, or nothing. */
export function blockOf(mode: Mode, force: boolean, defaults: PublishDefaults | undefined): string | undefined {
  if (!defaults) return undefined;
  if (!defaults.pushEnabled) return words.offPush;
  if (mode === "pr" && !defaults.prEnabled) return words.offPr;
  const { push, pr } = defaults;
  // What overwriting or asking gets over is no block once it is chosen.
  if (!push.possible && !(force && (push.reason === undefined || push.reason === "non-fast-forward" || push.reason === "remote-rejected"))) return push.message ?? words.offPush;
  // Without a token a link is made; that is no reason not to push.
  if (mode === "pr" && !pr.possible && pr.reason === "pr-disabled") return pr.message ?? words.offPr;
  return undefined;
}

const PREFIX = "pilothouse.publish.";

export function readDraft(sessionId: string): Draft {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PREFIX + sessionId) ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    const text = (name: string) => {
      const value = (kept as Record<string, unknown>)[name];
      return typeof value === "string" ? { [name]: value } : {};
    };
    return { ...text("title"), ...text("body"), ...text("head"), ...text("base") };
  } catch {
    return {};
  }
}

export function keepDraft(sessionId: string, draft: Draft): void {
  try {
    if (Object.keys(draft).length === 0) localStorage.removeItem(PREFIX + sessionId);
    else localStorage.setItem(PREFIX + sessionId, JSON.stringify(draft));
  } catch {
    // Kept for this page only.
  }
}

/** A name that a refused one may be pushed as. */
export function otherName(head: string): string {
  return head.startsWith("agents/") ? `${head}-2` : `agents/${head.replaceAll("/", "-")}`;
}

/** The host of a link, for a button. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return "";
  }
}

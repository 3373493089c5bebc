// The sections of the settings and what can be found in each.

import type { IconName } from "../components";
import { platform } from "../platform";
import { words as budgetWords } from "../budget/words";
import { words as notifyWords } from "../notifications/words";
import { words as networkWords } from "../network/words";
import { words as policyWords } from "../policy/words";
import { words as publishWords } from "../publish/settings-words";
import { words as updateWords } from "../updates/words";
import { words as backendWords } from "./backend-words";
import { words as desktopWords } from "./desktop-words";
import { words } from "./words";

export type SectionId = "general" | "models" | "usage" | "network" | "publishing" | "sandbox" | "checks" | "policy" | "appearance" | "shortcuts" | "desktop" | "notifications" | "updates" | "values";

export interface Section {
  readonly id: SectionId;
  readonly label: string;
  readonly icon: IconName;
  readonly of: "workspace" | "machine";
  /** Names of its settings, for the search. */
  readonly holds: readonly string[];
}

const ALL: readonly Section[] = [
  { id: "general", label: words.general, icon: "sliders", of: "workspace", holds: [words.name, words.folder, words.base, words.integration, words.mergeEnabled] },
  { id: "checks", label: words.checks, icon: "merge", of: "workspace", holds: [words.checksHead, words.setupHead, words.recipesHead, words.strategy, words.paused, words.trust] },
  { id: "policy", label: words.policy, icon: "shield", of: "workspace", holds: [words.profileHead, words.careful, words.balanced, words.autopilot, policyWords.remembered, policyWords.rules, policyWords.why] },
  { id: "sandbox", label: words.sandbox, icon: "box", of: "workspace", holds: [words.allowHost, words.sFiles, words.sNet, words.sLimits, words.workersHead, backendWords.head, "workers.backend"] },
  { id: "models", label: words.models, icon: "chip", of: "machine", holds: [words.localbuddy, words.remotebuddy, words.workersRole, words.endpoint, words.model, words.keyEnv, words.contextWindow, "Ollama", "LM Studio", "llama-server", "OpenAI", "Anthropic"] },
  { id: "usage", label: budgetWords.title, icon: "gauge", of: "machine", holds: [budgetWords.today, budgetWords.limits, budgetWords.models, "budget.tokensPerDay"] },
  { id: "network", label: networkWords.title, icon: "globe", of: "machine", holds: [networkWords.mode, networkWords.presets, networkWords.own, "cargo", "npm", "pypi", "network.allow", "network.jobs"] },
  { id: "publishing", label: publishWords.title, icon: "pr", of: "machine", holds: [publishWords.tokens, publishWords.hosts, publishWords.protected, publishWords.after, "GitHub", "Pull request", "publish.githubHosts", "merge.push", "merge.openPr"] },
  { id: "appearance", label: words.appearance, icon: "sun", of: "machine", holds: [words.theme, words.diffColours, words.textSize, words.language, words.contrast] },
  { id: "shortcuts", label: words.shortcuts, icon: "keyboard", of: "machine", holds: [words.pageKeys, words.reviewKeys] },
  { id: "notifications", label: notifyWords.title, icon: "bell", of: "machine", holds: [notifyWords.needsYou, notifyWords.finished, notifyWords.failed, notifyWords.limit, notifyWords.quiet, notifyWords.sent] },
  { id: "desktop", label: desktopWords.head, icon: "helm", of: "machine", holds: [desktopWords.onClose, desktopWords.login] },
  { id: "updates", label: updateWords.title, icon: "refresh", of: "machine", holds: [updateWords.version, updateWords.channel, "update.channel"] },
  { id: "values", label: words.values, icon: "book", of: "machine", holds: ["config.toml", "PILOTHOUSE_", words.valueOrigin] },
];

/** Without those of the app where there is none. */
export const SECTIONS: readonly Section[] = ALL.filter(
  (section) => (section.id !== "desktop" || platform.choices !== undefined) && (section.id !== "updates" || platform.updates !== undefined),
);

export interface Hit {
  readonly section: Section;
  readonly label: string;
}

export function findSetting(query: string, sections: readonly Section[] = SECTIONS): Hit[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [];
  return sections.flatMap((section) =>
    [section.label, ...section.holds].filter((label) => label.toLowerCase().includes(wanted)).map((label) => ({ section, label })),
  );
}

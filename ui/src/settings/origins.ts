// Where a value came from, in words.

import type { ConfigShown, ConfigValue, Workspace } from "../client";
import { words } from "./words";

export interface OriginWords {
  readonly originBuiltIn: string;
  readonly originUser: string;
  readonly originProfile: string;
  readonly originRepository: string;
  readonly originLocal: string;
  readonly originEnvironment: string;
  readonly originFlag: string;
  readonly originWorkspace: string;
  readonly originRun: string;
}

/** `user`, `environment PILOTHOUSE_X`, `repository: .pilothouse/config.toml:6`: the first word decides, the rest is kept. */
export function originText(origin: string, words: OriginWords): string {
  if (origin === "this run") return words.originRun;
  const [, head = "", rest = ""] = /^([a-z_-]*)[\s:,]*(.*)$/is.exec(origin) ?? [];
  const named: Record<string, string> = {
    "built-in": words.originBuiltIn,
    builtin: words.originBuiltIn,
    default: words.originBuiltIn,
    user: words.originUser,
    profile: words.originProfile,
    repository: words.originRepository,
    local: words.originLocal,
    environment: words.originEnvironment,
    env: words.originEnvironment,
    flag: words.originFlag,
    flags: words.originFlag,
    argument: words.originFlag,
    workspace: words.originWorkspace,
  };
  const word = named[head.toLowerCase()];
  if (!word) return origin;
  if (rest === "") return word;
  return `${word}, ${rest}`;
}

/** What every workspace has when it is added. The server keeps the values alone, so one that differs was set by somebody. */
const ADDED = { trusted: false, allowHost: false, mergePaused: false } as const;

/** What a workspace takes over from the configuration when it is added. */
const TAKEN = { strategy: "merge.strategy", profile: "policy.profile", mergeEnabled: "merge.enabled" } as const;

export function workspaceOrigin(workspace: Workspace, part: "name" | keyof typeof ADDED): string {
  const given = part === "name" ? (workspace.repoRoot.split(/[\\/]/).findLast(Boolean) ?? "") : ADDED[part];
  return workspace[part] === given ? words.originBuiltIn : words.originYouHere;
}

/**
 * Where it differs, nobody can be named: it was set here, or the repository said it, or the configuration has changed
 * since. Nothing is said until there is a configuration to compare with.
 */
export function takenOrigin(workspace: Workspace, part: keyof typeof TAKEN, config: ConfigShown | undefined): string | undefined {
  const begun = valueOf(config, TAKEN[part]);
  if (!begun) return undefined;
  return workspace[part] === begun.value ? originText(begun.origin, words) : words.originWorkspace;
}

/** First of these keys the server names. */
export function valueOf(shown: ConfigShown | undefined, ...keys: string[]): ConfigValue | undefined {
  for (const key of keys) {
    const found = shown?.values.find((value) => value.key === key);
    if (found) return found;
  }
  return undefined;
}

/** A value as one line. */
export function valueText(value: ConfigValue["value"]): string {
  if (value === null) return words.none;
  if (typeof value === "string") return value === "" ? words.empty : value;
  if (Array.isArray(value)) return value.length === 0 ? words.none : value.map(valueText).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

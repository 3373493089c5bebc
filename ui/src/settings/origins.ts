// Where a value came from, in words.

import type { ConfigShown, ConfigValue } from "../client";
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

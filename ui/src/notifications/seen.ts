// What the desktop app tells of its notifications, and what is chosen about them on the server. No React.

import type { ConfigShown, ConfigValue, SetNotify } from "../client";

export type Kind = "needs_you" | "finished" | "failed" | "limit" | "worker" | "click";

export type Outcome = "shown" | "opened" | "approved" | "denied" | "too_late" | "not_answered" | "dismissed" | "withdrawn" | "not_shown" | "quiet" | "off";

export interface Sent {
  readonly key: string;
  readonly kind: Kind;
  readonly title: string;
  /** Where a click leads; empty where nobody knows. */
  readonly page: string;
  readonly sentAt: string;
  readonly outcome: Outcome;
  readonly outcomeAt: string;
}

export interface Seen {
  /** `nobody`: the desktop has nothing that shows them; `no_bus`: not even a session to ask. */
  readonly shows: "yes" | "nobody" | "no_bus";
  /** Newest first. */
  readonly sent: readonly Sent[];
}

export const SWITCHES = ["needsYou", "finished", "failed", "limit", "worker"] as const;
export type SwitchName = (typeof SWITCHES)[number];

export interface Held<T> {
  readonly value: T;
  readonly origin: string;
  /** Said by a variable or a flag of the server, which wins over what is chosen here. */
  readonly fixed: boolean;
}

export interface Choice {
  readonly switches: Readonly<Record<SwitchName, Held<boolean>>>;
  readonly quiet: Held<{ readonly on: boolean; readonly from: string; readonly until: string }>;
}

/** Times that are offered to whoever never chose any. */
const NIGHT = { from: "22:00", until: "07:00" };

const isFixed = (origin: string) => /^(environment|flag)\b/.test(origin);

/** What holds now, as the server's configuration says. */
export function choiceOf(shown: ConfigShown): Choice {
  const at = (name: string): ConfigValue => shown.values.find((one) => one.key === `desktop.notify.${name}`) ?? { key: name, value: null, origin: "built-in" };
  const flag = (name: SwitchName): Held<boolean> => {
    const { value, origin } = at(name);
    return { value: value !== false, origin, fixed: isFixed(origin) };
  };
  const [on, from, until] = [at("quietHours"), at("quietFrom"), at("quietUntil")];
  const time = (one: ConfigValue, otherwise: string) => (typeof one.value === "string" ? one.value : otherwise);
  const origins = [on, from, until].map((one) => one.origin);
  return {
    switches: { needsYou: flag("needsYou"), finished: flag("finished"), failed: flag("failed"), limit: flag("limit"), worker: flag("worker") },
    quiet: {
      value: { on: on.value !== false && typeof from.value === "string" && typeof until.value === "string", from: time(from, NIGHT.from), until: time(until, NIGHT.until) },
      // The one that wins is the one to know of.
      origin: origins.find(isFixed) ?? origins.find((origin) => origin !== "built-in") ?? "built-in",
      fixed: origins.some(isFixed),
    },
  };
}

/** The choice as it will be when the server has taken the change. */
export function withChange(choice: Choice, change: SetNotify): Choice {
  const of = (name: SwitchName): Held<boolean> => ({ ...choice.switches[name], value: change[name] ?? choice.switches[name].value });
  return {
    switches: { needsYou: of("needsYou"), finished: of("finished"), failed: of("failed"), limit: of("limit"), worker: of("worker") },
    quiet: change.quiet ? { ...choice.quiet, value: change.quiet } : choice.quiet,
  };
}

/** `HH:MM`, as a clock shows it. */
export function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/** An address of our own page; a file that somebody wrote into leads nowhere else. */
export function pageOf(sent: Sent): string | undefined {
  return /^\/(?![/\\])/.test(sent.page) ? sent.page : undefined;
}

// Who can get to the server, in words: exactly those whom it would let knock.

import type { ListenerShown, Listening } from "../client";
import { isPublic } from "./address";
import { words } from "./listen-words";

/** Whether anybody of the tailnet is let in at all. While its daemon is away nobody knows, and nobody new is. */
export function letsNobodyIn({ logins, tailscale }: Pick<Listening, "logins" | "tailscale">): boolean {
  return tailscale.state === "running" && logins.length === 0;
}

/** A machine with tags belongs to no login: it is let in by the name of a tag alone. */
export function tailnetText(listening: Pick<Listening, "logins" | "tailscale">): string {
  if (letsNobodyIn(listening)) return words.toNobody;
  if (listening.tailscale.state !== "running") return words.toTailnetAway;
  const tags = listening.logins.filter((one) => one.startsWith("tag:")).join(", ");
  const logins = listening.logins.filter((one) => !one.startsWith("tag:")).join(", ");
  if (!tags) return words.toTailnet(logins);
  return logins ? words.toTailnetAndTags(logins, tags) : words.toTags(tags);
}

export function reachText(one: Pick<ListenerShown, "reachers">, listening: Pick<Listening, "logins" | "tailscale">): string {
  if (one.reachers === "machine") return words.toMachine;
  return one.reachers === "network" ? words.toNetwork : tailnetText(listening);
}

/** An own address that the Internet can send to, unless something on the way holds it back. */
export function opensToInternet({ listeners }: Pick<Listening, "listeners">): boolean {
  const own = listeners.find((one) => one.kind === "address" && one.chosen);
  return own !== undefined && [own.bound ?? "", ...own.urls].some((at) => isPublic(at.replace(/^https:\/\//, "")));
}

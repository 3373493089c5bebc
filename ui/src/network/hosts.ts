// What can be added to the list of hosts. The server judges again, and more strictly. No React.

import { words } from "./words";

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** What is wrong with a pattern; nothing when it can be added. */
export function hostProblem(typed: string, listed: readonly string[]): string | undefined {
  const text = typed.trim().toLowerCase();
  if (text === "") return undefined;
  const [, host = "", port] = /^([^:]*)(?::(.*))?$/.exec(text) ?? [];
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) return words.notAHost;
  if (host === "*" || host === "*.") return words.broad;
  const name = host.startsWith("*.") ? host.slice(2) : host;
  if (name === "" || name.length > 253 || !name.split(".").every((label) => LABEL.test(label))) return words.notAHost;
  return listed.includes(text) ? words.twice : undefined;
}

// What can be wrong with what is typed in the publishing section. Pure.

import { words } from "./settings-words";

export function tokenProblem(typed: string): string | undefined {
  return /\s/.test(typed.trim()) ? words.notAToken : undefined;
}

export function hostProblem(host: string, listed: readonly string[]): string | undefined {
  const typed = host.trim();
  if (typed === "") return undefined;
  if (!/^[A-Za-z0-9.-]+(:\d+)?$/.test(typed)) return words.notAHost;
  return typed === "github.com" || listed.some((one) => one.split("=")[0] === typed) ? words.listedHost : undefined;
}

export function apiProblem(api: string): string | undefined {
  const typed = api.trim();
  if (typed === "") return undefined;
  try {
    const url = new URL(typed);
    const local = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
    return url.protocol === "https:" || (url.protocol === "http:" && local) ? (url.username || url.password ? words.notAnApi : undefined) : words.notAnApi;
  } catch {
    return words.notAnApi;
  }
}

/** The address an Enterprise server usually has. */
export function usualApi(host: string): string {
  return host.trim() === "" ? "" : `https://${host.trim()}/api/v3`;
}

export function patternProblem(pattern: string, listed: readonly string[]): string | undefined {
  const typed = pattern.trim();
  if (typed === "") return undefined;
  if (/\s/.test(typed) || typed.startsWith("-")) return words.notAPattern;
  return listed.includes(typed) ? words.listedHost : undefined;
}

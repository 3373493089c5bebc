// The checks editor's rows and what is wrong with them. The server has the last word; this says the same while typing.

import type { Check } from "../client";
import { readArgv } from "./argv";
import { words } from "./form-words";

export interface CheckRow {
  /** Identity in the editor only. */
  readonly key: number;
  readonly name: string;
  readonly command: string;
  /** Seconds, as typed. */
  readonly timeout: string;
  readonly group?: string;
  readonly paths: readonly string[];
}

export interface CheckProblems {
  readonly name: string | null;
  readonly command: string | null;
  readonly timeout: string | null;
  /** Not wrong, worth knowing. */
  readonly hint: string | null;
}

export const MAX_TIMEOUT_S = 6 * 3600;

export function rowsOf(checks: readonly Check[], quote: (argv: readonly string[]) => string): CheckRow[] {
  return checks.map((check, i) => ({
    key: i,
    name: check.name,
    command: quote(check.run),
    timeout: String(check.timeoutS),
    ...(check.group === undefined ? {} : { group: check.group }),
    paths: check.paths ?? [],
  }));
}

export function problemsOf(rows: readonly CheckRow[]): CheckProblems[] {
  const names = new Map<string, number>();
  for (const row of rows) names.set(row.name.trim(), (names.get(row.name.trim()) ?? 0) + 1);
  return rows.map((row) => {
    const name = row.name.trim();
    const read = readArgv(row.command);
    return {
      name:
        name === "" ? words.nameMissing
        : name.length > 64 ? words.nameLong
        : (names.get(name) ?? 0) > 1 ? words.nameTwice
        : null,
      command: read.problem,
      timeout: timeoutProblem(row.timeout),
      hint: read.hint,
    };
  });
}

export function timeoutProblem(text: string): string | null {
  if (!/^\d+$/.test(text.trim())) return words.wholeSeconds;
  const seconds = Number(text.trim());
  if (seconds < 1) return words.atLeastOneSecond;
  if (seconds > MAX_TIMEOUT_S) return words.atMostSixHours;
  return null;
}

export function isSound(problems: readonly CheckProblems[]): boolean {
  return problems.every((p) => p.name === null && p.command === null && p.timeout === null);
}

/** The checks to send; only for rows without problems. */
export function checksOf(rows: readonly CheckRow[]): Check[] {
  return rows.map((row) => ({
    name: row.name.trim(),
    run: [...readArgv(row.command).argv],
    timeoutS: Number(row.timeout.trim()),
    ...(row.group === undefined ? {} : { group: row.group }),
    ...(row.paths.length === 0 ? {} : { paths: [...row.paths] }),
  }));
}

export function sameChecks(a: readonly Check[], b: readonly Check[]): boolean {
  const bare = (check: Check) => JSON.stringify([check.name, check.run, check.timeoutS, check.group ?? "", check.paths ?? []]);
  return a.length === b.length && a.every((check, i) => bare(check) === bare(b[i] as Check));
}

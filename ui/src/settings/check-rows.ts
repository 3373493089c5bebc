// The checks editor's rows and what is wrong with them. The server has the last word; this says the same while typing.

import type { Check, CheckGroup } from "../client";
import { readArgv } from "./argv";
import { words } from "./form-words";

export interface CheckRow {
  /** Identity in the editor only. */
  readonly key: number;
  readonly name: string;
  readonly command: string;
  /** Seconds, as typed. */
  readonly timeout: string;
  /** Empty: none. */
  readonly group: string;
  /** Globs, one a line. */
  readonly paths: string;
  readonly skipUntouched: boolean;
}

/** What the checks of a group have in common, as typed. */
export interface GroupRow {
  readonly name: string;
  /** Seconds; empty: no limit of its own. */
  readonly timeout: string;
  readonly paths: string;
  readonly always: string;
  readonly skipUntouched: boolean;
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
    group: check.group ?? "",
    paths: (check.paths ?? []).join("\n"),
    skipUntouched: check.skipUntouched ?? false,
  }));
}

type Groups = Readonly<Record<string, CheckGroup>>;

/** The groups that checks name, with what is known of them; those that nobody names are gone. */
export function groupsOf(rows: readonly CheckRow[], known: Groups, typed: ReadonlyMap<string, GroupRow>): GroupRow[] {
  const names = [...new Set(rows.map((row) => row.group.trim()).filter((name) => name !== ""))];
  return names.map((name) => typed.get(name) ?? groupRow(name, known[name] ?? {}));
}

function groupRow(name: string, group: CheckGroup): GroupRow {
  return {
    name,
    timeout: group.timeoutS === undefined ? "" : String(group.timeoutS),
    paths: (group.paths ?? []).join("\n"),
    always: (group.always ?? []).join("\n"),
    skipUntouched: group.skipUntouched ?? false,
  };
}

/** The groups to send; one that says nothing is not sent. */
export function groupsToSend(rows: readonly GroupRow[]): Record<string, CheckGroup> {
  const sent: Record<string, CheckGroup> = {};
  for (const row of rows) {
    const group: CheckGroup = {
      ...(row.timeout.trim() === "" ? {} : { timeoutS: Number(row.timeout.trim()) }),
      ...(lines(row.paths).length === 0 ? {} : { paths: lines(row.paths) }),
      ...(lines(row.always).length === 0 ? {} : { always: lines(row.always) }),
      ...(row.skipUntouched ? { skipUntouched: true } : {}),
    };
    if (Object.keys(group).length > 0) sent[row.name] = group;
  }
  return sent;
}

export function sameGroups(a: Groups, b: Groups): boolean {
  const bare = (groups: Groups) =>
    JSON.stringify(
      Object.keys(groups)
        .sort()
        .map((name) => {
          const group = groups[name] ?? {};
          return [name, group.timeoutS ?? 0, group.paths ?? [], group.always ?? [], group.skipUntouched ?? false];
        }),
    );
  return bare(a) === bare(b);
}

/** One glob a line. */
export function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** What is wrong with where a check is left out: it has to say what it reads. */
export function skipProblem(row: { readonly skipUntouched: boolean; readonly paths: string }, group?: GroupRow): string | null {
  const reads = lines(row.paths).length > 0 || lines(group?.paths ?? "").length > 0;
  return row.skipUntouched && !reads ? words.skipNeedsPaths : null;
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
    ...(row.group.trim() === "" ? {} : { group: row.group.trim() }),
    ...(lines(row.paths).length === 0 ? {} : { paths: lines(row.paths) }),
    ...(row.skipUntouched ? { skipUntouched: true } : {}),
  }));
}

export function sameChecks(a: readonly Check[], b: readonly Check[]): boolean {
  const bare = (check: Check) => JSON.stringify([check.name, check.run, check.timeoutS, check.group ?? "", check.paths ?? [], check.skipUntouched ?? false]);
  return a.length === b.length && a.every((check, i) => bare(check) === bare(b[i] as Check));
}

// The doctor's lines, grouped as the page shows them, and as text for whoever is asked for help.

import type { DoctorLine, DoctorReport, Finding } from "../client";

export interface Group {
  readonly name: string;
  readonly lines: readonly DoctorLine[];
}

/** First word of a line's id, such as `git` of `git.version`. */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^(git|repo|workspace)/, "Git"],
  [/^(sandbox|isolation|bwrap|seatbelt)/, "Sandbox"],
  [/^(container|docker|podman)/, "Container engine"],
  [/^(toolchain|cargo|rust|node|npm|python|go)\b/, "Toolchains"],
  [/^workers?\b/, "Workers"],
  [/^(model|provider|key|ollama|lmstudio|llama)/, "Models"],
  [/^(agent|codex|claude|opencode|gemini)/, "Agents"],
  [/^(tailnet|tailscale|network|port)/, "Network"],
  [/^(data|storage|database|disk|store|wal|layer)/, "Storage"],
];

export function groupLines(lines: readonly DoctorLine[]): Group[] {
  const groups = new Map<string, DoctorLine[]>();
  for (const line of lines) {
    const name = GROUPS.find(([pattern]) => pattern.test(line.id))?.[1] ?? "Other";
    const list = groups.get(name) ?? [];
    list.push(line);
    groups.set(name, list);
  }
  const order = [...GROUPS.map(([, name]) => name), "Other"];
  return order.flatMap((name) => {
    const list = groups.get(name);
    return list ? [{ name, lines: list }] : [];
  });
}

export function countFindings(lines: readonly DoctorLine[]): Record<Finding, number> {
  const counts: Record<Finding, number> = { ok: 0, warning: 0, problem: 0 };
  for (const line of lines) counts[line.finding] += 1;
  return counts;
}

/** A fix that is a command line, rather than advice. */
export function fixCommand(fix: string): string | null {
  const quoted = /`([^`]+)`/.exec(fix);
  if (quoted?.[1]) return quoted[1];
  return /^(sudo |apt|brew |dnf |pilothouse |git |rustup |npm |ollama |export |docker |podman )/.test(fix) ? fix : null;
}

const MARK: Record<Finding, string> = { ok: "ok     ", warning: "warning", problem: "problem" };

/** Plain text, in the order and words of `pilothouse doctor`. */
export function reportText(report: DoctorReport, version: string | null, at: string): string {
  const head = `Pilothouse ${version ?? ""} doctor, ${at}`.replace("  ", " ");
  const lines = report.lines.flatMap((line) => {
    const first = `${MARK[line.finding]}  ${line.title}: ${line.detail}`;
    return line.fix ? [first, `         fix: ${line.fix}`] : [first];
  });
  return [head, "", ...lines, ""].join("\n");
}

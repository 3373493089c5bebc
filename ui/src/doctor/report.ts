// The doctor's lines, grouped as the page shows them, and as text for whoever is asked for help.

import type { DoctorLine, DoctorReport, Finding } from "../client";
import { words } from "./words";

export interface Group {
  readonly name: string;
  readonly lines: readonly DoctorLine[];
}

/** First word of a line's id, such as `git` of `git.version`. */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^(git|repo|workspace)/, words.groupGit],
  [/^(sandbox|isolation|bwrap|seatbelt|image)/, words.groupSandbox],
  [/^(container|docker|podman)/, words.groupContainer],
  [/^(toolchain|cargo|rust|node|npm|python|go)\b/, words.groupToolchains],
  [/^workers?\b/, words.groupWorkers],
  [/^(model|provider|key|ollama|lmstudio|llama)/, words.groupModels],
  [/^(agent|codex|claude|opencode|gemini)/, words.groupAgents],
  [/^(tailnet|tailscale|network|port)/, words.groupNetwork],
  [/^(data|storage|database|disk|store|wal|layer)/, words.groupStorage],
];

export function groupLines(lines: readonly DoctorLine[]): Group[] {
  const groups = new Map<string, DoctorLine[]>();
  for (const line of lines) {
    const name = GROUPS.find(([pattern]) => pattern.test(line.id))?.[1] ?? words.groupOther;
    const list = groups.get(name) ?? [];
    list.push(line);
    groups.set(name, list);
  }
  const order = [...GROUPS.map(([, name]) => name), words.groupOther];
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

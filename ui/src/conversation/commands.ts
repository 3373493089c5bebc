// What can be written after a slash. The server decides what a command means; this list only helps writing it.

import type { IconName } from "../components";
import type { Workspace } from "../client";
import { agentName } from "../first-run/agents";
import { words } from "./command-words";

export interface SlashCommand {
  name: string;
  /** What follows the name, as a reminder. */
  form: string;
  what: string;
  icon: IconName;
}

const COMMANDS: readonly SlashCommand[] = [
  { name: "/status", form: "", what: words.status, icon: "stack" },
  { name: "/test", form: "[FILTER]", what: words.test, icon: "terminal" },
  { name: "/replace", form: "A B [GLOB]", what: words.replace, icon: "pencil" },
  { name: "/append", form: "FILE TEXT", what: words.append, icon: "plus" },
  { name: "/format", form: "[PATH…]", what: words.format, icon: "sliders" },
  { name: "/run", form: "RECIPE", what: words.run, icon: "play" },
  { name: "/find", form: "PATTERN [GLOB]", what: words.find, icon: "search" },
  { name: "/insert", form: "FILE LINE TEXT", what: words.insert, icon: "plus" },
  { name: "/set", form: "FILE KEY VALUE", what: words.set, icon: "sliders" },
  { name: "/rename", form: "A B [refs]", what: words.rename, icon: "file" },
  { name: "/apply", form: "DIFF", what: words.apply, icon: "diff" },
  { name: "/bump", form: "NAME [VERSION]", what: words.bump, icon: "up" },
  { name: "/lint", form: "[fix]", what: words.lint, icon: "check" },
  { name: "/failing", form: "", what: words.failing, icon: "failed" },
  { name: "/flaky", form: "N", what: words.flaky, icon: "refresh" },
  { name: "/bisect", form: "GOOD [COMMAND]", what: words.bisect, icon: "split" },
  { name: "/revert", form: "COMMIT", what: words.revert, icon: "undo" },
  { name: "/pick", form: "COMMIT", what: words.pick, icon: "copy" },
  { name: "/branch", form: "NAME [COMMIT]", what: words.branch, icon: "branch" },
  { name: "/outdated", form: "", what: words.outdated, icon: "up" },
  { name: "/land", form: "JOB", what: words.land, icon: "landed" },
  { name: "/publish", form: "[BRANCH] [--title TEXT] [--base BRANCH] [--no-pr] [--force]", what: words.publish, icon: "pr" },
  { name: "/overview", form: "", what: words.overview, icon: "book" },
  { name: "/log", form: "[SINCE]", what: words.log, icon: "branch" },
  { name: "/todos", form: "", what: words.todos, icon: "plan" },
  { name: "/with", form: "NAME TASK", what: words.with, icon: "chip" },
  { name: "/help", form: "", what: words.help, icon: "ask" },
  { name: "/ask_remote_buddy", form: "REQUEST", what: words.askRemoteBuddy, icon: "wave" },
];

/** Commands that fit what stands in the composer; none once the name is complete and followed by a space. */
export function matching(text: string, workspace: Pick<Workspace, "checks"> | undefined, backends: readonly string[] = []): SlashCommand[] {
  if (!text.startsWith("/") || text.includes("\n")) return [];
  const named = /^\/with\s+(\S*)$/.exec(text);
  if (named) {
    const begun = (named[1] ?? "").toLowerCase();
    return backends
      .filter((name) => name.startsWith(begun) && name !== named[1])
      .map((name) => ({ name: `/with ${name}`, form: "TASK", what: agentName(name), icon: "chip" as const }));
  }
  const recipe = /^\/run\s+(\S*)$/.exec(text);
  if (recipe) {
    const begun = (recipe[1] ?? "").toLowerCase();
    return Object.entries(workspace?.checks.recipes ?? {})
      .filter(([name]) => name.toLowerCase().startsWith(begun) && name !== recipe[1])
      .slice(0, 8)
      .map(([name, one]) => ({ name: `/run ${name}`, form: "", what: one?.run.join(" ") ?? "", icon: "play" as const }));
  }
  if (/\s/.test(text)) return [];
  const begun = text.slice(1).toLowerCase();
  return COMMANDS.filter((command) => command.name.slice(1).startsWith(begun)).concat(
    begun.length < 2 ? [] : COMMANDS.filter((command) => !command.name.slice(1).startsWith(begun) && command.name.includes(begun)),
  );
}

/** What the composer holds after choosing: a command that wants words keeps the place for them. */
export function completed(command: SlashCommand): string {
  // What may stand alone is left as it is: one more Enter sends it.
  return command.form === "" || command.form.startsWith("[") ? command.name : `${command.name} `;
}

// What can be written after a slash. The server decides what a command means; this list only helps writing it.

import type { IconName } from "../components";
import type { Workspace } from "../client";

export interface SlashCommand {
  name: string;
  /** What follows the name, as a reminder. */
  form: string;
  what: string;
  icon: IconName;
}

const COMMANDS: readonly SlashCommand[] = [
  { name: "/status", form: "", what: "Branch, changed files, queue, what waits for you", icon: "stack" },
  { name: "/test", form: "[FILTER]", what: "Run the tests", icon: "terminal" },
  { name: "/replace", form: "A B [GLOB]", what: "Replace text A with text B", icon: "pencil" },
  { name: "/append", form: "FILE TEXT", what: "Add a line at the end of a file", icon: "plus" },
  { name: "/format", form: "[PATH…]", what: "Run the formatter", icon: "sliders" },
  { name: "/run", form: "RECIPE", what: "Run a recipe of this repository", icon: "play" },
  { name: "/find", form: "PATTERN [GLOB]", what: "Search the text of files", icon: "search" },
  { name: "/insert", form: "FILE LINE TEXT", what: "Add a line inside a file", icon: "plus" },
  { name: "/set", form: "FILE KEY VALUE", what: "Set a key of a TOML, JSON, YAML or .env file", icon: "sliders" },
  { name: "/rename", form: "A B [refs]", what: "Move a file or folder, and mentions of its path", icon: "file" },
  { name: "/apply", form: "DIFF", what: "Apply a unified diff exactly as written", icon: "diff" },
  { name: "/bump", form: "NAME [VERSION]", what: "Move a dependency to a version", icon: "up" },
  { name: "/lint", form: "[fix]", what: "Run the linter, or let it repair what it can", icon: "check" },
  { name: "/failing", form: "", what: "What failed in the last test run", icon: "failed" },
  { name: "/flaky", form: "N", what: "Run the tests N times", icon: "refresh" },
  { name: "/bisect", form: "GOOD [COMMAND]", what: "Find the commit that broke something", icon: "split" },
  { name: "/revert", form: "COMMIT", what: "Undo one commit with a new one", icon: "undo" },
  { name: "/land", form: "JOB", what: "Queue a job’s result for landing", icon: "landed" },
  { name: "/overview", form: "", what: "Languages, manifests, recipes", icon: "book" },
  { name: "/log", form: "[SINCE]", what: "Commits, newest first", icon: "branch" },
  { name: "/todos", form: "", what: "List TODO and FIXME notes", icon: "plan" },
  { name: "/help", form: "", what: "What LocalBuddy can do", icon: "ask" },
  { name: "/ask_remote_buddy", form: "REQUEST", what: "Hand it to RemoteBuddy to plan, whatever it is", icon: "wave" },
];

/** Commands that fit what stands in the composer; none once the name is complete and followed by a space. */
export function matching(text: string, workspace: Pick<Workspace, "checks"> | undefined): SlashCommand[] {
  if (!text.startsWith("/") || text.includes("\n")) return [];
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

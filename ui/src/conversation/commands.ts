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
  { name: "/status", form: "", what: "Queue, workers, checks, what waits for you", icon: "stack" },
  { name: "/test", form: "", what: "Run the tests, no model needed", icon: "terminal" },
  { name: "/replace", form: "OLD NEW [GLOB]", what: "Replace text in files, no model needed", icon: "pencil" },
  { name: "/append", form: "FILE TEXT", what: "Add a line to the end of a file, no model needed", icon: "plus" },
  { name: "/format", form: "", what: "Run the repository’s formatter", icon: "sliders" },
  { name: "/run", form: "RECIPE", what: "Run a recipe of this repository", icon: "play" },
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
  return command.form === "" && command.name !== "/run" ? command.name : `${command.name} `;
}

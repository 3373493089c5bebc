// What can be done at once while a request waits for a model, in the language of the page: by the command that does it,
// which is all that is certain of it. Others keep what the server says.

import type { NearestStep } from "../client";
import { words } from "./words";

const SAID: Readonly<Record<string, string>> = { "/test": words.ideaTest, "/lint": words.stepLint, "/overview": words.stepOverview, "/help": words.stepHelp, "": words.stepKept };

export function stepText({ label, command }: NearestStep): string {
  const [, word, rest] = /^(\/find|\/run) (\S+)$/.exec(command) ?? [];
  if (word !== undefined && rest !== undefined) return word === "/run" ? words.stepRun(rest) : words.stepFind(rest);
  return SAID[command] ?? label;
}

// What each command after a slash does, in a few words.

import { defineWords } from "../words";
import { de } from "./command-words.de";

const en = {
  status: "Branch, changed files, queue, what waits for you",
  test: "Run the tests",
  replace: "Replace text A with text B",
  append: "Add a line at the end of a file",
  format: "Run the formatter",
  run: "Run a recipe of this repository",
  find: "Search the text of files",
  insert: "Add a line inside a file",
  set: "Set a key of a TOML, JSON, YAML or .env file",
  rename: "Move a file or folder, and mentions of its path",
  apply: "Apply a unified diff exactly as written",
  bump: "Move a dependency to a version",
  lint: "Run the linter, or let it repair what it can",
  failing: "What failed in the last test run",
  flaky: "Run the tests N times",
  bisect: "Find the commit that broke something",
  revert: "Undo one commit with a new one",
  pick: "Repeat one commit’s change with a new one (cherry-pick)",
  branch: "Make a branch; one that is there is never moved",
  outdated: "Dependencies: declared, locked, and what is newer",
  land: "Queue a job’s result for landing",
  publish: "Push what has landed, or a branch, and open a pull request",
  overview: "Languages, manifests, recipes",
  log: "Commits, newest first",
  todos: "List TODO and FIXME notes",
  help: "What LocalBuddy can do",
  with: "Name who works on one task, such as /with codex …",
  askRemoteBuddy: "Hand it to RemoteBuddy to plan, whatever it is",
};

export type Words = typeof en;

export const words = defineWords(en, de);

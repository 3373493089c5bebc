// Words of the user's own branch beside the integration branch, of taking back, and of what live work meets.

import { defineWords } from "../words";
import { de } from "./words.de";

const commits = (n: number) => (n === 1 ? "1 commit" : `${n} commits`);

const en = {
  level: (main: string, agents: string) => `Everything of ${agents} is in ${main}`,
  ahead: (agents: string, n: number, main: string) => `${agents} is ${commits(n)} ahead of ${main}`,
  behind: (main: string, n: number, agents: string) => `${main} is ${commits(n)} ahead of ${agents}`,
  diverged: (agents: string, ahead: number, behind: number, main: string) => `${agents} is ${commits(ahead)} ahead of ${main} and ${commits(behind)} behind`,
  missing: (main: string, agents: string) => `${main} or ${agents} is not there`,
  blockDiverged: (main: string, agents: string) =>
    `${main} has commits that ${agents} lacks. Bring them in first (\`pilothouse main bring-up\`, or the button): a merge goes through the queue with its checks, and then ${main} can follow. Nothing is ever forced.`,
  blockUnconfirmed: "The checks of this workspace are not confirmed, so nothing can be proven. Confirm them in Settings.",
  blockHeld: "Everything is paused. Resume first.",
  blockPaused: "The merge queue of this workspace is paused. Resume it first.",
  proven: "proven",
  unproven: "checks missing, they run first",
  failedProof: "a check failed",
  unconfirmed: "checks not confirmed",
  land: (main: string) => `Land to ${main}`,
  bringUp: (main: string) => `Bring ${main} in`,
  bringUpHint: "A merge goes through the queue, with its checks",
  asked: "Waits for your answer",
  answer: "Answer",
  checking: (main: string) => `Checking what ${main} would be`,
  moving: (main: string) => `Moving ${main}`,
  yourGit: "Your git is at work",
  refused: (main: string) => `${main} was not moved`,
  between: (n: number) => (n === 1 ? "1 entry in between" : `${n} entries in between`),
  output: "What git and your hooks said",
  title: (main: string) => `Land to ${main}`,
  moves: (main: string, from: string, to: string, n: number) => `${main} will move from ${from} to ${to}: ${commits(n)}`,
  more: (n: number) => `and ${n} more`,
  how: "Who moves it",
  server: "The server",
  myGit: "My git",
  myMerge: "My git, merge commit",
  serverSay: "One ref moves, forward only. A clean checkout follows. No hook runs and nothing is signed.",
  myGitSay: (folder: string) => `git merge --ff-only in ${folder}, as you.`,
  myMergeSay: (folder: string) => `git merge --no-ff in ${folder}, as you.`,
  hooks: "Your hooks that will run",
  noHooks: "None of your hooks runs.",
  sign: "Sign the merge commit",
  signed: (format: string) => `Your configuration signs it (${format}).`,
  putBack: "If a hook says no, everything is put back as it is now.",
  yes: (main: string) => `Move ${main}`,
  runsFirst: "Checks that are missing run first.",
  failed: "This did not work",
  revert: "Take back",
  revertTitle: (title: string) => `Take back “${title}”?`,
  revertText: "A commit that undoes it goes into the merge queue, with its approval and checks like any other change. Nothing is rewritten.",
  keep: "Keep it",
  revertOf: (title: string) => `Takes back “${title}”`,
  revertedBy: "Taken back",
  beingReverted: "Being taken back",
  meets: "Also changes the same",
  meetsConflict: "conflicts",
  meetsFiles: "same files",
  meetsScope: "may touch",
  meetsLine: (title: string, state: string) => `${title}, ${state}`,
  meetsNote: "Nothing waits for this. What conflicts when it lands goes back with the lines.",
  andMore: (n: number) => (n === 1 ? "and 1 more file" : `and ${n} more files`),
};

export type Words = typeof en;
export const words = defineWords(en, de);

const STATES: { readonly [state: string]: readonly [english: string, german: string] } = {
  pending: ["queued", "eingereiht"],
  claimed: ["running", "läuft"],
  waiting: ["put aside", "beiseitegelegt"],
  queued: ["waits to land", "wartet auf Übernahme"],
  waiting_approval: ["waits for approval", "wartet auf Freigabe"],
  approved: ["approved, waits for checks", "freigegeben, wartet auf Prüfungen"],
  checking: ["being checked", "wird geprüft"],
  landing: ["landing", "wird übernommen"],
  parked: ["parked", "zurückgestellt"],
};

const stateTable = defineWords(
  Object.fromEntries(Object.entries(STATES).map(([key, [english]]) => [key, english])) as Record<string, string>,
  Object.fromEntries(Object.entries(STATES).map(([key, [, german]]) => [key, german])) as Record<string, string>,
);

/** How far a piece of live work is. */
export function stateText(state: string): string {
  return stateTable[state] ?? state;
}

import { defineWords, figure } from "../words";
import { de } from "./words.de";

const en = {
  you: "You",
  browserHere: "Browser on this machine",
  browserPhone: "Browser on a phone",
  cherryPick: "one commit on top",
  noFf: "a merge commit",
  ffOnly: "fast-forward only",
  squash: "squashed into one commit",
  byFixedCode: (title: string) => `${title}: by fixed code, without a model.`,
  held: (who: string) => (who ? `Everything was paused by ${who}` : "Everything was paused"),
  sandboxFound: (backend: string) => `A sandbox was found, so code of repositories runs again (${backend})`,
  resumed: (who: string) => (who ? `Everything goes on again, resumed by ${who}` : "Everything goes on again"),
  stoppedBy: (who: string) => `Stopped by ${who}`,
  budgetJob: (used: string, limit: string) => `The budget of this job: ${used} of ${limit}`,
  budgetDay: (used: string, limit: string) => `The budget of today: ${used} of ${limit}`,
  budgetWorkspace: (used: string, limit: string) => `The budget of this workspace for today: ${used} of ${limit}`,
  budgetNear: (said: string) => `${said}. It is nearly used up.`,
  budgetReached: (said: string) => `${said}. It is used up.`,
  amountTokens: (n: number) => (n === 1 ? "1 token" : `${figure(n)} tokens`),
  amountMinutes: (n: number) => (n === 1 ? "1 minute" : `${figure(n)} minutes`),
  amountLess: (amount: string) => `${amount} or a little more`,
  setupKept: (host: string) => `Set-up was kept from ${host}`,
  setupFinished: (command: string) => `Set-up finished: ${command}`,
  setupFailed: (command: string) => `Set-up failed: ${command}`,
  dryRunPassed: (commit: string) => `The checks pass on ${commit}, the commit work starts from`,
  dryRunFailed: (names: string, commit: string) => `Fails already on ${commit}, the commit work starts from: ${names}`,
  dryRunBroke: (commit: string) => `The checks could not be tried on ${commit}`,
  cancelled: (request: string) => `Request ${request} was cancelled`,
  unplanned: (request: string) => `Request ${request} could not be planned`,
  allowed: (action: string, rule: string) => `Allowed without asking: ${action}. ${rule}`,
  refused: (action: string, rule: string) => `Refused by policy: ${action}. ${rule}`,
  granted: (covers: string, by: string) => `Allowed from now on by ${by}: ${covers}`,
  revoked: (covers: string, by: string) => `Revoked by ${by}: ${covers}`,
};

export type Words = typeof en;

export const words = defineWords(en, de);

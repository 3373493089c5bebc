import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  you: "You",
  stoppedBy: (who: string) => `Stopped by ${who}`,
  setupFinished: (command: string) => `Set-up finished: ${command}`,
  setupFailed: (command: string) => `Set-up failed: ${command}`,
  dryRunPassed: (commit: string) => `The checks pass on ${commit}, the commit work starts from`,
  dryRunFailed: (names: string, commit: string) => `Fails already on ${commit}, the commit work starts from: ${names}`,
  dryRunBroke: (commit: string) => `The checks could not be tried on ${commit}`,
  cancelled: (request: string) => `Request ${request} was cancelled`,
  unplanned: (request: string) => `Request ${request} could not be planned`,
  allowed: (action: string, rule: string) => `Allowed without asking: ${action}. ${rule}`,
  refused: (action: string, rule: string) => `Refused by policy: ${action}. ${rule}`,
};

export type Words = typeof en;

export const words = defineWords(en, de);

import { defineWords } from "../words";

export const words = defineWords(
  {
    you: "You",
    stoppedBy: (who: string) => `Stopped by ${who}`,
    setupFinished: (command: string) => `Set-up finished: ${command}`,
    setupFailed: (command: string) => `Set-up failed: ${command}`,
    cancelled: (request: string) => `Request ${request} was cancelled`,
    unplanned: (request: string) => `Request ${request} could not be planned`,
    allowed: (action: string, rule: string) => `Allowed without asking: ${action}. ${rule}`,
    refused: (action: string, rule: string) => `Refused by policy: ${action}. ${rule}`,
  },
  { de: { you: "Du" } },
);

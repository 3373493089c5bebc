// Failures the page finds itself, before or instead of the server's own words.

import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  offline: "The Pilothouse server does not answer. It may be stopped or restarting.",
  unreadable: (method: string) => `The answer to ${method} could not be read.`,
  status: (method: string, status: number) => `The server answered ${method} with status ${status}.`,
  signIn: (status: number) => `Signing in failed with status ${status}.`,
  streamStatus: (status: number) => `the server answered with status ${status}`,
};

export type Words = typeof en;

export const words = defineWords(en, de);

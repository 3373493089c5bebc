// Words of the choice of what works on tasks.

import { defineWords } from "../words";
import { de } from "./backend-words.de";

const en = {
  head: "What works on tasks",
  text: "A task that needs a model is worked on by what is chosen here, and by nothing else in its place. A message that begins with /with and a name chooses for itself.",
  nativeText: "Four tools, in the job's sandbox. Nothing to install.",
  none: "Nothing",
  noneText: "Only what needs no model is done.",
  version: (found: string) => `Version ${found}`,
  noVersion: "Does not say its version",
  tried: (tried: string) => `tried with ${tried}`,
  triedExactly: "the version Pilothouse was tried with",
  loggedIn: "logged in (jobs do not use logins)",
  notLoggedIn: "not logged in (jobs need no login)",
  notInstalled: "Not installed",
  install: "Install with",
  from: (origin: string) => `Chosen by: ${origin}`,
  forget: "Back to the default",
  fixed: "A variable or a flag of the server says otherwise; it wins over what is chosen here.",
  looking: "Looking for agents on this machine",
  loadFailed: "This could not be read",
  saveFailed: "This was not changed",
};

export type BackendWords = typeof en;
export const words = defineWords(en, de);

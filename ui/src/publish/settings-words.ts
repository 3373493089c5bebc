// The publishing section of the settings: tokens, hosts, protected branches, publishing after landing.

import { defineWords } from "../words";
import { de } from "./settings-words.de";

const en = {
  title: "Publishing",
  text: "Pushes use git with your own credentials. A token is needed to open pull requests and to read their checks; a saved one is also used for pushes to its host over HTTPS.",
  tokens: "Tokens",
  tokensText: "Each goes to its own host and nowhere else, and is never shown again.",
  token: (host: string) => `Token for ${host}`,
  tokenPlaceholder: "paste the token",
  tokenKept: "saved; paste another to replace it",
  tokenHint: "A fine-grained one with “Pull requests: write” and “Checks: read”, or a classic one with the scope “repo”.",
  notAToken: "A token is one word without spaces.",
  save: "Save",
  forget: "Forget token",
  forgetOf: (host: string) => `Forget token: ${host}`,
  sourceKeychain: "Token from the keychain",
  sourceVariable: "Token from a variable",
  sourceGh: "Token of gh",
  sourceNone: "No token",
  placeSystem: "Kept in the system’s keychain",
  placeFile: "Kept in an encrypted file",
  placeRun: "Lasts only until the server stops",
  hosts: "GitHub Enterprise",
  hostsText: "Servers of your own, beside github.com. Pull requests are opened only on these.",
  host: "Host",
  api: "Address of its API",
  apiHint: "Usually https://HOST/api/v3.",
  add: "Add",
  remove: (what: string) => `Remove ${what}`,
  none: "None.",
  notAHost: "Only a host, such as git.example.com.",
  notAnApi: "An address that begins with https://.",
  listedHost: "It is listed already.",
  protected: "Protected branches",
  protectedText: "Never pushed without force. The base, the integration branch and the remote’s main branch are always protected.",
  pattern: "Name or pattern",
  notAPattern: "A name without spaces, such as release/*.",
  after: "After each landing",
  afterText: "Off: you press publish yourself. On, nobody asks you, unless a rule of yours does.",
  push: "Push what landed",
  openPr: "Open a pull request, or keep the open one up to date",
  openPrHint: "Pushes too.",
  notSaved: "This was not saved",
  loadFailed: "How publishing is set up could not be read",
};

export type Words = typeof en;

export const words = defineWords(en, de);

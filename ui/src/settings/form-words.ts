// What the forms of the settings say while one types.

import { defineWords } from "../words";
import { de } from "./form-words.de";

const en = {
  // a check
  nameMissing: "Give it a name; verdicts are kept under it.",
  nameLong: "At most 64 characters.",
  nameTwice: "Another check has this name.",
  wholeSeconds: "Whole seconds, such as 600.",
  atLeastOneSecond: "At least one second.",
  atMostSixHours: "At most six hours.",
  skipNeedsPaths: "Say which files it reads; without that it always runs.",
  // a command
  openQuote: (quote: string) => `The quote ${quote} is not closed.`,
  commandMissing: "Write the command to run.",
  emptyWords: "Empty words are not taken.",
  operator: (operator: string) => `No shell reads this, so “${operator}” would be passed on as it stands. Write sh -c '…', or one check per command.`,
  assignment: (first: string) => `No shell reads this. Write env ${first} before the command.`,
  unexpanded: (word: string) => `${word} is passed as it stands: nothing expands it.`,
  // a model
  modelMissing: "Name the model, as the endpoint lists it.",
  endpointMissing: "Where the model answers, such as http://127.0.0.1:11434/v1.",
  notAnAddress: "This is not an address. It starts with http:// or https://.",
  otherScheme: "It starts with http:// or https://.",
  keyInAddress: "No name or key inside the address: it would stand in logs. Save it below instead.",
  bareAddress: "Without ? and #.",
  baseOnly: (added: string) => `The base address is enough: ${added} is added.`,
  mostAtV1: "Most of these speak at /v1.",
  keyUnencrypted: "The key and everything you send travel unencrypted to another machine.",
  unencrypted: "Everything you send travels unencrypted to another machine.",
  capitals: "Names are usually written in capitals.",
  keyItself: "This looks like the key itself. Put it into the field for the key, or write the name of the variable that holds it.",
  notAName: "A variable's name: letters, digits and underscores.",
  tokensNotK: "Write the number of tokens.",
  wholeTokens: "A whole number of tokens, or nothing when you do not know.",
  tooFewTokens: "Fewer than 1,000 tokens cannot hold one request.",
  tooManyTokens: "No model holds that many.",
  smallWindow: "Small: long jobs will be trimmed often.",
};

export type Words = typeof en;

export const words = defineWords(en, de);

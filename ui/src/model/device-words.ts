// What a conversation tells of devices and machines.

import { defineWords } from "../words";
import { de } from "./device-words.de";

const en = {
  paired: (name: string, by: string) => (by ? `${name} was let in by ${by}` : `${name} was let in`),
  revoked: (name: string, by: string) => (by ? `${name} was shut out by ${by}` : `${name} was shut out`),
  upgraded: (name: string, by: string) => (by ? `What ${name} may do was changed by ${by}` : `What ${name} may do was changed`),
  newKey: (name: string) => `${name} has another key now`,
  registered: (name: string, host: string) => (name === host ? `The machine ${name} is there` : `The machine ${name} is there, ${host}`),
  allowed: (name: string, what: string) => `The machine ${name} lends: ${what}`,
  allowedNothing: (name: string) => `The machine ${name} lends nothing`,
  terminals: "terminals",
  recipes: "recipes",
  workers: "workers",
};

export type Words = typeof en;

export const words = defineWords(en, de);

// Saved keys of models, in the settings.

import { defineWords } from "../words";
import { de } from "./key-words.de";

const en = {
  key: "Key, optional",
  keyPlaceholder: "paste the key",
  keyKept: "saved; type to replace it",
  hintSystem: (name: string) => `Kept in the ${name}, sent to this endpoint only, never shown again.`,
  hintFile: "Kept in an encrypted file, sent to this endpoint only, never shown again.",
  hintRun: "No keychain was found, so it lasts only until the server stops. Sent to this endpoint only, never shown again.",
  hintNone: "No key can be saved now.",
  hintLocked: (name: string) => `The ${name} is locked; it may ask you to unlock it.`,
  hintVariable: "The variable named beside it is used instead.",
  notAKey: "A key is one word without spaces.",
  savedSystem: (name: string) => `Key kept in the ${name}`,
  savedFile: "Key kept in an encrypted file",
  savedRun: "Key lasts only until the server stops",
  elsewhere: (endpoint: string) => `A saved key is not used: it is for ${endpoint}`,
  locked: "The saved key cannot be read now",
  gone: "The saved key is gone. Save it again.",
  forgetKey: "Forget key",
  forgetKeyOf: (role: string) => `Forget key: ${role}`,
  forgetFailed: "The key was not forgotten",
};

export type Words = typeof en;

export const words = defineWords(en, de);

// What a worker is at, by the short names it gives its stages.

import { defineWords } from "../words";
import { de } from "./stage-words.de";

const en = {
  preparing: "preparing",
  engine: "waiting for the container engine",
  working: "working",
  editing: "editing",
  handedBack: "taking in what was handed back",
  validating: "validating",
  opinion: "considering an opinion",
  revising: "revising",
  alone: "trying the tests alone",
  handing: "handing over",
  run: (number: string, of: string) => `run ${number} of ${of}`,
  trying: (commit: string) => `trying ${commit}`,
};

export type Words = typeof en;
export const words = defineWords(en, de);

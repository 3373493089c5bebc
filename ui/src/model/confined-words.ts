// What confines a job, by the words the server and its workers use for it. They stand inside of sentences too.

import { defineWords } from "../words";
import { de } from "./confined-words.de";

const en = {
  bwrap: "Bubblewrap",
  inContainer: "a container",
  seatbelt: "Seatbelt",
  jobObject: "a Windows job object",
  host: "nothing: plain processes",
  filesPrivate: "only the job's own copy",
  filesOpen: "all that you may read and write",
  netNone: "no direct access",
  netOpen: "open",
  limitsTogether: "for all processes together",
  limitsEach: "for each process",
  limitsCount: "number of processes",
  limitsProcessors: "number of processors",
  limitsAffinity: "preferred processors",
  limitsNone: "none",
  killSandbox: "every process, with the sandbox",
  killContainer: "every process, with the container",
  killTogether: "every process, together",
  killFound: "every process that descends from it",
  killTry: "as far as the system allows",
  fixedCode: "Fixed code, without a model",
  ownLoop: "Pilothouse's own loop",
};

export type Words = typeof en;
export const words = defineWords(en, de);

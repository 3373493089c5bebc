// Words of the doctor.

import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  title: "Doctor",
  problems: (n: number) => (n === 1 ? "1 problem" : `${n} problems`),
  warnings: (n: number) => (n === 1 ? "1 warning" : `${n} warnings`),
  fine: (n: number) => `${n} fine`,
  ranAt: (clock: string, took: string) => `${clock}, took ${took}`,
  same: "The same as",
  sameRest: "It reads and tests; it changes nothing by itself.",
  copy: "Copy report",
  again: "Run again",
  running: "Looking at this machine",
  failedTitle: "The doctor could not look",
  fix: "Next step",
  fixRuns: "Run",
  copyCommand: "Copy command",
  ok: "fine",
  warning: "warning",
  problem: "problem",
  allFine: "Nothing stands in the way.",
  groupGit: "Git",
  groupSandbox: "Sandbox",
  groupContainer: "Container engine",
  groupToolchains: "Toolchains",
  groupWorkers: "Workers",
  groupModels: "Models",
  groupAgents: "Agents",
  groupNetwork: "Network",
  groupStorage: "Storage",
  groupOther: "Other",
  staleNote: (clock: string) => `As of ${clock}; the server does not answer now.`,
};

export type Words = typeof en;

export const words = defineWords(en, de);

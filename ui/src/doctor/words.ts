// Words of the doctor.

import { defineWords } from "../words";

export const words = defineWords(
  {
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
    staleNote: (clock: string) => `As of ${clock}; the server does not answer now.`,
  },
  { de: { title: "Diagnose", copy: "Bericht kopieren", again: "Noch einmal", fix: "Nächster Schritt", allFine: "Nichts steht im Weg." } },
);

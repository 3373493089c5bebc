import type { OpinionWords } from "./opinion-words";

export const de: OpinionWords = {
  head: "Meinung eines Modells",
  notProof: "Die Meinung eines Modells, kein Nachweis. Sie prüft nichts, gibt nichts frei und hält nichts auf.",
  by: (model) => `Von ${model}`,
  good: "Findet es gut",
  concerns: "Hat Bedenken",
  bad: "Findet es schlecht",
  asked: "Tut, was verlangt war",
  only: "Tut nur das",
  tests: "Tests sagen etwas aus",
  safe: "Nichts Riskantes oder Überraschendes",
  score: (n) => `${n} von 3`,
  none: "Keine Meinung",
  cut: "Es hat nur Anfang und Ende dieser Änderung gesehen.",
};

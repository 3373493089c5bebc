// Words of a reviewer's opinion.

import { defineWords } from "../words";
import { de } from "./opinion-words.de";

const en = {
  head: "A model's opinion",
  notProof: "A model's opinion, not proof. It verifies nothing, approves nothing and holds nothing up.",
  by: (model: string) => `By ${model}`,
  good: "Finds it good",
  concerns: "Has concerns",
  bad: "Finds it bad",
  asked: "Does what was asked",
  only: "Does only that",
  tests: "Tests mean something",
  safe: "Nothing risky or surprising",
  score: (n: number) => `${n} of 3`,
  none: "No opinion",
  cut: "It saw only the beginning and the end of this change.",
};

export type OpinionWords = typeof en;
export const words = defineWords(en, de);

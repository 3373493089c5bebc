// Words of what was used and of what may be.

import { defineWords, figure } from "../words";
import { de } from "./words.de";

const en = {
  title: "Usage",
  text: "What the crew used today, counted call by call, and what it may use. A day begins at midnight.",
  failed: "The usage could not be read",
  today: "Today",
  nothing: "Nothing yet.",
  limits: "Budgets",
  limitsNone: "No budget of the day is set. In config.toml: budget.tokensPerDay and its like.",
  scopeJob: "One job",
  scopeDay: "The day",
  scopeWorkspace: "This workspace, today",
  usedOf: (used: string, limit: string) => `${used} of ${limit}`,
  near: "nearly used up",
  reached: "used up: no model is asked any more",
  models: "By model",
  tokensInOut: (input: string, output: string) => `tokens: ${input} in, ${output} out`,
  calls: (n: number) => (n === 1 ? "1 call" : `${figure(n)} calls`),
  worked: (time: string) => `${time} of work`,
  unpriced: (n: number) => (n === 1 ? "1 call of a model without a price: what it cost is not known." : `${figure(n)} calls of models without a price: what they cost is not known.`),
  estimated: (n: number) => (n === 1 ? "1 call said nothing of its tokens: they are reckoned from its length." : `${figure(n)} calls said nothing of their tokens: they are reckoned from their lengths.`),
  again: "Look again",
};

export type Words = typeof en;
export const words = defineWords(en, de);

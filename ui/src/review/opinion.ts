// A reviewer's opinion, as the result of a job keeps it. Anything in it may be missing or odd: it is words of a model.

import type { JsonValue, Review, ReviewMark, ReviewQuestion, ReviewVerdict } from "../client";

const QUESTIONS: readonly ReviewQuestion[] = ["asked", "only", "tests", "safe"];
const VERDICTS: readonly ReviewVerdict[] = ["good", "concerns", "bad"];

/** The opinion in a finished job's result; none when nobody was asked. */
export function opinionIn(result: JsonValue | null | undefined): Review | undefined {
  const review = field(result, "review");
  const model = field(review, "model");
  if (typeof model !== "string") return undefined;
  const verdict = VERDICTS.find((one) => one === field(review, "verdict"));
  const listed = field(review, "marks");
  const marks = verdict && Array.isArray(listed) ? listed.flatMap(mark) : [];
  const [problem, ledTo] = [field(review, "problem"), field(review, "ledTo")];
  return {
    model,
    marks,
    cut: field(review, "cut") === true,
    ...(verdict ? { verdict } : {}),
    ...(typeof problem === "string" ? { problem } : {}),
    ...(typeof ledTo === "string" ? { ledTo } : {}),
  };
}

function mark(value: JsonValue): ReviewMark[] {
  const question = QUESTIONS.find((one) => one === field(value, "question"));
  const [score, why, place] = [field(value, "score"), field(value, "why"), field(value, "place")];
  if (!question || typeof score !== "number" || typeof why !== "string") return [];
  return [{ question, score: Math.max(0, Math.min(3, Math.round(score))), why, ...(typeof place === "string" ? { place } : {}) }];
}

function field(value: JsonValue | null | undefined, name: string): JsonValue | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

// Amounts of a budget as people read them.

import type { BudgetStanding, Measure, Spent } from "../client";
import { durationText } from "../components";
import { decimal, figure } from "../words";
import { words } from "./words";

const MINUTE_MS = 60_000;

/** `1,200 tokens`, `12 min`, `2.50`. */
export function amountOf(measure: Measure, amount: number): string {
  switch (measure) {
    case "tokens":
      return words.tokens(amount);
    case "work_ms":
      return words.minutes(Math.floor(amount / MINUTE_MS));
    case "money_micros":
      return moneyOf(amount);
  }
}

/** Two digits, more only where two would say nothing. */
export function moneyOf(micros: number): string {
  const units = micros / 1_000_000;
  return units > 0 && units < 0.01 ? figureOf(units) : decimal(units, 2);
}

function figureOf(units: number): string {
  return units < 0.0001 ? words.less(decimal(0, 2)) : units.toFixed(4);
}

/** What was used, in one line. */
export function spentText(spent: Spent): string {
  const tokens = words.tokensInOut(figure(spent.inputTokens), figure(spent.outputTokens));
  const money = spent.calls > spent.unpricedCalls ? moneyOf(spent.moneyMicros) : "";
  return [tokens, words.calls(spent.calls), spent.workMs > 0 ? words.worked(durationText(spent.workMs)) : "", money].filter(Boolean).join(", ");
}

/** What of the figures is not known, or only reckoned. */
export function doubtsOf(spent: Spent): string[] {
  const doubts: string[] = [];
  if (spent.unpricedCalls > 0) doubts.push(words.unpriced(spent.unpricedCalls));
  if (spent.estimatedCalls > 0) doubts.push(words.estimated(spent.estimatedCalls));
  return doubts;
}

export type Level = "fine" | "near" | "reached";

/** As the server judges it: four fifths are near the end. */
export function levelOf({ used, limit }: BudgetStanding): Level {
  if (used >= limit) return "reached";
  return used * 100 >= limit * 80 ? "near" : "fine";
}

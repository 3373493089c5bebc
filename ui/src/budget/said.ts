// What was used and how near its end a budget is, as people read it.

import type { BudgetStanding, Spent } from "../client";
import { durationText } from "../components";
import { moneyOf } from "../model";
import { figure } from "../words";
import { words } from "./words";

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

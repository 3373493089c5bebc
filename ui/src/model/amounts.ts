// Amounts of a budget as people read them.

import type { Measure } from "../client";
import { decimal } from "../words";
import { words } from "./words";

export const MINUTE_MS = 60_000;

/** `1,200 tokens`, `12 minutes`, `2.50`. */
export function amountOf(measure: Measure, amount: number): string {
  switch (measure) {
    case "tokens":
      return words.amountTokens(amount);
    case "work_ms":
      return words.amountMinutes(Math.floor(amount / MINUTE_MS));
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
  return units < 0.0001 ? words.amountLess(decimal(0, 2)) : units.toFixed(4);
}

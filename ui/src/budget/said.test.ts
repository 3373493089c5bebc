import { describe, expect, it } from "vitest";
import type { BudgetStanding, Spent } from "../client";
import { amountOf, moneyOf } from "../model";
import { doubtsOf, levelOf, spentText } from "./said";

const spent = (more: Partial<Spent> = {}): Spent => ({ inputTokens: 0, outputTokens: 0, workMs: 0, moneyMicros: 0, calls: 0, unpricedCalls: 0, estimatedCalls: 0, ...more });
const standing = (used: number, limit: number): BudgetStanding => ({ scope: "day", measure: "tokens", used, limit });

describe("amounts", () => {
  it("are said in their own units", () => {
    expect(amountOf("tokens", 1)).toBe("1 token");
    expect(amountOf("tokens", 400_213)).toBe("400,213 tokens");
    expect(amountOf("work_ms", 119_999)).toBe("1 minute");
    expect(amountOf("money_micros", 2_500_000)).toBe("2.50");
  });

  it("of money are never rounded to nothing", () => {
    expect(moneyOf(0)).toBe("0.00");
    expect(moneyOf(360)).toBe("0.0004");
    expect(moneyOf(1)).toBe("0.00 or a little more");
  });
});

it("money is only named where something has a price, and what is not known is said", () => {
  expect(spentText(spent({ calls: 2, unpricedCalls: 2, inputTokens: 1_200, outputTokens: 40 }))).toBe("tokens: 1,200 in, 40 out, 2 calls");
  expect(spentText(spent({ calls: 2, unpricedCalls: 1, moneyMicros: 20_000, workMs: 61_000 }))).toBe("tokens: 0 in, 0 out, 2 calls, 1:01 of work, 0.02");
  expect(doubtsOf(spent({ unpricedCalls: 1, estimatedCalls: 3 }))).toHaveLength(2);
  expect(doubtsOf(spent())).toEqual([]);
});

it("a budget is near its end from four fifths on, and one of nothing is used up", () => {
  expect([79, 80, 99, 100, 101].map((used) => levelOf(standing(used, 100)))).toEqual(["fine", "near", "near", "reached", "reached"]);
  expect(levelOf(standing(0, 0))).toBe("reached");
});

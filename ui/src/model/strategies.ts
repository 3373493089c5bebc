// How a change lands, in the same words wherever it is said.

import type { Strategy } from "../client";
import { words } from "./words";

/** A strategy without its word does not compile. */
const SAID: Record<Strategy, string> = { cherry_pick: words.cherryPick, no_ff: words.noFf, ff_only: words.ffOnly, squash: words.squash };

/** One that this page does not know stands as the server says it. */
export function strategyText(strategy: string): string {
  return (SAID as Readonly<Record<string, string | undefined>>)[strategy] ?? strategy;
}

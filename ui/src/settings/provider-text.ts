// What was found of a provider, in the language of the page where its state says all of it.

import type { ProviderFound } from "../client";
import { words } from "./words";

export function providerText({ state, detail, endpoint, keyEnv }: ProviderFound): string {
  if (state === "absent" && endpoint !== undefined) return words.nothingAnswers(endpoint);
  if (state === "found_not_ready" && keyEnv !== undefined) return words.keyIsSet(keyEnv);
  return detail;
}

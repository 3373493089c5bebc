// What is said about the key of a role's model: before it is saved, and once it is.

import type { KeychainShown, SavedKey } from "../client";
import type { StateKind } from "../components";
import { words } from "./key-words";

/** What stands below the field: where a key would live that is saved now. */
export function hintOf(chain: KeychainShown | undefined, fromVariable: boolean): string {
  if (fromVariable) return words.hintVariable;
  if (chain === undefined) return "";
  if (chain.place === "system") return chain.system === "locked" ? words.hintLocked(chain.name) : words.hintSystem(chain.name);
  if (chain.place === "file") return words.hintFile;
  return chain.place === "run" ? words.hintRun : words.hintNone;
}

/** One line about a saved key, and how it is marked. */
export function sayKey(saved: SavedKey, chainName: string): readonly [StateKind, string] {
  if (saved.state === "elsewhere") return ["waiting", words.elsewhere(saved.endpoint)];
  if (saved.state === "locked") return ["failed", words.locked];
  if (saved.state === "gone") return ["failed", words.gone];
  if (saved.place === "system") return ["passed", words.savedSystem(chainName)];
  return saved.place === "file" ? ["passed", words.savedFile] : ["waiting", words.savedRun];
}

/** What is wrong with a typed key; nothing where none is typed. */
export function keyProblem(typed: string): string | null {
  return /\s/.test(typed.trim()) ? words.notAKey : null;
}

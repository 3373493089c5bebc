// The words on the wire for what confines a job (`private`, `perProcess,processCount`), as people read them. What a
// newer server or worker says in a word of its own stands as it is.

import type { EffectiveIsolation } from "../client";
import { words } from "./confined-words";

export type ConfinedPart = Exclude<keyof EffectiveIsolation, "image">;

const SAID: Readonly<Record<ConfinedPart, Readonly<Record<string, string>>>> = {
  backend: { bwrap: words.bwrap, container: words.inContainer, seatbelt: words.seatbelt, "job-object": words.jobObject, host: words.host },
  fs: { private: words.filesPrivate, open: words.filesOpen },
  net: { none: words.netNone, open: words.netOpen },
  limits: {
    cgroup: words.limitsTogether, jobObject: words.limitsTogether, perProcess: words.limitsEach, processCount: words.limitsCount,
    processors: words.limitsProcessors, processorAffinity: words.limitsAffinity, none: words.limitsNone,
  },
  kill: { pidNamespace: words.killSandbox, container: words.killContainer, jobObject: words.killTogether, subreaper: words.killFound, bestEffort: words.killTry },
};

/** As it stands inside of a sentence. */
export function confinedWord(part: ConfinedPart, said: string): string {
  return said
    .split(",")
    .map((one) => SAID[part][one.trim()] ?? one.trim())
    .join(", ");
}

/** As it stands alone. */
export function confinedText(part: ConfinedPart, said: string): string {
  const word = confinedWord(part, said);
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Where the word tells of something that holds nothing back. */
export function isWeak(part: ConfinedPart, said: string): boolean {
  if (part === "backend") return said === "host" || said === "job-object";
  return said === (part === "fs" || part === "net" ? "open" : "none");
}

/** Who works, of the names that are ours and no product's. */
export function backendText(backend: string): string {
  return backend === "deterministic" ? words.fixedCode : backend === "native" ? words.ownLoop : backend;
}

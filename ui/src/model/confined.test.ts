import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { chooseLocale } from "../words";
import { backendText, confinedText, confinedWord, isWeak, type ConfinedPart } from "./confined";

const PARTS: readonly ConfinedPart[] = ["backend", "fs", "net", "limits", "kill"];

/** Every word that the one place which makes them can say. */
const onWire = [...readFileSync("../src-tauri/crates/host/src/sandbox/isolation.rs", "utf8").matchAll(/"([^"\n]*)"/g)]
  .flatMap(([, text = ""]) => text.split(","))
  .filter((word) => /^[a-z][a-z-]+$/i.test(word) && !["linux", "macos"].includes(word));

describe("what confines a job", () => {
  it("has words of its own for each that the server can say", () => {
    expect(onWire).toContain("pidNamespace");
    expect(onWire).toContain("processors");
    const unsaid = [...new Set(onWire)].filter((word) => PARTS.every((part) => confinedWord(part, word) === word));
    expect(unsaid).toEqual([]);
  });

  it("is said alone and in a sentence, one after the other, and kept where it is not known", () => {
    expect(confinedText("fs", "private")).toBe("Only the job's own copy");
    expect(confinedText("limits", "perProcess,processCount,processorAffinity")).toBe("For each process, number of processes, preferred processors");
    expect(confinedWord("net", "none")).toBe("no direct access");
    expect(confinedText("limits", "none")).toBe("None");
    expect(confinedWord("kill", "teleport")).toBe("teleport");
    expect(backendText("deterministic")).toBe("Fixed code, without a model");
    expect(backendText("codex")).toBe("codex");
  });

  it("is said in German too", async () => {
    chooseLocale("de");
    vi.resetModules();
    const german = await import("./confined");
    chooseLocale(undefined);
    expect(german.confinedText("fs", "private")).toBe("Nur die eigene Kopie des Auftrags");
    expect(german.confinedText("kill", "pidNamespace")).toBe("Jeder Prozess, mit der Sandbox");
  });

  it("is marked where it holds nothing back", () => {
    expect(isWeak("fs", "open")).toBe(true);
    expect(isWeak("net", "none")).toBe(false);
    expect(isWeak("limits", "none")).toBe(true);
    expect(isWeak("backend", "host")).toBe(true);
    expect(isWeak("backend", "bwrap")).toBe(false);
  });
});

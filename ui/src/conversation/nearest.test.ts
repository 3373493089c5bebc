import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { chooseLocale } from "../words";
import { stepText } from "./nearest";

// The server's own labels, with the commands that they name.
const source = readFileSync("../src-tauri/crates/flow/src/intent/refusal.rs", "utf8");
const STEPS: readonly (readonly [string, string, string])[] = [
  ["Run the tests", "/test", "Die Tests ausführen"],
  ["Run the linter", "/lint", "Den Linter ausführen"],
  ["Show what the repository holds", "/overview", "Zeigen, was im Repository liegt"],
  ["Show every command", "/help", "Alle Befehle zeigen"],
  ["Search for `combat`", "/find combat", "Nach `combat` suchen"],
  ["Run the recipe `build`", "/run build", "Das Rezept `build` ausführen"],
  ["The request is kept, and goes on by itself once a model is connected", "", "Die Anfrage bleibt und geht von selbst weiter, sobald ein Modell verbunden ist"],
];

it("says in English what the server says, by the command alone", () => {
  for (const [label, command] of STEPS) {
    expect(source).toContain(label.replace(/`.*`/, "").trim());
    expect(stepText({ label: "", command })).toBe(label);
  }
});

it("says it in German, and keeps the label of any other command", async () => {
  chooseLocale("de");
  vi.resetModules();
  const german = await import("./nearest");
  chooseLocale(undefined);
  for (const [label, command, said] of STEPS) expect(german.stepText({ label, command })).toBe(said);
  expect(german.stepText({ label: "Replace it", command: "/replace a b src/**" })).toBe("Replace it");
  expect(german.stepText({ label: "Search twice", command: "/find 'two words'" })).toBe("Search twice");
});

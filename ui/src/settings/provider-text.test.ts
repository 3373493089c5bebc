import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import type { ProviderFound } from "../client";
import { chooseLocale } from "../words";
import { providerText } from "./provider-text";

const source = readFileSync("../src-tauri/crates/agent/src/detect/mod.rs", "utf8");
const found = (more: Partial<ProviderFound>): ProviderFound => ({ id: "p", name: "P", state: "ready", detail: "as the server says", models: [], ...more });
const absent = found({ state: "absent", endpoint: "http://127.0.0.1:1" });
const keyed = found({ state: "found_not_ready", keyEnv: "SOME_KEY" });

it("says in English what the server says", () => {
  expect(source).toContain('"Nothing answers at {}."');
  expect(source).toContain('"{} is set. Choose a model to use it."');
  expect(providerText(absent)).toBe("Nothing answers at http://127.0.0.1:1.");
  expect(providerText(keyed)).toBe("SOME_KEY is set. Choose a model to use it.");
});

it("says it in German where the state says all of it, and else what the server says", async () => {
  chooseLocale("de");
  vi.resetModules();
  const german = await import("./provider-text");
  chooseLocale(undefined);
  expect(german.providerText(absent)).toBe("Unter http://127.0.0.1:1 antwortet nichts.");
  expect(german.providerText(keyed)).toBe("SOME_KEY ist gesetzt. Wählen Sie ein Modell, um den Schlüssel zu benutzen.");
  expect(german.providerText(found({ state: "failing" }))).toBe("as the server says");
  expect(german.providerText(found({ state: "found_not_ready", endpoint: "http://127.0.0.1:1" }))).toBe("as the server says");
});

import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { chooseLocale } from "../words";

const WORKER = "../sidecar-worker/src";

/** Every stage that the worker can name, from its own code. */
const stages = readdirSync(WORKER, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".rs"))
  .flatMap((file) => [...readFileSync(`${WORKER}/${file}`, "utf8").matchAll(/\.progress\(\s*\w+,\s*\w+,\s*(?:&format!\()?"([^"]+)"/g)].map(([, label = ""]) => label.replace("{number} of {runs}", "2 of 5").replace("{}", "0a1b2c3")));

let german: typeof import("./stages");
let names: typeof import("./names");
beforeAll(async () => {
  chooseLocale("de");
  vi.resetModules();
  german = await import("./stages");
  names = await import("./names");
  chooseLocale(undefined);
});

describe("stages of a job", () => {
  it("have German each, for every one that the worker names", () => {
    expect(stages).toContain("handing over");
    expect(stages.length).toBeGreaterThan(10);
    expect(stages.filter((label) => german.stageText(label) === label)).toEqual([]);
    expect(german.stageText("run 2 of 5")).toBe("Lauf 2 von 5");
  });

  it("stand as they were said where they are not known, and in English", async () => {
    expect(german.stageText("juggling")).toBe("juggling");
    vi.resetModules();
    const english = await import("./stages");
    for (const label of stages) expect(english.stageText(label)).toBe(label);
  });
});

describe("a browser that nobody named", () => {
  it("is called in the language of the page, and one that was named as it was named", () => {
    const sources = readFileSync("../src-tauri/crates/server/src/exchange.rs", "utf8");
    for (const name of ["Browser on this machine", "Browser on a phone"]) {
      expect(sources).toContain(`"${name}"`);
      expect(names.deviceName(name)).not.toBe(name);
    }
    expect(names.deviceName("Browser on this machine")).toBe("Browser auf diesem Rechner");
    expect(names.personName("Browser on a phone")).toBe("Browser auf einem Telefon");
    expect(names.deviceName("Anna's Browser on this machine")).toBe("Anna's Browser on this machine");
  });
});

import { describe, expect, it, vi } from "vitest";
import type { Asks } from "../client";
import { chooseLocale, type Locale } from "../words";
import fixture from "./asks.fixture.json";

// What the server asks, written by its own test: every kind with its sentence.
const questions = fixture.questions as { asks: Asks; text: string }[];

// Words that English sentences have and German ones do not.
const ENGLISH = /\b(the|it|its|is|are|has|this|that|what|with|and|not|your|let|run|open|push|use|move|to|on|of|for|from)\b/i;

async function asking(locale: Locale) {
  chooseLocale(locale);
  vi.resetModules();
  return import("./asks");
}

/** The texts a kind carries; some are for its reason and its page, not for its title. */
function facts(asks: Asks): string[] {
  return Object.entries(asks).flatMap(([name, value]) => (["kind", "reach", "describedBy"].includes(name) || typeof value !== "string" ? [] : [value]));
}

describe("a question", () => {
  it("is in English the server's own sentence, whatever its kind", async () => {
    const { askedOf, askedIn } = await asking("en");
    for (const { asks, text } of questions) {
      expect(askedOf({ summary: text, asks })).toBe(text);
      expect(askedIn("en", { summary: text, asks })).toBe(text);
    }
  });

  it("is in German no English, whatever its kind, and keeps every fact", async () => {
    const { askedOf, askedIn } = await asking("de");
    for (const { asks, text } of questions) {
      const said = askedOf({ summary: text, asks });
      expect(said).toBe(askedIn("de", { summary: text, asks }));
      expect(said).not.toBe(text);
      const ours = facts(asks).reduce((rest, fact) => rest.replace(fact, ""), said);
      expect(ours).not.toMatch(ENGLISH);
      for (const fact of facts(asks)) expect(said).toContain(fact);
    }
  });

  it("says how many checks and commits there are", async () => {
    const { askedOf } = await asking("de");
    const of = (asks: Asks) => askedOf({ summary: "", asks });
    expect(of({ kind: "trust", checks: 1, commands: "make" })).toBe("Eine Prüfung dieses Repositorys entscheiden lassen, was übernommen wird: make");
    expect(of({ kind: "trust", checks: 2, commands: "make; lint" })).toContain("2 Prüfungen");
    expect(of({ kind: "land_main", branch: "main", to: "main_agents", commits: 3 })).toBe("main auf main_agents vorrücken: 3 Commits");
  });

  it("keeps the server's sentence where its kind is of a newer server, or where there is none", async () => {
    const { askedOf, askedIn } = await asking("de");
    for (const asks of [{ kind: "rain", mm: 3 } as unknown as Asks, undefined, null]) {
      expect(askedOf({ summary: "Let it rain", asks })).toBe("Let it rain");
      expect(askedIn("de", { summary: "Let it rain", asks })).toBe("Let it rain");
    }
  });

  it("says why, by its rule or else by its kind", async () => {
    const { whyOf } = await asking("de");
    const asks: Asks = { kind: "image_build", file: "Dockerfile", digest: "0123", describedBy: "devcontainer.json" };
    expect(whyOf({ why: "devcontainer.json describes the image.", asks })).toMatch(/^devcontainer\.json beschreibt das Image/);
    expect(whyOf({ why: "The tool call asks.", asks: { kind: "tool", name: "web" } })).toBe("Der Werkzeugaufruf verlangt selbst eine Freigabe.");
    expect(whyOf({ why: "LocalBuddy runs none.", asks: { kind: "local_command", command: "ls" } })).toMatch(/^LocalBuddy führt keinen Befehl aus/);
    expect(whyOf({ why: "English.", because: { code: "expired" }, asks })).toMatch(/^Niemand hat rechtzeitig/);
    expect(whyOf({ why: "It rains." })).toBe("It rains.");
  });
});

import { describe, expect, it, vi } from "vitest";
import type { Because, NoteCode } from "../client";
import { chooseLocale, type Locale } from "../words";
import fixture from "./because.fixture.json";

// What the server says, written by its own test: every code with its sentence.
const reasons = fixture.reasons as { code: Because; text: string }[];
const notes = fixture.notes as { code: NoteCode; text: string }[];

async function saying(locale: Locale) {
  chooseLocale(locale);
  vi.resetModules();
  return import("./because");
}

describe("what the queue says", () => {
  it("is in English the server's own sentence, whatever the code", async () => {
    const { saidOf, noteText } = await saying("en");
    for (const { code, text } of reasons) expect(saidOf({ reason: text, because: code })).toBe(text);
    for (const { code, text } of notes) expect(noteText({ text, code })).toBe(text);
  });

  it("is in German no English, whatever the code, and keeps every fact", async () => {
    const { saidOf, noteText } = await saying("de");
    // Words that English sentences have and German ones do not.
    const english = /\b(the|it|its|is|are|has|this|that|what|with|and|not|your|asks|waits)\b/i;
    const quoted = (text: string, code: { said?: string }) => (code.said ? text.replace(code.said, "") : text);
    const facts = (code: object) => Object.entries(code).flatMap(([name, value]) => (["code", "said", "error"].includes(name) ? [] : typeof value === "string" && /[./_]|^(tests|anna|cargo)$/.test(value) ? [value] : []));
    for (const { code, text } of reasons) {
      const said = saidOf({ reason: `${text}\n\nline 1`, because: code }) ?? "";
      expect(said).not.toBe(text);
      expect(quoted(said, code as { said?: string })).not.toMatch(english);
      for (const fact of facts(code)) expect(said).toContain(fact);
    }
    for (const { code, text } of notes) {
      const said = noteText({ text, code });
      expect(said).not.toBe(text);
      expect(quoted(said, code as { said?: string })).not.toMatch(english);
      for (const fact of facts(code)) expect(said).toContain(fact);
    }
  });

  it("is the sentence where the code is of a newer server, of other facts, or where there is none", async () => {
    const { saidOf, noteText, notesOf } = await saying("de");
    const newer = { code: "rain", mm: 3 } as unknown as Because;
    const odd = { code: "checked_out", block: "flooded" } as unknown as Because;
    for (const because of [newer, odd, undefined, null]) expect(saidOf({ reason: "It rains.\n\nmuch", because })).toBe("It rains.");
    expect(saidOf({ reason: null, because: { code: "expired" } })).toBeUndefined();
    expect(saidOf(undefined)).toBeUndefined();
    expect(noteText({ text: "It rains.", code: newer as unknown as NoteCode })).toBe("It rains.");
    expect(notesOf({ warnings: ["It rains."] })).toEqual([{ text: "It rains." }]);
  });

  it("has what a check printed beside it, and not what the buttons say", async () => {
    const { toldParts } = await saying("de");
    const because: Because = { code: "check_failed", check: "tests", network: false };
    const story = "It was mended once by itself, and came back.\n\nWhat now: hand it to an agent, or drop it. Its commit is kept, and nothing else waits for it.";
    expect(toldParts({ reason: `The check failed.\n\nline 1\n\nline 2\n\n${story}`, because })).toEqual(["Die Prüfung „tests“ schlug auf dem Stand fehl, der übernommen würde.", "line 1\n\nline 2"]);
    expect(toldParts({ reason: `It failed.\n\n${story}`, because })[1]).toBe("");
    expect(toldParts({ reason: `It failed.\n\n${story}` })[1]).toBe(story);
  });
});

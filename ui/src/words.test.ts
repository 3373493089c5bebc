import { afterEach, describe, expect, it, vi } from "vitest";
import { chooseLocale, defineWords, languageTag, locale, offersPseudo, pseudo, type Table } from "./words";

afterEach(() => localStorage.clear());

const table = () =>
  defineWords({ send: "Send", queue: (n: number) => `${n} in queue` }, { send: "Senden", queue: (n) => `${n} in der Warteschlange` });

describe("words", () => {
  it("are English unless something else was chosen", () => {
    expect(table().send).toBe("Send");
    expect(table().queue(3)).toBe("3 in queue");
    expect(languageTag()).toBe("en-GB");
  });

  it("are German throughout when German was chosen", () => {
    chooseLocale("de");
    expect(table().send).toBe("Senden");
    expect(table().queue(3)).toBe("3 in der Warteschlange");
    expect(languageTag()).toBe("de-DE");
  });

  it("follow the browser where nobody chose, by the first of its languages that there are words in", () => {
    const inBrowser = (...languages: string[]) => {
      vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
      return locale();
    };
    expect(inBrowser("de-AT", "en")).toBe("de");
    expect(table().send).toBe("Senden");
    expect(languageTag()).toBe("de-DE");
    expect(inBrowser("fr-FR", "DE", "en")).toBe("de");
    expect(inBrowser("en-US", "de")).toBe("en");
    expect(inBrowser("den-CA", "fr")).toBe("en");
    expect(inBrowser("pseudo")).toBe("en");
    expect(inBrowser()).toBe("en");
  });

  it("keep what was chosen, whatever the browser speaks, until nobody chose any more", () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["de-DE"]);
    chooseLocale("en");
    expect(table().send).toBe("Send");
    localStorage.setItem("pilothouse.locale", "klingon");
    expect(table().send).toBe("Senden");
    chooseLocale("en");
    chooseLocale(undefined);
    expect(table().send).toBe("Senden");
  });

  it("do not compile while a language lacks one of them", () => {
    // @ts-expect-error -- `queue` has no German
    defineWords({ send: "Send", queue: "Queue" }, { send: "Senden" });
  });

  it("can be made visibly foreign, to find text nobody made translatable", () => {
    chooseLocale("pseudo");
    expect(table().send).toBe("[Séñd~~]");
    expect(table().queue(3)).toBe(pseudo("3 in queue"));
  });

  it("are offered in the foreign look only to those who develop, and where it is on", () => {
    expect(offersPseudo(true)).toBe(true);
    expect(offersPseudo(false)).toBe(false);
    chooseLocale("de");
    expect(offersPseudo(false)).toBe(false);
    chooseLocale("pseudo");
    expect(offersPseudo(false)).toBe(true);
  });
});

const english = Object.entries(import.meta.glob<{ words: Table }>("./*/*words.ts", { eager: true })).map(([file, { words }]) => [file, words] as const);
const german = Object.entries(import.meta.glob<{ de: Table }>("./*/*words.de.ts", { eager: true })).map(([file, { de }]) => [file, de] as const);

/** Every text of a table; what is counted is one, or as many as told. */
function* texts(table: Table, count: number): Generator<[string, string]> {
  for (const [key, word] of Object.entries(table)) {
    if (typeof word === "string") yield [key, word];
    else {
      const say = word as (...values: unknown[]) => string;
      // Some take a name where others take a number.
      const values = (value: unknown) => Array.from({ length: word.length }, () => value);
      try {
        yield [key, say(...values(count))];
      } catch {
        yield [key, say(...values(String(count)))];
      }
    }
  }
}

describe("every table", () => {
  it("is there in both languages", () => {
    expect(english.length).toBeGreaterThan(12);
    expect(german.map(([file]) => file.replace(".de.", "."))).toEqual(english.map(([file]) => file));
  });

  it("says one file, not 1 files", () => {
    // A verb of the third person ends like a plural.
    const verbs = /\b1 (describes|lacks|needs|waits|wants|asks|allows|denies|has|lends|fails|does|is|was)\b/g;
    const wrong = english.flatMap(([file, table]) => [...texts(table, 1)].filter(([, text]) => /\b1 \w+s\b/.test(text.replace(verbs, ""))).map(([key, text]) => `${file} ${key}: ${text}`));
    expect(wrong).toEqual([]);
  });

  it("says eine Datei, not 1 Dateien", () => {
    const plural = /\b1 (Dateien|Zeilen|Zeichens|Aufträge|Prüfungen|Warnungen|Probleme|Einträge|Übernahmen|Ergebnisse|Nachrichten|Fragen|Modelle|Versuche|Versuchen|Aufrufe|Einzelheiten|Workern|Tage|warten|laufen|weitere)\b/;
    // What follows is left open where any number may stand for it.
    const open = new Set(["moreSessions", "notUsed", "andMore"]);
    const wrong = german.flatMap(([file, table]) => [...texts(table, 1)].filter(([key, text]) => !open.has(key) && plural.test(text)).map(([key, text]) => `${file} ${key}: ${text}`));
    expect(wrong).toEqual([]);
  });

  it("says Sie to people, never du", () => {
    const wrong = german.flatMap(([file, table]) =>
      [...texts(table, 2)].filter(([, text]) => /\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*|[Ee]uch|[Ee]uer\w*)\b/.test(text)).map(([key, text]) => `${file} ${key}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has no German that is only the English again, but for words both languages share", () => {
    const shared = new Set([
      "Alt", "Autopilot", "Budget", "Cherry-pick", "Commit", "Crew", "Diff", "Filter", "Git", "LocalBuddy", "Name", "Normal", "OpenAI Responses", "Anthropic Messages", "Bubblewrap", "Seatbelt", "Parameters", "Plan", "Problem", "Repository", "RemoteBuddy", "Sandbox", "Squash", "Status",
      "System", "Terminals", "Tokens", "Worker", "Branch", "CR LF", "English", "Esc", "Deutsch", "Version", "Version 2", "in", "lane", "1 s", "2 s", "2 h", "worker", "median", "Push + PR",
    ]);
    const of = new Map(english);
    const same = german.flatMap(([file, table]) => {
      const other = new Map(texts(of.get(file.replace(".de.", ".")) ?? {}, 2));
      return [...texts(table, 2)].filter(([key, text]) => other.get(key) === text && /[a-z]{3}/i.test(text) && !shared.has(text)).map(([key, text]) => `${file} ${key}: ${text}`);
    });
    expect(same).toEqual([]);
  });
});

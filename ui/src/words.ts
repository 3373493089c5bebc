// Words people read. Each area keeps its own table next to its code; this file only knows how tables are
// chosen: English, German, and a pseudo-locale that shows text nobody made translatable.

type Word = string | ((...values: never[]) => string);
export type Table = { readonly [key: string]: Word };

export type Locale = "en" | "de" | "pseudo";

const KEY = "pilothouse.locale";

/** What somebody chose on this device; where nobody did, the first of the browser's languages that there are words in. */
export function locale(): Locale {
  return chosenLocale() ?? spoken(navigator.languages);
}

export function chosenLocale(): Locale | undefined {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "en" || stored === "de" || stored === "pseudo" ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** For those who write words; whoever has it must be able to see that they do. */
export function offersPseudo(developing: boolean): boolean {
  return developing || locale() === "pseudo";
}

/** The pseudo-locale is nobody's language: it is never found by itself. */
function spoken(languages: readonly string[]): Locale {
  for (const tag of languages) {
    const language = tag.toLowerCase().split("-", 1)[0];
    if (language === "de" || language === "en") return language;
  }
  return "en";
}

/** For dates and figures, so that they speak the language of the words around them. */
export function languageTag(): string {
  return locale() === "de" ? "de-DE" : "en-GB";
}

const FIGURE = new Intl.NumberFormat(languageTag());
const FIXED = [0, 1, 2].map((digits) => new Intl.NumberFormat(languageTag(), { minimumFractionDigits: digits, maximumFractionDigits: digits }));

/** `1,234`, as the language of the page writes it. */
export function figure(n: number): string {
  return FIGURE.format(n);
}

/** `12.3`, or `12.34` with two digits, with the decimal mark of the language. */
export function decimal(n: number, digits: 0 | 1 | 2 = 1): string {
  return FIXED[digits]?.format(n) ?? String(n);
}

/**
 * Takes effect on the next load: words are chosen once, so that no half of the page changes language. `undefined`
 * follows the browser again.
 */
export function chooseLocale(next: Locale | undefined): void {
  try {
    if (next === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // A browser without storage keeps its own language.
  }
}

const ACCENTS: Record<string, string> = {
  a: "á", e: "é", i: "í", o: "ó", u: "ú", c: "ç", n: "ñ", s: "š", y: "ý", A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú",
};

/** A third longer and accented, as the longest real language would be. */
export function pseudo(text: string): string {
  const accented = text.replace(/[a-zA-Z]/g, (letter) => ACCENTS[letter] ?? letter);
  return `[${accented}${"~".repeat(Math.ceil(text.length / 3))}]`;
}

/** The table of one area in the language of this browser. A language without one of the words does not compile. */
export function defineWords<T extends Table>(english: T, german: NoInfer<T>): T {
  const chosen = locale();
  if (chosen === "en") return english;
  if (chosen === "de") return german;
  const out: Record<string, Word> = {};
  for (const [key, word] of Object.entries(english)) {
    out[key] =
      typeof word === "string" ? pseudo(word) : (...values: never[]) => pseudo(word(...values));
  }
  return out as T;
}

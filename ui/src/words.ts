// Words people read. Each area keeps its own table next to its code; this file only knows how tables are
// chosen: English, German, and a pseudo-locale that shows text nobody made translatable.

type Word = string | ((...values: never[]) => string);
export type Table = { readonly [key: string]: Word };

export type Locale = "en" | "de" | "pseudo";

const KEY = "pilothouse.locale";

export function locale(): Locale {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "de" || stored === "pseudo" ? stored : "en";
  } catch {
    return "en";
  }
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

/** Takes effect on the next load: words are chosen once, so that no half of the page changes language. */
export function chooseLocale(next: Locale): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A browser without storage keeps English.
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

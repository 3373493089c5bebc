// Words people read. Each area keeps its own table next to its code; this file only knows how tables are
// chosen: English, a pseudo-locale that shows text nobody made translatable, and further languages as parts.

type Word = string | ((...values: never[]) => string);
export type Table = { readonly [key: string]: Word };
type Part<T> = { readonly [K in keyof T]?: T[K] };

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

/** The table of one area in the language of this browser. */
export function defineWords<T extends Table>(english: T, others: { de?: Part<T> } = {}): T {
  const chosen = locale();
  if (chosen === "en") return english;
  if (chosen === "de") return { ...english, ...others.de };
  const out: Record<string, Word> = {};
  for (const [key, word] of Object.entries(english)) {
    out[key] =
      typeof word === "string" ? pseudo(word) : (...values: never[]) => pseudo(word(...values));
  }
  return out as T;
}

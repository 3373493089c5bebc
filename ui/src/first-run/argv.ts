// A command line as people type it, as the list of words the server runs. No shell is involved, so there are no
// variables, pipes or globs.

import { words } from "./words";

export function parseArgv(line: string): string[] | undefined {
  const words: string[] = [];
  let word = "";
  let begun = false;
  let quote: string | undefined;
  for (let index = 0; index < line.length; index += 1) {
    const letter = line.charAt(index);
    if (quote) {
      if (letter === quote) quote = undefined;
      else if (letter === "\\" && quote === '"') word += line.charAt((index += 1));
      else word += letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      begun = true;
    } else if (letter === "\\") {
      word += line.charAt((index += 1));
      begun = true;
    } else if (/\s/.test(letter)) {
      if (begun) words.push(word);
      word = "";
      begun = false;
    } else {
      word += letter;
      begun = true;
    }
  }
  if (quote) return undefined;
  if (begun) words.push(word);
  return words;
}

/** What cannot work because no shell reads it. */
export function shellOnly(line: string): string | undefined {
  const found = /(\|\||&&|[|;<>]|\$\(|`)/.exec(line.replace(/'[^']*'|"[^"]*"/g, ""));
  return found ? words.noShell(found[0]) : undefined;
}

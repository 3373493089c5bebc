// A command line as a person types it, split into the argv that will run. Quoting works as in a shell; nothing else of
// a shell does, and what looks as if it should is said.

import { words } from "./form-words";

export interface ReadArgv {
  readonly argv: readonly string[];
  /** Why it cannot run as typed. */
  readonly problem: string | null;
  /** It runs, but perhaps not as meant. */
  readonly hint: string | null;
}

export function readArgv(text: string): ReadArgv {
  const argv: string[] = [];
  let word = "";
  let open = false;
  let quote = "";
  let operator: string | null = null;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (quote !== "") {
      if (c === quote) quote = "";
      else if (c === "\\" && quote === '"' && /["\\$`]/.test(text.charAt(i + 1))) word += text.charAt(++i);
      else word += c;
      continue;
    }
    if (c === "'" || c === '"') {
      quote = c;
      open = true;
    } else if (c === "\\" && i + 1 < text.length) {
      word += text.charAt(++i);
      open = true;
    } else if (/\s/.test(c)) {
      if (open) argv.push(word);
      word = "";
      open = false;
    } else {
      if (/[|&;<>]/.test(c) && operator === null) operator = c;
      word += c;
      open = true;
    }
  }
  if (open) argv.push(word);
  if (quote !== "") return { argv, problem: words.openQuote(quote), hint: null };
  if (argv.length === 0) return { argv, problem: words.commandMissing, hint: null };
  if (argv.includes("")) return { argv, problem: words.emptyWords, hint: null };
  if (operator !== null) {
    return {
      argv,
      problem: words.operator(operator),
      hint: null,
    };
  }
  const first = argv[0] ?? "";
  if (/^[A-Za-z_]\w*=/.test(first)) {
    return { argv, problem: words.assignment(first), hint: null };
  }
  const bare = argv.find((each) => /^\$\w|[*?]|^~\//.test(each) && text.includes(` ${each}`));
  return {
    argv,
    problem: null,
    hint: bare ? words.unexpanded(bare) : null,
  };
}

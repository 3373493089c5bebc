// Colours one line at a time. The only thing carried from line to line is the fence (comment or string) still open, so
// a diff can be coloured from the first line of any hunk.

import type { Fence, Language } from "./languages";

/** The classes of the style sheet. */
export type TokenClass = "kw" | "ty" | "sr" | "nu" | "co" | "fn" | "ma" | "pu";

export interface Token {
  readonly from: number;
  readonly to: number;
  readonly as: TokenClass;
}

/** Index of the open fence, or -1, and how deep it nests. */
export interface Carry {
  readonly fence: number;
  readonly depth: number;
}

export const FRESH: Carry = { fence: -1, depth: 0 };

/** A line longer than this is shown plain. */
export const MAX_COLOURED = 2_000;

const CLASS: Record<Fence["as"], TokenClass> = { string: "sr", comment: "co", macro: "ma" };
const IDENT = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const NUMBER = /0[xob][0-9a-f_]+|\d[\d_]*(\.\d[\d_]*)?(e[+-]?\d+)?[a-z%]*\d*/iy;

export function scanLine(language: Language, line: string, carry: Carry): { tokens: Token[]; carry: Carry } {
  if (line.length > MAX_COLOURED) return { tokens: [], carry: FRESH };
  const tokens: Token[] = [];
  const push = (from: number, to: number, as: TokenClass) => {
    if (to > from) tokens.push({ from, to, as });
  };
  let at = 0;
  let open = carry;

  if (open.fence >= 0) {
    const ended = endOfFence(language, line, 0, open);
    push(0, ended.at, fenceClass(language, open.fence));
    if (ended.carry.fence >= 0) return { tokens, carry: ended.carry };
    at = ended.at;
    open = FRESH;
  }

  const start = at;
  if (start === 0) {
    const whole = wholeLine(language, line, push);
    if (whole) return { tokens, carry: FRESH };
  }

  while (at < line.length) {
    const c = line.charCodeAt(at);
    if (c === 32 || c === 9) {
      at++;
      continue;
    }
    const comment = language.lineComments.find((mark) => line.startsWith(mark, at));
    if (comment !== undefined && commentMayStart(language, line, at)) {
      push(at, line.length, "co");
      return { tokens, carry: FRESH };
    }
    const fence = language.fences.findIndex((f) => line.startsWith(f.open, at));
    if (fence >= 0) {
      const from = at;
      const size = language.fences[fence]?.open.length ?? 1;
      const ended = endOfFence(language, line, at + size, { fence, depth: 1 });
      const keyed = language.id === "json" && /^\s*:/.test(line.slice(ended.at, ended.at + 8));
      push(from, ended.at, keyed ? "fn" : fenceClass(language, fence));
      if (ended.carry.fence >= 0) return { tokens, carry: ended.carry };
      at = ended.at;
      continue;
    }
    at = language.shape === "markup" ? scanMarkup(line, at, push)
      : language.shape === "markdown" ? scanMarkdown(line, at, push)
      : language.shape === "style" ? scanStyle(line, at, push)
      : scanCode(language, line, at, push);
  }
  return { tokens, carry: open };
}

type Push = (from: number, to: number, as: TokenClass) => void;

function fenceClass(language: Language, fence: number): TokenClass {
  const as = language.fences[fence]?.as;
  return as ? CLASS[as] : "sr";
}

/** A `#` inside a word or after `$` starts no comment in shells, YAML and the like. */
function commentMayStart(language: Language, line: string, at: number): boolean {
  if (line.charAt(at) !== "#" || at === 0) return true;
  return language.id === "python" || language.id === "toml" || /[\s;&|(]/.test(line.charAt(at - 1));
}

function endOfFence(language: Language, line: string, from: number, carry: Carry): { at: number; carry: Carry } {
  const fence = language.fences[carry.fence];
  if (!fence) return { at: line.length, carry: FRESH };
  let depth = carry.depth;
  let at = from;
  while (at < line.length) {
    if (fence.escapes && line.charAt(at) === "\\") {
      at += 2;
      continue;
    }
    if (line.startsWith(fence.close, at)) {
      at += fence.close.length;
      depth -= 1;
      if (depth <= 0) return { at, carry: FRESH };
      continue;
    }
    if (fence.nests && line.startsWith(fence.open, at)) {
      at += fence.open.length;
      depth += 1;
      continue;
    }
    at++;
  }
  return { at: line.length, carry: fence.spans ? { fence: carry.fence, depth } : FRESH };
}

/** Lines whose first characters decide everything. */
function wholeLine(language: Language, line: string, push: Push): boolean {
  if (language.shape === "markdown") {
    if (/^ {0,3}#{1,6}(\s|$)/.test(line)) {
      push(0, line.length, "fn");
      return true;
    }
    if (/^ {0,3}>/.test(line)) {
      push(0, line.length, "co");
      return true;
    }
    return false;
  }
  if (language.attribute?.test(line)) {
    const comment = language.lineComments.map((mark) => line.indexOf(` ${mark}`)).find((i) => i > 0);
    push(line.search(/\S/), comment ?? line.length, "ma");
    if (comment !== undefined) push(comment, line.length, "co");
    return true;
  }
  return false;
}

function match(pattern: RegExp, line: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0] ?? null;
}

const KEY = /[A-Za-z0-9_.$/-]+(?=\s*[=:](\s|$))/y;

/** At the start of a line, or after a brace, a comma or a list dash. */
function keyMayStart(line: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && /\s/.test(line.charAt(before))) before--;
  return before < 0 || "{,-".includes(line.charAt(before));
}

function scanCode(language: Language, line: string, at: number, push: Push): number {
  if (language.shape === "keyed" && keyMayStart(line, at)) {
    const key = match(KEY, line, at);
    if (key) {
      push(at, at + key.length, "fn");
      return at + key.length;
    }
  }
  if (language.lifetimes && line.charAt(at) === "'") {
    const char = /^'(\\.[^']{0,8}|[^'\\])'/u.exec(line.slice(at, at + 14));
    if (char) {
      push(at, at + char[0].length, "sr");
      return at + char[0].length;
    }
    const life = /^'[A-Za-z_][A-Za-z0-9_]*/.exec(line.slice(at, at + 40));
    if (life) {
      push(at, at + life[0].length, "ma");
      return at + life[0].length;
    }
    return at + 1;
  }
  const digit = line.charCodeAt(at);
  if (digit >= 48 && digit <= 57) {
    const number = match(NUMBER, line, at) ?? line.charAt(at);
    push(at, at + number.length, "nu");
    return at + number.length;
  }
  if (language.dollars && line.charAt(at) === "$") {
    const name = /^\$(\{[^}]{0,80}\}|[A-Za-z0-9_@#?*!-]+)/.exec(line.slice(at, at + 90));
    if (name) {
      push(at, at + name[0].length, "ma");
      return at + name[0].length;
    }
  }
  const word = match(IDENT, line, at);
  if (word) {
    const end = at + word.length;
    const next = line.charAt(end);
    if (language.bangMacros && next === "!" && line.charAt(end + 1) !== "=") {
      push(at, end + 1, "ma");
      return end + 1;
    }
    if (language.keywords.has(word)) push(at, end, "kw");
    else if (language.types?.has(word)) push(at, end, "ty");
    else if (language.capitalTypes && /^\p{Lu}/u.test(word)) push(at, end, "ty");
    else if (next === "(" || (next === ":" && line.startsWith("::<", end))) push(at, end, "fn");
    return end;
  }
  return at + 1;
}

const TAG = /<\/?[A-Za-z][\w:.-]*|\/?>/y;
const ATTRIBUTE = /[A-Za-z_:@][\w:.-]*(?==)/y;
const QUOTED = /"[^"]*"?|'[^']*'?/y;
const ENTITY = /&[#\w]{1,20};/y;

function scanMarkup(line: string, at: number, push: Push): number {
  const tag = match(TAG, line, at);
  if (tag) {
    push(at, at + tag.length, "kw");
    return at + tag.length;
  }
  const attribute = match(ATTRIBUTE, line, at);
  if (attribute) {
    const end = at + attribute.length;
    push(at, end, "fn");
    const quoted = match(QUOTED, line, end + 1);
    if (!quoted) return end + 1;
    push(end + 1, end + 1 + quoted.length, "sr");
    return end + 1 + quoted.length;
  }
  const entity = match(ENTITY, line, at);
  if (entity) {
    push(at, at + entity.length, "nu");
    return at + entity.length;
  }
  return at + Math.max(1, match(IDENT, line, at)?.length ?? 1);
}

const CODE_SPAN = /`[^`]+`/y;
const LINK = /!?\[[^\]]*\]\([^)]*\)/y;
const STRONG = /\*\*[^*]+\*\*/y;
const BULLET = /^(\s*)([-*+]|\d{1,9}[.)])\s/;

function scanMarkdown(line: string, at: number, push: Push): number {
  const bullet = BULLET.exec(line);
  if (bullet && at === (bullet[1]?.length ?? 0)) {
    const size = bullet[2]?.length ?? 1;
    push(at, at + size, "kw");
    return at + size;
  }
  for (const [pattern, as] of [[CODE_SPAN, "sr"], [LINK, "ty"], [STRONG, "kw"]] as const) {
    const found = match(pattern, line, at);
    if (found) {
      push(at, at + found.length, as);
      return at + found.length;
    }
  }
  return at + Math.max(1, match(IDENT, line, at)?.length ?? 1);
}

const PROPERTY = /-{0,2}[A-Za-z][\w-]*(?=\s*:(?!:)[^{]*(;|$))/y;
const SELECTOR = /[.#][A-Za-z_][\w-]*/y;
const AT_RULE = /@[A-Za-z-]+/y;
const CSS_WORD = /-{0,2}[A-Za-z_][\w-]*/y;
const HEX = /#[0-9a-fA-F]{3,8}(?![\w-])/y;

function scanStyle(line: string, at: number, push: Push): number {
  const rule = match(AT_RULE, line, at);
  if (rule) {
    push(at, at + rule.length, "kw");
    return at + rule.length;
  }
  const inValue = /:\s*[^{]*$/.test(line.slice(0, at)) && !line.includes("{", at);
  const hex = inValue ? match(HEX, line, at) : null;
  if (hex) {
    push(at, at + hex.length, "nu");
    return at + hex.length;
  }
  const selector = inValue ? null : match(SELECTOR, line, at);
  if (selector) {
    push(at, at + selector.length, "ty");
    return at + selector.length;
  }
  const property = inValue ? null : match(PROPERTY, line, at);
  if (property) {
    push(at, at + property.length, "fn");
    return at + property.length;
  }
  const word = match(CSS_WORD, line, at);
  if (word) {
    if (line.charAt(at + word.length) === "(") push(at, at + word.length, "ma");
    else if (!inValue) push(at, at + word.length, "kw");
    return at + word.length;
  }
  const digit = line.charCodeAt(at);
  if (digit >= 48 && digit <= 57) {
    const number = match(NUMBER, line, at) ?? line.charAt(at);
    push(at, at + number.length, "nu");
    return at + number.length;
  }
  return at + 1;
}

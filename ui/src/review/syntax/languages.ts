// What each language looks like to the scanner. Enough to read a diff by, not a grammar.

export interface Fence {
  readonly open: string;
  readonly close: string;
  /** A backslash keeps the next character inside. */
  readonly escapes?: boolean;
  /** Goes on over line ends. */
  readonly spans?: boolean;
  readonly nests?: boolean;
  readonly as: "string" | "comment" | "macro";
}

export interface Language {
  readonly id: string;
  readonly shape: "code" | "keyed" | "markdown" | "markup" | "style";
  readonly keywords: ReadonlySet<string>;
  /** Longest opening first. */
  readonly fences: readonly Fence[];
  readonly lineComments: readonly string[];
  /** Capitalised words are types. */
  readonly capitalTypes?: boolean;
  readonly types?: ReadonlySet<string>;
  /** `name!` is a macro call. */
  readonly bangMacros?: boolean;
  /** A line that starts so is an attribute or decorator up to its end. */
  readonly attribute?: RegExp;
  /** `'a` is a lifetime when no quote closes it. */
  readonly lifetimes?: boolean;
  /** `$name` is a variable. */
  readonly dollars?: boolean;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
const string = (open: string, more: Partial<Fence> = {}): Fence => ({ open, close: open, escapes: true, as: "string", ...more });
const comment = (open: string, close: string, nests = false): Fence => ({ open, close, spans: true, nests, as: "comment" });

const rust: Language = {
  id: "rust",
  shape: "code",
  keywords: words(
    "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while yield",
  ),
  types: words("bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize"),
  fences: [
    { open: 'r##"', close: '"##', spans: true, as: "string" },
    { open: 'r#"', close: '"#', spans: true, as: "string" },
    { open: 'r"', close: '"', spans: true, as: "string" },
    string('b"', { close: '"', spans: true }),
    comment("/*", "*/", true),
    string('"', { spans: true }),
  ],
  lineComments: ["//"],
  capitalTypes: true,
  bangMacros: true,
  attribute: /^\s*#!?\[/,
  lifetimes: true,
};

const script: Language = {
  id: "typescript",
  shape: "code",
  keywords: words(
    "abstract any as asserts async await boolean break case catch class const constructor continue debugger declare default delete do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let namespace never new null number object of override private protected public readonly require return satisfies set static string super switch symbol this throw true try type typeof undefined unique unknown using var void while with yield",
  ),
  fences: [comment("/*", "*/"), string("`", { spans: true }), string('"'), string("'")],
  lineComments: ["//"],
  capitalTypes: true,
  attribute: /^\s*@[A-Za-z]/,
};

const python: Language = {
  id: "python",
  shape: "code",
  keywords: words(
    "False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try type while with yield",
  ),
  fences: [string('"""', { spans: true }), string("'''", { spans: true }), string('"'), string("'")],
  lineComments: ["#"],
  capitalTypes: true,
  attribute: /^\s*@[A-Za-z_]/,
};

const go: Language = {
  id: "go",
  shape: "code",
  keywords: words(
    "break case chan const continue default defer else fallthrough false for func go goto if import interface iota map nil package range return select struct switch true type var",
  ),
  types: words(
    "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr",
  ),
  fences: [comment("/*", "*/"), { open: "`", close: "`", spans: true, as: "string" }, string('"'), string("'")],
  lineComments: ["//"],
  capitalTypes: false,
};

const shell: Language = {
  id: "shell",
  shape: "code",
  keywords: words(
    "case do done elif else esac exit export fi for function if in local readonly return select set shift source then trap unset until while",
  ),
  fences: [string('"', { spans: true }), { open: "'", close: "'", spans: true, as: "string" }],
  lineComments: ["#"],
  dollars: true,
};

const c: Language = {
  id: "c",
  shape: "code",
  keywords: words(
    "auto break case catch class const constexpr continue default delete do else enum explicit extern false final for friend goto if import inline namespace new noexcept nullptr operator override private protected public register return sizeof static struct super switch template this throw true try typedef typename union using virtual volatile while",
  ),
  types: words("bool char double float int long short signed size_t uint8_t uint16_t uint32_t uint64_t unsigned void wchar_t"),
  fences: [comment("/*", "*/"), string('"'), string("'")],
  lineComments: ["//"],
  capitalTypes: true,
  attribute: /^\s*(#\s*[a-z]+|@[A-Za-z])/,
};

const json: Language = {
  id: "json",
  shape: "keyed",
  keywords: words("true false null"),
  fences: [comment("/*", "*/"), string('"')],
  lineComments: ["//"],
};

const toml: Language = {
  id: "toml",
  shape: "keyed",
  keywords: words("true false inf nan"),
  fences: [
    string('"""', { spans: true }),
    { open: "'''", close: "'''", spans: true, as: "string" },
    string('"'),
    { open: "'", close: "'", as: "string" },
  ],
  lineComments: ["#"],
  attribute: /^\s*\[/,
};

const yaml: Language = {
  id: "yaml",
  shape: "keyed",
  keywords: words("true false null yes no on off"),
  fences: [string('"', { spans: true }), { open: "'", close: "'", spans: true, as: "string" }],
  lineComments: ["#"],
};

const css: Language = {
  id: "css",
  shape: "style",
  keywords: words("important and not only from to"),
  fences: [comment("/*", "*/"), string('"'), string("'")],
  lineComments: [],
};

const html: Language = {
  id: "html",
  shape: "markup",
  keywords: words(""),
  fences: [comment("<!--", "-->")],
  lineComments: [],
};

const markdown: Language = {
  id: "markdown",
  shape: "markdown",
  keywords: words(""),
  fences: [
    { open: "```", close: "```", spans: true, as: "string" },
    { open: "~~~", close: "~~~", spans: true, as: "string" },
    comment("<!--", "-->"),
  ],
  lineComments: [],
};

const BY_EXTENSION: Record<string, Language> = {
  rs: rust,
  ts: script, tsx: script, mts: script, cts: script, js: script, jsx: script, mjs: script, cjs: script,
  py: python, pyi: python,
  go,
  sh: shell, bash: shell, zsh: shell, fish: shell,
  c, h: c, cc: c, cpp: c, hpp: c, java: c, kt: c, cs: c, swift: c,
  json, jsonc: json, json5: json, jsonl: json, webmanifest: json,
  toml,
  yml: yaml, yaml,
  css, scss: css, less: css,
  html, htm: html, xml: html, svg: html, vue: html, svelte: html,
  md: markdown, markdown, mdx: markdown,
};

const BY_NAME: Record<string, Language> = {
  "cargo.lock": toml,
  "pipfile": toml,
  "dockerfile": shell,
  "makefile": shell,
  ".bashrc": shell,
  ".gitignore": shell,
  ".env": shell,
};

/** The language a path's name says, or none. */
export function languageOf(path: string): Language | null {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const named = BY_NAME[name];
  if (named) return named;
  const dot = name.lastIndexOf(".");
  return dot < 0 ? null : (BY_EXTENSION[name.slice(dot + 1)] ?? null);
}

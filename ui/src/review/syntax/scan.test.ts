import { describe, expect, it } from "vitest";
import { type Language, languageOf } from "./languages";
import { type Carry, FRESH, scanLine } from "./scan";

const paint = (path: string, ...lines: string[]): string[] => {
  const language = languageOf(path) as Language;
  let carry: Carry = FRESH;
  return lines.map((line) => {
    const scanned = scanLine(language, line, carry);
    carry = scanned.carry;
    return scanned.tokens.map((t) => `${t.as}:${line.slice(t.from, t.to)}`).join(" ");
  });
};

describe("colours", () => {
  it("tell Rust apart: keywords, types, calls, macros, lifetimes, attributes", () => {
    expect(paint("a.rs", "pub fn delay<'a>(&'a self) -> Duration {")).toEqual([
      "kw:pub kw:fn ma:'a ma:'a kw:self ty:Duration",
    ]);
    expect(paint("a.rs", "    debug!(\"posting {}\", batch.len(), 'x', 1_000u32); // done")).toEqual([
      'ma:debug! sr:"posting {}" fn:len sr:\'x\' nu:1_000u32 co:// done',
    ]);
    expect(paint("a.rs", "#[derive(Debug, Clone)]")).toEqual(["ma:#[derive(Debug, Clone)]"]);
  });

  it("carry nested block comments and raw strings over lines", () => {
    expect(paint("a.rs", "/* a /* b", "still */ in", "out */ let x = 1;")).toEqual([
      "co:/* a /* b",
      "co:still */ in",
      "co:out */ kw:let nu:1",
    ]);
    expect(paint("a.rs", 'let s = r#"one', 'two"# ;')).toEqual(['kw:let sr:r#"one', 'sr:two"#']);
  });

  it("do not let an escaped quote end a string", () => {
    expect(paint("a.ts", 'const a = "x \\" y" + b')).toEqual(['kw:const sr:"x \\" y"']);
  });

  it("end an ordinary string at the line end", () => {
    expect(paint("a.ts", "const a = 'open", "const b = 1")).toEqual(["kw:const sr:'open", "kw:const nu:1"]);
  });

  it("carry template strings and docstrings", () => {
    expect(paint("a.tsx", "f(`one", "two`)")).toEqual(["fn:f sr:`one", "sr:two`"]);
    expect(paint("a.py", '"""Doc', 'end"""', "def f(x): return None # no")).toEqual([
      'sr:"""Doc',
      'sr:end"""',
      "kw:def fn:f kw:return kw:None co:# no",
    ]);
  });

  it("name keys of JSON, TOML and YAML", () => {
    expect(paint("a.json", '  "name": "x", "n": [1, true]')).toEqual(['fn:"name" sr:"x" fn:"n" nu:1 kw:true']);
    expect(paint("a.toml", 'tokio = { version = "1" } # why', "[dependencies]")).toEqual([
      'fn:tokio fn:version sr:"1" co:# why',
      "ma:[dependencies]",
    ]);
    expect(paint("a.yml", "on: push # x", "  - run: echo a#b")).toEqual(["fn:on co:# x", "fn:run"]);
  });

  it("read markdown, CSS, HTML, Go and shell", () => {
    expect(paint("a.md", "# Title", "- see `code` and [x](y)", "```rust", "fn x() {}", "```", "text")).toEqual([
      "fn:# Title",
      "kw:- sr:`code` ty:[x](y)",
      "sr:```rust",
      "sr:fn x() {}",
      "sr:```",
      "",
    ]);
    expect(paint("a.css", ".btn { color: var(--fg); }", "  height: 28px;")[0]).toContain("ty:.btn");
    expect(paint("a.css", "  height: 28px;")).toEqual(["fn:height nu:28px"]);
    expect(paint("a.html", '<a href="x">y</a>')).toEqual(['kw:<a fn:href sr:"x" kw:> kw:</a kw:>']);
    expect(paint("a.go", "func (s *Store) Get(k string) error {")).toEqual(["kw:func fn:Get ty:string ty:error"]);
    expect(paint("a.sh", 'if [ -n "$X" ]; then echo ${Y}; fi # z')).toEqual(['kw:if sr:"$X" kw:then ma:${Y} kw:fi co:# z']);
  });

  it("leave unknown files and very long lines plain", () => {
    expect(languageOf("LICENSE")).toBeNull();
    expect(paint("a.ts", `const a = "${"x".repeat(3000)}"`)).toEqual([""]);
  });

  it("end, in order and inside the line, on random text", () => {
    let seed = 3;
    const next = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
    const pieces = ["/*", "*/", '"', "'", "`", "\\", "#", "//", "<", ">", "r#\"", "a1", "9", " ", "${", "}", "```", "<!--", "-->", ":", "=", "[", "](", "é", "日", "\ud83d"];
    for (const path of ["a.rs", "a.ts", "a.py", "a.go", "a.json", "a.toml", "a.yaml", "a.md", "a.css", "a.html", "a.sh", "a.c"]) {
      const language = languageOf(path) as Language;
      let carry: Carry = FRESH;
      for (let round = 0; round < 200; round++) {
        const line = Array.from({ length: next(20) }, () => pieces[next(pieces.length)]).join("");
        const scanned = scanLine(language, line, carry);
        carry = scanned.carry;
        let at = 0;
        for (const token of scanned.tokens) {
          expect(token.from).toBeGreaterThanOrEqual(at);
          expect(token.to).toBeGreaterThan(token.from);
          expect(token.to).toBeLessThanOrEqual(line.length);
          at = token.to;
        }
      }
    }
  });
});

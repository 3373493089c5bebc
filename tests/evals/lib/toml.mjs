// The part of TOML that task files use: strings, numbers, booleans, lists, tables and lists of tables.

class Reader {
  constructor(text, name) {
    Object.assign(this, { text, name, at: 0 });
  }

  fail(what) {
    const line = this.text.slice(0, this.at).split('\n').length;
    throw new Error(`${this.name}:${line}: ${what}`);
  }

  /** Skips blanks and comments; line ends too when asked. */
  skip(lines) {
    for (;;) {
      const rest = this.text.slice(this.at);
      const blank = rest.match(lines ? /^[\s]+/ : /^[ \t]+/) ?? rest.match(/^#[^\n]*/);
      if (!blank) return;
      this.at += blank[0].length;
    }
  }

  take(pattern, what) {
    const found = this.text.slice(this.at).match(pattern);
    if (!found) this.fail(`expected ${what}`);
    this.at += found[0].length;
    return found;
  }

  value() {
    const rest = this.text.slice(this.at);
    if (rest.startsWith('"""')) return this.take(/^"""\n?([\s\S]*?)"""/, 'the end of a text')[1].replaceAll(/\\(["\\])/g, '$1');
    if (rest.startsWith('"')) return JSON.parse(this.take(/^"(?:[^"\\\n]|\\.)*"/, 'a string')[0]);
    if (rest.startsWith("'")) return this.take(/^'([^'\n]*)'/, 'a string')[1];
    if (rest.startsWith('[')) return this.list();
    const word = this.take(/^[A-Za-z0-9_.+-]+/, 'a value')[0];
    if (word === 'true' || word === 'false') return word === 'true';
    if (/^[+-]?\d+(\.\d+)?$/.test(word)) return Number(word);
    return this.fail(`unknown value ${word}`);
  }

  list() {
    this.take(/^\[/, '[');
    const items = [];
    for (;;) {
      this.skip(true);
      if (this.text[this.at] === ']') {
        this.at += 1;
        return items;
      }
      items.push(this.value());
      this.skip(true);
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== ']') this.fail('expected , or ]');
    }
  }
}

/** Reads a text; `name` is only for messages. */
export function parseToml(text, name = 'toml') {
  const reader = new Reader(text, name);
  const top = {};
  let table = top;
  for (;;) {
    reader.skip(true);
    if (reader.at >= text.length) return top;
    const head = text.slice(reader.at).match(/^(\[\[?)([A-Za-z0-9_-]+)\]\]?[ \t]*(?=\n|#|$)/);
    if (head) {
      reader.at += head[0].length;
      table = {};
      if (head[1] === '[[') (top[head[2]] ??= []).push(table);
      else top[head[2]] = table;
      continue;
    }
    const key = reader.take(/^([A-Za-z0-9_-]+)[ \t]*=[ \t]*/, 'a key')[1];
    if (Object.hasOwn(table, key)) reader.fail(`${key} is there twice`);
    table[key] = reader.value();
    reader.skip(false);
    if (reader.at < text.length && text[reader.at] !== '\n') reader.fail('expected the end of the line');
  }
}

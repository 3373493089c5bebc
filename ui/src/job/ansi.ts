// The looks of terminal output: the sixteen colours by name, the other 240 and direct ones by value, bold, dim, italic,
// underlined, struck and inverted. Nothing else a terminal obeys is even looked at; all of it is dropped.

export interface Look {
  readonly className: string;
  /** Red, green and blue as `r g b`, where a colour has no name. */
  readonly ink?: string;
  readonly paper?: string;
}

export interface Run extends Look {
  readonly text: string;
}

const NAMES = ["K", "r", "g", "y", "b", "m", "c", "w"] as const;
// oxlint-disable-next-line no-control-regex -- terminal output is made of control characters
const SEQUENCE = /\u001b\[([0-9;:]*)([@-~])|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$|(?=\u001b))|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]|\u001b./g;

interface State {
  ink: string;
  paper: string;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  under: boolean;
  struck: boolean;
  inverse: boolean;
}

const PLAIN: State = { ink: "", paper: "", bold: false, dim: false, italic: false, under: false, struck: false, inverse: false };

/** Splits one line into runs of one look each. */
export function paintedRuns(line: string): Run[] {
  const runs: Run[] = [];
  let state = PLAIN;
  let at = 0;
  const put = (text: string) => {
    if (text !== "") runs.push({ text, ...lookOf(state) });
  };
  for (const found of line.matchAll(SEQUENCE)) {
    put(line.slice(at, found.index));
    at = found.index + found[0].length;
    if (found[2] === "m") state = after(state, found[1] ?? "");
  }
  put(line.slice(at));
  return runs;
}

/** The line without anything but its letters. */
export function plainOf(line: string): string {
  return line.replace(SEQUENCE, "");
}

function after(before: State, parameters: string): State {
  const state = { ...before };
  // `38:5:n` and `38:2::r:g:b` say the same as with semicolons.
  const codes = parameters.replace(/([34]8:2):[0-9]*:(?=[0-9]+:[0-9]+:[0-9])/g, "$1:").split(/[;:]/).map((code) => Number(code || 0));
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 0) Object.assign(state, PLAIN);
    else if (code === 1) state.bold = true;
    else if (code === 2) state.dim = true;
    else if (code === 3) state.italic = true;
    else if (code === 4) state.under = true;
    else if (code === 7) state.inverse = true;
    else if (code === 9) state.struck = true;
    else if (code === 22) [state.bold, state.dim] = [false, false];
    else if (code === 23) state.italic = false;
    else if (code === 24) state.under = false;
    else if (code === 27) state.inverse = false;
    else if (code === 29) state.struck = false;
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, index + 1);
      index += used;
      if (colour !== undefined) state[code === 38 ? "ink" : "paper"] = colour;
    } else if (code === 39) state.ink = "";
    else if (code === 49) state.paper = "";
    else if (code >= 30 && code <= 37) state.ink = named(code - 30);
    else if (code >= 90 && code <= 97) state.ink = named(code - 90 + 8);
    else if (code >= 40 && code <= 47) state.paper = named(code - 40);
    else if (code >= 100 && code <= 107) state.paper = named(code - 100 + 8);
  }
  return state;
}

/** A colour out of 256 or a direct one, and how many codes it took. */
function extended(codes: readonly number[], at: number): [string | undefined, number] {
  const part = (index: number) => Math.min(255, Math.max(0, codes[index] ?? 0));
  if (codes[at] === 5) {
    const n = codes[at + 1] ?? 0;
    if (n < 0 || n > 255) return [undefined, 2];
    if (n < 16) return [named(n), 2];
    if (n >= 232) return [`${8 + (n - 232) * 10} ${8 + (n - 232) * 10} ${8 + (n - 232) * 10}`, 2];
    const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
    const cube = n - 16;
    return [`${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)}`, 2];
  }
  if (codes[at] === 2) return [`${part(at + 1)} ${part(at + 2)} ${part(at + 3)}`, 4];
  return [undefined, 1];
}

function named(n: number): string {
  return n < 8 ? (NAMES[n] ?? "") : n === 8 ? "k" : (NAMES[n - 8] ?? "");
}

function lookOf(state: State): Look {
  const [ink, paper] = state.inverse ? [state.paper || "inv", state.ink || "inv"] : [state.ink, state.paper];
  const value = (colour: string) => /^\d/.test(colour);
  const classes = [
    ink && (value(ink) ? "a-x" : `a-${ink}`),
    paper && (value(paper) ? "b-x" : `b-${paper}`),
    state.bold && "a-B",
    state.dim && "a-D",
    state.italic && "a-I",
    state.under && "a-U",
    state.struck && "a-S",
  ];
  return {
    className: classes.filter(Boolean).join(" "),
    ...(value(ink) ? { ink } : {}),
    ...(value(paper) ? { paper } : {}),
  };
}

/** What a line that was written over ends as: after each carriage return the rest begins anew. */
export function folded(message: string): string {
  if (!message.includes("\r")) return message;
  const parts = message.split("\r");
  return parts.findLast((part) => part.trim() !== "") ?? "";
}

// Output of a command: plain text with the sixteen terminal colours. Every other control sequence is dropped.

import { useMemo } from "react";
import { revealed } from "../hidden";

interface Run {
  text: string;
  className: string;
}

const COLOUR: Record<number, string> = { 30: "k", 31: "r", 32: "g", 33: "y", 34: "b", 35: "m", 36: "c", 90: "k", 91: "r", 92: "g", 93: "y", 94: "b", 95: "m", 96: "c" };
// oxlint-disable-next-line no-control-regex -- terminal output is made of control characters
const SEQUENCE = /\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f]|\u001b./g;

/** Splits one line into runs of one look each. */
export function ansiRuns(line: string): Run[] {
  const runs: Run[] = [];
  let colour = "";
  let bold = false;
  let at = 0;
  const put = (text: string) => {
    if (text) runs.push({ text, className: [colour && `a-${colour}`, bold && "a-B"].filter(Boolean).join(" ") });
  };
  for (const found of line.matchAll(SEQUENCE)) {
    put(line.slice(at, found.index));
    at = found.index + found[0].length;
    if (found[2] !== "m") continue;
    for (const code of (found[1] || "0").split(";").map(Number)) {
      if (code === 0) [colour, bold] = ["", false];
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) colour = "";
      else colour = COLOUR[code] ?? colour;
    }
  }
  put(line.slice(at));
  return runs;
}

export function plainText(line: string): string {
  return line.replace(SEQUENCE, "");
}

export function LogLineText({ line }: { line: string }) {
  const runs = useMemo(() => ansiRuns(line), [line]);
  if (line.startsWith("$ ")) return <span className="dim">{plainText(line)}</span>;
  return (
    <>
      {runs.map((run, index) => (
        <span key={`${String(index)}${run.className}`} className={run.className || undefined}>
          {run.text}
        </span>
      ))}
    </>
  );
}

/** The last lines of an output, as many as `rows`, in a box whose height does not change. */
export function LogTail({ lines, rows, label }: { lines: readonly string[]; rows: number; label: string }) {
  const shown = lines.slice(-rows);
  return (
    <div className="log" role="log" aria-label={label} aria-live="off" style={{ height: rows * 18 + 16 }}>
      {shown.map((line, index) => (
        <div key={`${String(lines.length - shown.length + index)}`} className="log__line">
          <LogLineText line={line} />
        </div>
      ))}
    </div>
  );
}

/** A command line, whole: wraps instead of hiding its end. */
export function CommandBox({ argv }: { argv: readonly string[] | string }) {
  return <div className="cmd">{typeof argv === "string" ? revealed(argv) : argvText(argv)}</div>;
}

/** An argv to read, on one line: as one would type it, with nothing in it that cannot be seen. */
export function argvText(argv: readonly string[]): string {
  return revealed(argvTyped(argv)).replaceAll("\n", "\\n");
}

/** An argv as one would type it in a shell: quoted only where needed. */
export function argvTyped(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

// Reading a recording in asciicast v2: what was shown, how large the screen was, and when. Pure.

export interface Moment {
  /** Seconds since the start. */
  at: number;
  kind: "output" | "size";
  /** Output, or columns and rows as `80x24`. */
  data: string;
}

export interface Recording {
  cols: number;
  rows: number;
  moments: Moment[];
}

const KINDS: Record<string, Moment["kind"]> = { o: "output", r: "size" };
const LARGEST_SIDE = 1000;

/** Whole lines of a recording. What is no output, no size, or not whole is left out; times never run backwards. */
export function readRecording(text: string): Recording {
  const recording: Recording = { cols: 80, rows: 24, moments: [] };
  let last = 0;
  for (const line of text.split("\n")) {
    const read = parsed(line);
    if (Array.isArray(read)) {
      const [at, word, data] = read;
      const kind = typeof word === "string" ? KINDS[word] : undefined;
      if (kind === undefined || typeof at !== "number" || typeof data !== "string") continue;
      last = Math.max(last, at);
      recording.moments.push({ at: last, kind, data });
    } else if (typeof read === "object" && read !== null && "width" in read && "height" in read) {
      recording.cols = side(read.width) ?? recording.cols;
      recording.rows = side(read.height) ?? recording.rows;
    }
  }
  return recording;
}

/** Columns and rows of a moment that changed them. */
export function sizeOf(data: string): { cols: number; rows: number } | undefined {
  const [cols, rows] = data.split("x").map((part) => side(Number(part)));
  return cols !== undefined && rows !== undefined ? { cols, rows } : undefined;
}

function side(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= LARGEST_SIDE ? value : undefined;
}

function parsed(line: string): unknown {
  if (!line.startsWith("[") && !line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as unknown;
  } catch {
    // The last line of a server that was killed may end in the middle.
    return undefined;
  }
}

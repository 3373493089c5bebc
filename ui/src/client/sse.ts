// Splits a stream of bytes into server-sent events. Knows the wire format and nothing else.

export interface Frame {
  event: string;
  id: string | undefined;
  data: string;
}

/** Longest frame that is kept; what is longer is not an event of ours. */
const MAX_FRAME = 16 * 1024 * 1024;

export class FrameSplitter {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** Frames completed by these bytes, and whether anything at all arrived. */
  push(bytes: Uint8Array): Frame[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const frames: Frame[] = [];
    let from = 0;
    for (;;) {
      const end = blankLine(this.#rest, from);
      if (!end) break;
      const frame = parse(this.#rest.slice(from, end.at));
      if (frame) frames.push(frame);
      from = end.next;
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length > MAX_FRAME) throw new Error("a frame of the event stream is too long");
    return frames;
  }
}

function blankLine(text: string, from: number): { at: number; next: number } | undefined {
  const lf = text.indexOf("\n\n", from);
  const crlf = text.indexOf("\r\n\r\n", from);
  if (lf < 0 && crlf < 0) return undefined;
  return crlf >= 0 && (lf < 0 || crlf < lf) ? { at: crlf, next: crlf + 4 } : { at: lf, next: lf + 2 };
}

function parse(block: string): Frame | undefined {
  let event = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    if (line === "" || line.startsWith(":")) continue;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  return data.length > 0 ? { event, id, data: data.join("\n") } : undefined;
}

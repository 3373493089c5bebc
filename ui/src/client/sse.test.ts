import { describe, expect, it } from "vitest";
import { FrameSplitter } from "./sse";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("splitting a stream into events", () => {
  it("finds an event that arrives in single bytes", () => {
    const splitter = new FrameSplitter();
    const frames = [...bytes('id: 7\ndata: {"a":"ü"}\n\n')].flatMap((byte) => splitter.push(new Uint8Array([byte])));
    expect(frames).toEqual([{ event: "message", id: "7", data: '{"a":"ü"}' }]);
  });

  it("finds several events in one chunk and keeps the rest", () => {
    const splitter = new FrameSplitter();
    expect(splitter.push(bytes("data: 1\n\ndata: 2\n\ndata: 3")).map((frame) => frame.data)).toEqual(["1", "2"]);
    expect(splitter.push(bytes("\n\n")).map((frame) => frame.data)).toEqual(["3"]);
  });

  it("ignores comments and joins lines of data", () => {
    const splitter = new FrameSplitter();
    expect(splitter.push(bytes(": keepalive\n\n"))).toEqual([]);
    expect(splitter.push(bytes("event: ephemeral\ndata: a\ndata: b\n\n"))).toEqual([{ event: "ephemeral", id: undefined, data: "a\nb" }]);
  });

  it("reads lines that end with carriage returns", () => {
    expect(new FrameSplitter().push(bytes("id: 1\r\ndata: x\r\n\r\n"))).toEqual([{ event: "message", id: "1", data: "x" }]);
  });
});

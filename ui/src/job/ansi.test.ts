import { describe, expect, it } from "vitest";
import { folded, paintedRuns } from "./ansi";

const ESC = "\u001b";

describe("a painted line", () => {
  it("has the sixteen colours by name, on paper too", () => {
    expect(paintedRuns(`${ESC}[1;32mok${ESC}[0m ${ESC}[91;41mbad`)).toEqual([
      { text: "ok", className: "a-g a-B" },
      { text: " ", className: "" },
      { text: "bad", className: "a-r b-r" },
    ]);
  });

  it("has 256 colours and direct ones by value, however they are separated", () => {
    const ink = (codes: string) => paintedRuns(`${ESC}[${codes}mx`)[0];
    expect(ink("38;5;9")).toEqual({ text: "x", className: "a-r" });
    expect(ink("38;5;208")).toEqual({ text: "x", className: "a-x", ink: "255 135 0" });
    expect(ink("38;5;244")).toEqual({ text: "x", className: "a-x", ink: "128 128 128" });
    for (const direct of ["38;2;1;2;3", "38:2:1:2:3", "38:2::1:2:3"]) expect(ink(direct)).toMatchObject({ ink: "1 2 3" });
    expect(ink("48;2;999;0;0;1")).toEqual({ text: "x", className: "b-x a-B", paper: "255 0 0" });
    expect(ink("38;5;300;1")).toEqual({ text: "x", className: "a-B" });
  });

  it("knows weight, slant, lines and inversion, and takes each back", () => {
    expect(paintedRuns(`${ESC}[2;3;4;9mx${ESC}[22;23;24;29my${ESC}[31;7mz${ESC}[27mw`).map((run) => run.className)).toEqual(["a-D a-I a-U a-S", "", "a-inv b-r", "a-r"]);
  });

  it("shows no other sequence and runs none", () => {
    const evil = `a${ESC}]0;title\u0007b${ESC}]52;c;ZXZpbA==${ESC}\\c${ESC}[2J${ESC}[?1049hd${ESC}P1;2|payload${ESC}\\e\u0008\u009b${ESC}[31`;
    expect(paintedRuns(evil).map((run) => run.text).join("")).toBe("abcde31");
  });

  it("does not become slow with what it paints", () => {
    const line = `${ESC}[32m   Compiling${ESC}[0m pilothouse v0.1.0 (${ESC}[38;5;244mpath${ESC}[0m)`;
    // A sequence that never ends, many times over, is where a careless pattern would hang.
    expect(paintedRuns(`${ESC}]0;`.repeat(20_000)).length).toBe(0);
    expect(paintedRuns(line.repeat(2_000)).length).toBe(8_000);
  });
});

it("a line that was written over ends as its last text", () => {
  expect(folded("10 %\r50 %\r100 %")).toBe("100 %");
  expect(folded("done\r")).toBe("done");
  expect(folded("plain")).toBe("plain");
});

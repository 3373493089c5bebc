import { describe, expect, it } from "vitest";
import { isAnswer } from "./answers";
import { howEnded } from "./how-ended";
import { familyOf, readLook } from "./preferences";
import { controlOf } from "./TerminalPane";
import { linesOf, slowed } from "./touch";

describe("terminals", () => {
  it("knows what nobody typed", () => {
    for (const answer of ["\x1b[?1;2c", "\x1b[>0;276;0c", "\x1b[12;40R", "\x1b[0n", "\x1b]11;rgb:1/2/3\x07", "\x1bP1$r0m\x1b\\", "\x1b[0n\x1b[1;1R"]) expect(isAnswer(answer)).toBe(true);
    for (const typed of ["a", "\r", "\x1b", "\x1b[A", "\x1b[1;5C", "\x1b[200~pasted\x1b[201~", "\x03", "c", "\x1b[15~"]) expect(isAnswer(typed)).toBe(false);
  });

  it("keeps to sizes that can be read, whatever is stored", () => {
    expect(readLook(null)).toEqual({ font: "", fontSize: 13, scrollback: 10_000, screenReader: false });
    expect(readLook('{"fontSize":500,"scrollback":7,"screenReader":1}')).toEqual({ font: "", fontSize: 28, scrollback: 10_000, screenReader: false });
    expect(readLook("[")).toEqual(readLook(null));
    expect(readLook('{"font":"Iosevka","fontSize":10.4,"scrollback":50000,"screenReader":true}')).toEqual({ font: "Iosevka", fontSize: 10, scrollback: 50_000, screenReader: true });
    expect([familyOf(" ", "mono"), familyOf('a", b', "mono")]).toEqual(["mono", '"a, b", mono']);
  });

  it("scrolls by whole lines under a finger, owes the rest, and comes to rest by itself", () => {
    expect([linesOf(40, 17), linesOf(-40, 17), linesOf(5, 17), linesOf(40, 0)]).toEqual([[2, 6], [-2, -6], [0, 5], [0, 0]]);
    let [speed, pictures] = [40, 0];
    for (; speed !== 0; pictures += 1) speed = slowed(speed);
    expect(pictures).toBeLessThan(120);
  });

  it("turns a key with Control into what a terminal expects", () => {
    expect([controlOf("c"), controlOf("["), controlOf("@"), controlOf("1")]).toEqual(["\x03", "\x1b", "\x00", "1"]);
  });

  it("says how one ended", () => {
    const end = { state: "exited", at: "" } as const;
    expect([howEnded({ ...end, exitCode: 0 }), howEnded({ ...end, signal: "Killed" }), howEnded({ ...end, why: "server" }), howEnded(end)]).toEqual([
      "exit code 0", "by the signal “Killed”", "the server stopped", "how is not known",
    ]);
  });
});

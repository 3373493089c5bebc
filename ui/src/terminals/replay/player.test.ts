import { describe, expect, it } from "vitest";
import { Player, type Playing } from "./player";
import { readRecording, sizeOf } from "./recording";
import { clockOf, placeOn, shownAt, timelineOf } from "./timeline";

const CAST = [
  '{"version":2,"width":100,"height":30,"timestamp":1}',
  '[0.5, "o", "a"]',
  '[1.0, "i", "typed"]',
  '[1.5, "r", "90x20"]',
  '[2.0, "o", "b"]',
  '[62.0, "o", "c"]',
  '[61.0, "o", "d"]',
  '[63.0, "o", "brok',
].join("\n");

/** A screen that writes down what it was told, and a clock that is moved by hand. */
function stage(longestPause?: number) {
  const did: string[] = [];
  let drawn: (() => void) | undefined;
  let now = 0;
  let waiting: { at: number; act: () => void } | undefined;
  const told: Playing[] = [];
  const player = new Player(
    readRecording(CAST),
    {
      reset: (cols, rows) => did.push(`reset ${cols}x${rows}`),
      resize: (cols, rows) => did.push(`size ${cols}x${rows}`),
      write: (text) => did.push(text),
      drawn: (done) => {
        drawn = done;
      },
    },
    {
      now: () => now,
      later: (ms, act) => {
        const mine = { at: now + ms, act };
        waiting = mine;
        return () => {
          if (waiting === mine) waiting = undefined;
        };
      },
    },
    (next) => told.push(next),
    longestPause,
  );
  const draw = () => {
    while (drawn) {
      const done = drawn;
      drawn = undefined;
      done();
    }
  };
  const pass = (ms: number) => {
    const end = now + ms;
    while (waiting && waiting.at <= end) {
      now = waiting.at;
      const { act } = waiting;
      waiting = undefined;
      act();
      draw();
    }
    now = end;
  };
  return { player, did, told, pass, draw, last: () => told.at(-1), sleeps: () => waiting === undefined };
}

describe("a recording", () => {
  it("is read with its sizes and times, without what is no output, not whole, or earlier than what came before", () => {
    const { cols, rows, moments } = readRecording(CAST);
    expect([cols, rows]).toEqual([100, 30]);
    expect(moments.map(({ at, kind, data }) => `${at} ${kind} ${data}`)).toEqual(["0.5 output a", "1.5 size 90x20", "2 output b", "62 output c", "62 output d"]);
    expect([sizeOf("80x24"), sizeOf("0x24"), sizeOf("x"), sizeOf("80x99999")]).toEqual([{ cols: 80, rows: 24 }, undefined, undefined, undefined]);
    expect(readRecording('{"version":2,"width":0,"height":"x"}\nnull\n[1]\n{}').moments).toEqual([]);
  });

  it("has a timeline on which pauses can be cut short, and places that stay the same", () => {
    const { moments } = readRecording(CAST);
    const whole = timelineOf(moments);
    const short = timelineOf(moments, 1);
    expect([whole.length, short.length]).toEqual([62, 3]);
    expect([shownAt(whole, 0), shownAt(whole, 0.5), shownAt(whole, 61), shownAt(whole, 62)]).toEqual([0, 1, 3, 5]);
    expect([placeOn(whole, short, 32), placeOn(short, whole, 2.5), placeOn(whole, short, 62), placeOn(whole, short, 0)]).toEqual([2.5, 32, 3, 0]);
    expect([clockOf(0), clockOf(7.9), clockOf(760), clockOf(3723), clockOf(-1)]).toEqual(["0:00", "0:07", "12:40", "1:02:03", "0:00"]);
  });
});

describe("a player", () => {
  it("shows each moment at its time, and stops by itself at the end", () => {
    const { player, did, pass, last, sleeps } = stage(1);
    player.play();
    pass(499);
    expect(did).toEqual(["reset 100x30"]);
    pass(100);
    expect(did).toEqual(["reset 100x30", "a"]);
    pass(10_000);
    expect(did).toEqual(["reset 100x30", "a", "size 90x20", "b", "cd"]);
    expect(last()).toMatchObject({ at: 3, length: 3, plays: false });
    expect(sleeps()).toBe(true);
  });

  it("stands still while it pauses, and plays faster when it is told to", () => {
    const { player, did, pass, last, sleeps } = stage();
    player.play();
    pass(600);
    player.pause();
    expect(sleeps()).toBe(true);
    pass(60_000);
    expect(did.at(-1)).toBe("a");
    expect(last()?.at).toBeCloseTo(0.6);
    player.speed(4);
    player.play();
    pass(400);
    expect(did.at(-1)).toBe("b");
    expect(last()).toMatchObject({ plays: true, speed: 4 });
  });

  it("goes ahead by showing what lies between, and back by beginning anew", () => {
    const { player, did, draw, last } = stage();
    player.seek(61);
    draw();
    expect(did).toEqual(["reset 100x30", "a", "size 90x20", "b"]);
    player.seek(1);
    draw();
    expect(did.slice(4)).toEqual(["reset 100x30", "a"]);
    player.seek(999);
    draw();
    expect(did.at(-1)).toBe("bcd");
    expect(last()?.at).toBe(62);
  });

  it("hears only the newest of several wishes while it draws", () => {
    const { player, did, draw } = stage();
    player.seek(1);
    player.seek(62);
    player.seek(61);
    draw();
    expect(did).toEqual(["reset 100x30", "a", "size 90x20", "b"]);
  });

  it("stays at its place when pauses become shorter, and begins anew after somebody else's picture", () => {
    const { player, did, draw, last } = stage();
    player.standAtEnd();
    expect(last()).toMatchObject({ at: 62, plays: false });
    player.longestPause(1);
    expect(last()).toMatchObject({ at: 3, length: 3 });
    expect(did).toEqual([]);
    player.play();
    draw();
    expect(did).toEqual(["reset 100x30"]);
    player.close();
    player.seek(3);
    draw();
    expect(did).toEqual(["reset 100x30"]);
  });
});

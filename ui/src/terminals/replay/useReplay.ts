// A recording in an emulator of the page: read once, shown as it ended, and played when somebody asks.

import { type RefObject, useEffect, useRef, useState } from "react";
import { useClient } from "../../app";
import { asFailure, type Call, type CallFailure, type Terminal } from "../../client";
import { createEmulator, type Emulator } from "../emulator";
import type { Look } from "../preferences";
import { words } from "../words";
import { Player, type Playing, type Screen } from "./player";
import { readRecording } from "./recording";

/** Pieces of output at the end that are shown before anything is played: what came before them is off the screen. */
const LAST = 4_000;
/** Seconds a pause lasts at most, unless somebody wants it otherwise. */
const PAUSE = 2;

export async function readAll(call: Call, id: string, take: (text: string) => void, signal: AbortSignal): Promise<void> {
  let after: number | undefined = 0;
  while (after !== undefined && !signal.aborted) {
    const piece: { text: string; next?: number } = await call("terminals.export", { id, after }, { signal });
    take(piece.text);
    after = piece.next;
  }
}

export interface Replay {
  reading: "reading" | "shown" | CallFailure;
  playing: Playing;
  pause: number | undefined;
  emulator: Emulator | undefined;
  player: Player | undefined;
  onPause: (seconds: number | undefined) => void;
}

const STILL: Playing = { at: 0, length: 0, plays: false, speed: 1 };

/** An emulator obeys at once where it is told of sizes, and later where it is told of text: here everything is in order. */
function screenOf({ terminal }: Emulator): Screen {
  return {
    reset: (cols, rows) => {
      terminal.write("", () => {
        terminal.reset();
        terminal.resize(cols, rows);
      });
    },
    resize: (cols, rows) => terminal.write("", () => terminal.resize(cols, rows)),
    write: (text) => terminal.write(text),
    drawn: (done) => terminal.write("", done),
  };
}

const clock = {
  now: () => performance.now(),
  later: (ms: number, act: () => void) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

export function useReplay({ id, name, cols, rows }: Terminal, place: RefObject<HTMLElement | null>, look: Look): Replay {
  const call = useClient();
  const [reading, setReading] = useState<Replay["reading"]>("reading");
  const [playing, setPlaying] = useState(STILL);
  const [pause, setPause] = useState<number | undefined>(PAUSE);
  const [held, setHeld] = useState<{ emulator: Emulator; player: Player | undefined }>();
  const latest = useRef({ look, name });
  latest.current = { look, name };
  useEffect(() => {
    if (!place.current) return;
    const stop = new AbortController();
    const emulator = createEmulator(place.current, latest.current.look, words.screen(latest.current.name));
    emulator.terminal.options.disableStdin = true;
    let player: Player | undefined;
    setReading("reading");
    setHeld({ emulator, player });
    const parts: string[] = [];
    readAll(call, id, (text) => parts.push(text), stop.signal).then(
      () => {
        if (stop.signal.aborted) return;
        const recording = readRecording(parts.join(""));
        const last = recording.moments.slice(-LAST);
        emulator.terminal.resize(cols, rows);
        for (const { kind, data } of last) if (kind === "output") emulator.terminal.write(data);
        // Whatever mode its program left behind, nothing is typed here any more.
        emulator.terminal.write("\x1b[?25l");
        player = new Player(recording, screenOf(emulator), clock, setPlaying, PAUSE);
        player.standAtEnd();
        setPause(PAUSE);
        setHeld({ emulator, player });
        setReading("shown");
      },
      (thrown: unknown) => {
        if (!stop.signal.aborted) setReading(asFailure(thrown));
      },
    );
    return () => {
      stop.abort();
      player?.close();
      emulator.dispose();
      setHeld(undefined);
    };
  }, [call, id, cols, rows, place]);
  useEffect(() => held?.emulator.restyle(look), [held, look]);
  const onPause = (seconds: number | undefined) => {
    setPause(seconds);
    held?.player?.longestPause(seconds);
  };
  return { reading, playing, pause, emulator: held?.emulator, player: held?.player, onPause };
}

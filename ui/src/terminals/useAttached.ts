// An emulator in the page, attached to a terminal of the server.

import { type RefObject, useEffect, useRef, useState } from "react";
import type { CallFailure, Terminal, TerminalEnd } from "../client";
import { TerminalLine } from "../client/gateway";
import { isAnswer } from "./answers";
import { createEmulator, type Emulator } from "./emulator";
import { useGateway } from "./gateway-context";
import type { Look } from "./preferences";
import { words } from "./words";

export interface Attached {
  emulator: Emulator | undefined;
  line: TerminalLine | undefined;
  /** As the connection says it; newer than the list. */
  terminal: Terminal | undefined;
  controls: boolean;
  /** The connection is there. */
  attached: boolean;
  end: TerminalEnd | undefined;
  failure: CallFailure | undefined;
  /** Read aloud, and shown for a while. */
  notice: string | undefined;
  /** Attaches once more after a failure. */
  again: () => void;
}

const NOTHING: Attached = {
  emulator: undefined, line: undefined, terminal: undefined, controls: false, attached: false, end: undefined, failure: undefined, notice: undefined, again: () => undefined,
};

/** `change` turns what is typed into what is sent now. */
export function useAttached(id: string, name: string, place: RefObject<HTMLElement | null>, look: Look, change: (data: string) => string): Attached {
  const { gateway } = useGateway();
  const [held, setHeld] = useState<Attached>(NOTHING);
  const latest = useRef({ look, name, change });
  latest.current = { look, name, change };
  const fit = useRef<() => void>(undefined);
  useEffect(() => {
    if (!place.current) return;
    const emulator = createEmulator(place.current, latest.current.look, `${words.screen(latest.current.name)}. ${words.leaveHint}`);
    const { terminal } = emulator;
    let replaying = 0;
    let controls = false;
    let known: Terminal | undefined;
    const part = (next: Partial<Attached>) => setHeld((before) => ({ ...before, ...next }));
    const size = () => {
      if (!controls) {
        if (known) terminal.resize(known.cols, known.rows);
        return;
      }
      const fits = emulator.fits();
      if (!fits || !known || (fits.cols === known.cols && fits.rows === known.rows && fits.cols === terminal.cols && fits.rows === terminal.rows)) return;
      terminal.resize(fits.cols, fits.rows);
      line.resize(fits.cols, fits.rows);
    };
    fit.current = size;
    const line = new TerminalLine(gateway, id, {
      onOutput: (bytes, replay, done) => {
        if (replay) replaying += 1;
        terminal.write(bytes, () => {
          if (replay) replaying -= 1;
          done();
        });
      },
      onPicture: (bytes, done) => {
        replaying += 1;
        // After what still waits to be drawn, not before.
        terminal.write("", () => terminal.reset());
        terminal.write(bytes, () => {
          replaying -= 1;
          done();
        });
      },
      onTerminal: (next, now) => {
        const notice = known && now !== controls ? (now ? words.tookControl : words.lostControl(next.controller ?? "")) : undefined;
        known = next;
        controls = now;
        part({ terminal: next, controls: now, ...(notice === undefined ? {} : { notice }) });
        size();
      },
      onExit: (end) => part({ end, controls: false }),
      onAttached: (attached) => part(attached ? { attached, failure: undefined } : { attached }),
      onFailure: (failure) => part({ failure, attached: false }),
      onRefused: (notice) => part({ notice }),
    });
    const typed = terminal.onData((data) => {
      // Questions in what is shown again were answered when they were asked.
      if (replaying > 0 && isAnswer(data)) return;
      if (!controls) {
        if (!isAnswer(data)) part({ notice: words.watching });
        return;
      }
      const sent = latest.current.change(data);
      if (sent !== "" && !line.type(sent)) part({ notice: words.tooMuch });
    });
    const binary = terminal.onBinary((data) => {
      // Reports of a mouse in the old form are bytes, one for each character.
      if (controls) line.type(Uint8Array.from(data, (one) => one.charCodeAt(0)));
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const resized = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(size, 60);
    });
    resized.observe(place.current);
    const again = () => {
      part({ failure: undefined });
      line.again();
    };
    setHeld({ ...NOTHING, emulator, line, again });
    return () => {
      clearTimeout(timer);
      resized.disconnect();
      typed.dispose();
      binary.dispose();
      line.close();
      emulator.dispose();
      setHeld(NOTHING);
    };
  }, [gateway, id, place]);
  useEffect(() => {
    if (!held.emulator) return;
    held.emulator.restyle(look);
    // Larger letters leave room for fewer of them, which is known once one was drawn.
    const frame = requestAnimationFrame(() => fit.current?.());
    return () => cancelAnimationFrame(frame);
  }, [held.emulator, look]);
  return held;
}

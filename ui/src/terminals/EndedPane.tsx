// A terminal that has ended: what it showed last, and its recording, which is played here or taken along.

import { useRef, useState } from "react";
import { useAction, useClient } from "../app";
import { Button, EmptyState, FailureDialog, IconButton, Skeleton } from "../components";
import type { Terminal } from "../client";
import { FindBar } from "./FindBar";
import { howEnded } from "./how-ended";
import type { Look } from "./preferences";
import { ReplayBar } from "./replay/ReplayBar";
import { useReplay } from "./replay/useReplay";
import { saveRecording } from "./save-recording";
import { words } from "./words";

export function EndedPane({ terminal, look, onClose }: { terminal: Terminal; look: Look; /** Missing where this device may not. */ onClose: (() => void) | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  const call = useClient();
  const action = useAction();
  const [finding, setFinding] = useState(false);
  const { id, name } = terminal;
  const { reading, playing, pause, emulator, player, onPause } = useReplay(terminal, place, look);
  const missing = typeof reading === "object";
  const atEnd = !playing.plays && playing.at >= playing.length;
  return (
    <section className="tm__pane" aria-label={name}>
      <header className="bar bar--tight">
        <span className="medium trunc">{name}</span>
        <span className="t1 c3 trunc">{terminal.end ? words.ended(howEnded(terminal.end)) : words.recording}</span>
        <span className="push h">
          <IconButton label={words.find} icon="search" disabled={reading !== "shown"} onClick={() => setFinding(true)} />
          <Button small disabled={missing} busy={action.busy} onClick={() => void action.run(() => saveRecording(call, id, name))}>
            {words.download}
          </Button>
          {onClose ? (
            <Button small onClick={onClose}>
              {terminal.end ? words.remove : words.close}
            </Button>
          ) : null}
        </span>
      </header>
      {finding && emulator ? <FindBar search={emulator.search} onClose={() => setFinding(false)} /> : null}
      {missing ? null : <p className="t1 c3 tm__past">{atEnd ? words.recordedTitle : words.replaying}</p>}
      {reading === "reading" ? <Skeleton rows={6} /> : null}
      {missing ? <EmptyState icon="terminal" title={reading.code === "not_found" ? words.notRecorded : reading.message} /> : null}
      <div className={`tm__screen${reading === "shown" ? "" : " tm__screen--gone"}`} data-keys="own">
        <div className="tm__fit" ref={place} />
      </div>
      {player && playing.length > 0 ? (
        <ReplayBar
          playing={playing}
          pause={pause}
          onPlay={(plays) => (plays ? player.play() : player.pause())}
          onSeek={(at) => player.seek(at)}
          onSpeed={(times) => player.speed(times)}
          onPause={onPause}
        />
      ) : null}
      <FailureDialog failure={action.failure} title={words.download} onClear={action.clear} />
    </section>
  );
}

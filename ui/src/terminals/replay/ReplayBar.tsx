// What moves a recording: play and pause, its place, how fast, and how long its pauses last.

import { Button, IconButton, Menu } from "../../components";
import { words } from "../words";
import type { Playing } from "./player";
import { clockOf } from "./timeline";

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;
/** Seconds; nothing is as long as they were. */
export const PAUSES = [1, 2, 5, undefined] as const;
/** Seconds that an arrow key moves it. */
const STEP = 5;

export function ReplayBar({
  playing: { at, length, plays, speed },
  pause,
  onPlay,
  onSeek,
  onSpeed,
  onPause,
}: {
  playing: Playing;
  /** Longest pause. */
  pause: number | undefined;
  onPlay: (plays: boolean) => void;
  onSeek: (at: number) => void;
  onSpeed: (times: number) => void;
  onPause: (seconds: number | undefined) => void;
}) {
  const keys: Record<string, () => void> = {
    " ": () => onPlay(!plays),
    ArrowRight: () => onSeek(at + STEP),
    ArrowUp: () => onSeek(at + STEP),
    ArrowLeft: () => onSeek(at - STEP),
    ArrowDown: () => onSeek(at - STEP),
    Home: () => onSeek(0),
    End: () => onSeek(length),
  };
  return (
    <div role="group" aria-label={words.replay} className="bar bar--tight tm__replay">
      <IconButton label={plays ? words.replayPause : words.replayPlay} icon={plays ? "pause" : "play"} onClick={() => onPlay(!plays)} />
      <input
        type="range"
        className="tm__place grow"
        aria-label={words.replayPlace}
        aria-valuetext={words.replayAt(clockOf(at), clockOf(length))}
        min={0}
        max={Math.max(0.001, length)}
        step="any"
        value={at}
        onChange={(event) => onSeek(Number(event.target.value))}
        onKeyDown={(event) => {
          const own = keys[event.key];
          if (!own) return;
          event.preventDefault();
          own();
        }}
      />
      <span className="mono t1 c2 tm__clock" data-testid="replay-clock">
        {clockOf(at)} / {clockOf(length)}
      </span>
      <Menu
        trigger={<Button small aria-label={words.replaySpeed(speed)}>{`${speed}×`}</Button>}
        items={SPEEDS.map((times) => ({ label: `${times}×`, chosen: times === speed, onSelect: () => onSpeed(times) }))}
      />
      <Menu
        trigger={<Button small>{words.replayPauses(pause)}</Button>}
        items={[{ heading: words.replayPausesHead }, ...PAUSES.map((one) => ({ label: words.replayPauses(one), chosen: one === pause, onSelect: () => onPause(one) }))]}
      />
    </div>
  );
}

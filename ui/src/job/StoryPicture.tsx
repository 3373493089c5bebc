// The lanes of a job's story, drawn.

import { useRef } from "react";
import { durationText } from "../components";
import { useLiveNow } from "../review/useLiveNow";
import { useWidth } from "../review/useWidth";
import { drawStory, type LaneMark } from "./picture";
import type { Story, StoryKind } from "./story";
import { words } from "./words";

const LANE: Record<StoryKind, string> = {
  step: words.laneStep,
  model: words.laneModel,
  command: words.laneCommand,
  file: words.laneFile,
  asked: words.laneAsked,
  gate: words.laneGate,
  state: "",
};

export function StoryPicture({ id, story, from, until, chosen, onChoose }: { id: string; story: Story; from: number; until: number | null; chosen: string | undefined; onChoose: (key: string) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const now = useLiveNow();
  const picture = width > 0 ? drawStory(story.rows, story.attempts, from, until, now, width) : undefined;
  const bottom = (picture?.height ?? 0) - 24;
  return (
    <div ref={box} className="jpic" style={{ minHeight: picture?.height ?? 172 }}>
      {picture && picture.lanes.length > 0 ? (
        <svg className="fig" width={picture.width} height={picture.height} role="img" aria-label={words.pictureLabel(id, durationText((until ?? now) - from))}>
          {picture.attempts.map((attempt) => (
            <g key={attempt.number}>
              {attempt.number % 2 === 1 ? <rect x={attempt.x} y="20" width={attempt.width} height={bottom - 20} className="f-sunk" /> : null}
              {picture.attempts.length > 1 && attempt.width > 10 ? (
                <text x={attempt.x + 4} y="14" className="b">
                  {attempt.width > 72 ? words.attempt(attempt.number) : attempt.number}
                </text>
              ) : null}
            </g>
          ))}
          {picture.ticks.map((tick, index) => (
            <g key={tick.ms}>
              <path d={`M${tick.x} 20V${bottom}`} className="k-line" />
              <text x={tick.x} y={bottom + 16} textAnchor={index === 0 ? "start" : tick.x > picture.width - 24 ? "end" : "middle"} className="dim">
                {clockOf(tick.ms)}
              </text>
            </g>
          ))}
          {picture.lanes.map((lane) => (
            <g key={lane.kind}>
              <text x="0" y={lane.y + 10}>
                {LANE[lane.kind]}
              </text>
              <path d={`M${picture.left} ${lane.y + 18}H${picture.width}`} className="k-line" />
              {lane.marks.map((mark) => (
                <Mark key={mark.key} mark={mark} y={lane.y} kind={lane.kind} chosen={mark.key === chosen} onChoose={onChoose} />
              ))}
            </g>
          ))}
          {picture.nowX !== null ? (
            <>
              <path d={`M${picture.nowX} 20V${bottom}`} className="k-fgfull" />
              <text x={Math.min(picture.nowX + 4, picture.width - 24)} y="14" className="b">
                {words.now}
              </text>
            </>
          ) : null}
        </svg>
      ) : null}
    </div>
  );
}

function Mark({ mark, y, kind, chosen, onChoose }: { mark: LaneMark; y: number; kind: StoryKind; chosen: boolean; onChoose: (key: string) => void }) {
  const tone = kind === "model" ? "waiting" : kind === "file" ? "accent" : mark.tone;
  return (
    // The same rows can be reached by key in the list below the picture.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <g onClick={() => onChoose(mark.key)}>
      {mark.point ? (
        <rect x={mark.x} y={y + 1} width={mark.width} height="10" rx="1" className={`f-${tone === "plain" ? "accent" : tone}`} />
      ) : mark.tone === "needs" ? (
        <rect x={mark.x} y={y} width={mark.width} height="12" rx="2" className="f-needsbg k-needs" />
      ) : (
        <rect x={mark.x} y={y} width={mark.width} height="12" rx="2" className={`f-${tone}`} />
      )}
      {chosen ? <rect x={mark.x - 2} y={y - 3} width={mark.width + 4} height="18" rx="3" fill="none" className="k-accent" strokeWidth="1.5" /> : null}
      <title>{mark.title}</title>
    </g>
  );
}

function clockOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = String(seconds % 60).padStart(2, "0");
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}

// Everything that happened, as rows; choosing one moves the log there.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { Choice, durationText, Icon, type IconName, InlineText, StateIcon } from "../components";
import { useLiveNow } from "../review/useLiveNow";
import { useMedia } from "../review/useMedia";
import type { StoryKind, StoryRow, StoryTone } from "./story";
import { words } from "./words";

type Kinds = "all" | "command" | "file" | "asked";

const PASSES: Record<Kinds, (kind: StoryKind) => boolean> = {
  all: () => true,
  command: (kind) => kind === "command" || kind === "gate",
  file: (kind) => kind === "file",
  asked: (kind) => kind === "asked",
};

const ICON: Record<StoryKind, IconName> = { command: "terminal", step: "check", model: "wave", file: "diff", asked: "needs", gate: "shield", state: "clock" };

const KIND: Record<StoryKind, string> = { command: words.laneCommand, step: words.laneStep, model: words.laneModel, file: words.laneFile, asked: words.laneAsked, gate: words.laneGate, state: words.about };
const TONE: Record<Exclude<StoryTone, "plain">, string> = { running: words.legendRuns, passed: words.legendPassed, failed: words.legendFailed, needs: words.asked, waiting: words.queued };

export function StoryList({ rows, none, from, chosen, onChoose }: { rows: readonly StoryRow[]; none: string; from: number; chosen: string | undefined; onChoose: (row: StoryRow) => void }) {
  const [kinds, setKinds] = useState<Kinds>("all");
  const phone = useMedia("(max-width: 600px)");
  const height = phone ? 44 : 32;
  const shown = rows.filter((row) => PASSES[kinds](row.kind));
  const box = useRef<HTMLDivElement>(null);
  const now = useLiveNow();
  // oxlint-disable-next-line react/incompatible-library -- nothing of it is memoised
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => box.current, estimateSize: () => height, overscan: 16 });
  const at = shown.findIndex((row) => row.key === chosen);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  return (
    <section className="jlist" aria-label={words.events}>
      <div className="section__head">
        <h2 className="medium jb__title">{words.events}</h2>
        <span className="count">{shown.length}</span>
        <span className="push hide-phone">
          <Choice
            label={words.eventsFilter}
            value={kinds}
            onChange={setKinds}
            options={[
              { value: "all", label: words.all },
              { value: "command", label: words.commands },
              { value: "file", label: words.files },
              { value: "asked", label: words.asked },
            ]}
          />
        </span>
      </div>
      {shown.length === 0 ? <p className="t2 c3 jlist__none">{kinds === "all" ? none : words.noneOfKind}</p> : null}
      <div ref={box} className="scroll jlist__box">
        <ul style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const row = shown[item.index];
            if (!row) return null;
            return (
              <li key={row.key} className="virtual__row" style={{ height, transform: `translateY(${item.start}px)` }}>
                <button type="button" className={`jrow${row.key === chosen ? " on" : ""}`} aria-pressed={row.key === chosen} onClick={() => onChoose(row)}>
                  <span className="num c3 jrow__at">{minutes(row.at - from)}</span>
                  <span className={`st s-${row.tone === "plain" ? "waiting" : row.tone}`}>
                    {row.tone === "running" || row.tone === "failed" || row.tone === "needs" ? (
                      <StateIcon kind={row.tone} size="s" />
                    ) : (
                      <Icon name={row.tone === "passed" ? "check" : ICON[row.kind]} size="s" />
                    )}
                    <span className="unseen">{row.tone === "plain" ? KIND[row.kind] : TONE[row.tone]}</span>
                  </span>
                  <span className="grow trunc" title={row.detail ? `${row.text}, ${row.detail}` : row.text}>
                    <span className={row.mono ? "mono" : ""}>{row.text}</span> <span className="c3"><InlineText text={row.detail} /></span>
                  </span>
                  <span className="c3 num jrow__took">{row.until === undefined ? "" : durationText(Math.max(0, (row.until ?? now) - row.at))}</span>
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

function minutes(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(seconds / 3600);
  const rest = `${Math.floor((seconds % 3600) / 60)}`;
  return h > 0 ? `${h}:${rest.padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}` : `${rest}:${String(seconds % 60).padStart(2, "0")}`;
}

// The conversation as a list that draws only what can be seen. It holds on to its end: as long as the end is in
// view it stays there while rows are added and grow; otherwise what is being read does not move.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type Ref, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { useShortcut } from "../app";
import { Button, plainLine, State } from "../components";
import type { Item } from "../model";
import { guessHeight, Row } from "./Row";
import { words } from "./words";

/** Closer than this to the end counts as being there. */
const NEAR_END = 64;
/** Older rows are fetched when this little is left above. */
const NEAR_START = 600;

export interface TimelineHandle {
  toEnd: () => void;
  toItem: (key: string) => void;
}

export function Timeline({
  items,
  older,
  loadingOlder,
  onOlder,
  found,
  empty,
  ref,
}: {
  items: readonly Item[];
  older: boolean;
  loadingOlder: boolean;
  onOlder: () => void;
  /** Key of the row a search stands on. */
  found: string | undefined;
  empty: ReactNode;
  ref?: Ref<TimelineHandle>;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const [seen, setSeen] = useState(items.length);
  // Holding on to the end costs a walk over all rows for each one measured, so it is asked for only where it can
  // matter: at the end, and when rows are added or taken.
  const edges = `${items.length} ${items[0]?.key ?? ""} ${items.at(-1)?.key ?? ""}`;
  const drawn = useRef(edges);
  const moored = !away || edges !== drawn.current;
  useLayoutEffect(() => {
    drawn.current = edges;
  }, [edges]);
  // The same function while the rows are the same: with another one the list measures itself from its beginning.
  const keyAt = useCallback((index: number) => items[index]?.key ?? index, [items]);
  const list = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => guessHeight(items[index]),
    getItemKey: keyAt,
    gap: 12,
    paddingStart: 20,
    paddingEnd: 16,
    overscan: 6,
    anchorTo: moored ? "end" : "start",
    followOnAppend: true,
    scrollEndThreshold: NEAR_END,
    initialRect: { width: 680, height: 800 },
  });

  const started = useRef(false);
  useLayoutEffect(() => {
    if (started.current || items.length === 0) return;
    started.current = true;
    list.scrollToEnd();
  }, [items.length, list]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // From the list's own figures: asking the element would lay the page out in the middle of a frame.
    const look = () => {
      const top = list.scrollOffset ?? 0;
      const left = list.getTotalSize() - top - (list.scrollRect?.height ?? 0);
      setAway(left > NEAR_END * 2);
      if (top < NEAR_START && older && !loadingOlder) onOlder();
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [older, loadingOlder, onOlder, items.length, list]);

  // The window, a banner or the composer takes room: whoever was at the end stays there.
  const held = useRef(true);
  held.current = !away;
  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      const changed = element.clientHeight - height;
      height = element.clientHeight;
      if (changed !== 0 && held.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (!away) setSeen(items.length);
  }, [away, items.length]);

  const toEnd = () => list.scrollToEnd();
  useImperativeHandle(ref, () => ({
    toEnd,
    toItem: (key) => {
      const index = items.findIndex((item) => item.key === key);
      if (index >= 0) list.scrollToIndex(index, { align: "center" });
    },
  }));
  useShortcut("latest", toEnd);

  const fresh = Math.max(0, items.length - seen);
  return (
    <div className="talk">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
      <div ref={box} className="talk__scroll scroll" tabIndex={0} role="region" aria-label={words.conversation}>
        {items.length === 0 ? (
          empty
        ) : (
          <div className="talk__column">
            <div className="talk__start t1 c3">
              {loadingOlder ? <State kind="running" plain>{words.older}</State> : older ? null : words.beginning}
            </div>
            <div role="log" aria-live="off" aria-label={words.conversation} className="talk__rows" style={{ height: list.getTotalSize() }}>
              {list.getVirtualItems().map((place) => {
                const item = items[place.index];
                if (!item) return null;
                return (
                  <div
                    key={place.key}
                    data-index={place.index}
                    data-kind={item.kind}
                    ref={list.measureElement}
                    className={`talk__row${item.key === found ? " is-found" : ""}`}
                    style={{ transform: `translateY(${place.start}px)` }}
                  >
                    <Row item={item} />
                  </div>
                );
              })}
            </div>
          </div>
        )}
      </div>
      <Announcer items={items} />
      {away ? (
        <div className="talk__latest">
          <Button small icon="down" onClick={toEnd} data-testid="jump-latest">
            {fresh > 0 ? `${words.latest}, ${words.newBelow(fresh)}` : words.latest}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** Says finished answers and questions aloud, not every piece of them. */
function Announcer({ items }: { items: readonly Item[] }) {
  const last = items.findLast((item) => (item.kind === "reply" && !item.streaming) || item.kind === "approval" || item.kind === "landed");
  const first = useRef(last?.key);
  const text =
    !last || last.key === first.current
      ? ""
      : last.kind === "reply"
        ? `${last.who}: ${last.text.slice(0, 400)}`
        : last.kind === "approval"
          ? words.asks(plainLine(last.summary))
          : last.kind === "landed"
            ? words.landedAloud(plainLine(last.entry.title))
            : "";
  return (
    <div className="unseen" role="status" aria-live="polite">
      {text}
    </div>
  );
}

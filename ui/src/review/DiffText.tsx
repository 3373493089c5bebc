// The diff itself: only the rows in sight are in the page. Numbers and marks stay while long lines move sideways
// under them; with wrapping on, rows are measured instead.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Colours, coloursOf } from "./colour";
import { FileHead, noteText } from "./FileHead";
import type { Review } from "./files";
import { SplitLine, UnifiedLine } from "./Line";
import { isPlace, type Place } from "./place";
import { lastAtOrBefore, type Layout, type Row, rowHeight, type RowList } from "./rows";
import { words } from "./words";

export interface DiffHandle {
  /** One file or hunk on or back from where the reader is; returns the file it ends in. */
  step: (what: "file" | "hunk", by: 1 | -1) => void;
  showFile: (index: number) => void;
  showRow: (row: number) => void;
  focus: () => void;
}

export function DiffText({
  review,
  list,
  layout,
  wrap,
  closed,
  viewed,
  place,
  level,
  onClose,
  onViewed,
  onFile,
  ref,
}: {
  review: Review;
  list: RowList;
  layout: Layout;
  wrap: boolean;
  closed: ReadonlySet<number>;
  viewed: ReadonlySet<string>;
  /** What was pointed at; it stands out. */
  place: Place | undefined;
  level: 2 | 3;
  onClose: (index: number) => void;
  onViewed: (path: string) => void;
  /** The file at the top of the view changed. */
  onFile: (index: number) => void;
  ref?: Ref<DiffHandle>;
}) {
  const box = useRef<HTMLDivElement>(null);
  const colours = useMemo(() => coloursOf(review), [review]);
  const { rows } = list;
  const [top, setTop] = useState(0);
  const target = useRef<number | undefined>(undefined);

  // oxlint-disable-next-line react/incompatible-library -- nothing of it is memoised
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => {
      const row = rows[index];
      return row ? rowHeight(row) : 20;
    },
    overscan: 14,
    onChange: (instance) => {
      const offset = instance.scrollOffset ?? 0;
      const first = instance.getVirtualItemForOffset(offset)?.index ?? 0;
      const file = Math.max(0, lastAtOrBefore(list.fileRows, first));
      setTop((before) => (before === file ? before : file));
    },
  });
  // Heights follow the layout: what was measured for the other one is worth nothing.
  useLayoutEffect(() => virtual.measure(), [virtual, list, wrap]);
  useEffect(() => onFile(top), [top, onFile]);

  const rowAtTop = () => virtual.getVirtualItemForOffset((virtual.scrollOffset ?? 0) + 1)?.index ?? 0;
  const go = (row: number, above = 0) => {
    target.current = row;
    const kind = rows[row]?.kind;
    // A hunk stays clear of the file head that sticks above it.
    const offset = virtual.getOffsetForIndex(row, "start")?.[0] ?? 0;
    virtual.scrollToOffset(Math.max(0, offset - (kind === "file" ? 0 : 32 + above)));
  };
  useImperativeHandle(ref, () => ({
    showFile: (index) => {
      const row = list.fileRows[index];
      if (row !== undefined) go(row);
    },
    // With some of what stands before it.
    showRow: (row) => go(row, (box.current?.clientHeight ?? 0) / 4),
    step: (what, by) => {
      const starts = what === "file" ? list.fileRows : list.hunkRows;
      const last = target.current;
      const here = rowAtTop();
      // Near the end the view cannot move any further: then the last target counts, not what stands at the top.
      const near = last !== undefined && Math.abs((virtual.getOffsetForIndex(last, "start")?.[0] ?? 0) - (virtual.scrollOffset ?? 0)) < (box.current?.clientHeight ?? 0);
      const from = near && last !== undefined ? last : what === "hunk" ? here + 1 : here;
      const at = lastAtOrBefore(starts, from);
      const exact = starts[at] === from;
      const next = by > 0 ? at + 1 : exact || at < 0 ? at - 1 : at;
      const row = starts[Math.min(Math.max(next, 0), starts.length - 1)];
      if (row !== undefined) go(row);
    },
    focus: () => box.current?.focus(),
  }));
  const forgetTarget = () => {
    target.current = undefined;
  };

  const sideways = useSideways(box, list.widest, layout, wrap);
  const head = review.files[top];
  const items = virtual.getVirtualItems();
  const stuck = items.length > 0 && (virtual.scrollOffset ?? 0) > 0 && head;
  return (
    <div className={`dwrap dwrap--${layout}${wrap ? " dwrap--wrap" : ""}${sideways.bar ? " dwrap--side" : ""}`} ref={sideways.frame}>
      {stuck ? (
        <div className="dstick">
          <FileHead file={head} review={review} closed={closed.has(head.index)} viewed={viewed.has(head.path)} level={level} onClose={onClose} onViewed={onViewed} />
        </div>
      ) : null}
      <div
        ref={box}
        className="scroll diff dscroll"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key
        tabIndex={0}
        role="region"
        aria-label={words.diffText}
        onWheel={forgetTarget}
        onPointerDown={forgetTarget}
      >
        <div className="dcanvas" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={item.key}
                data-index={item.index}
                ref={wrap ? virtual.measureElement : undefined}
                className={`virtual__row${isPlace(row, place) ? " drow--here" : ""}`}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {drawRow(row, { review, colours, closed, viewed, level, onClose, onViewed })}
              </div>
            );
          })}
        </div>
      </div>
      {sideways.bar}
    </div>
  );
}

interface Drawing {
  review: Review;
  colours: Colours;
  closed: ReadonlySet<number>;
  viewed: ReadonlySet<string>;
  level: 2 | 3;
  onClose: (index: number) => void;
  onViewed: (path: string) => void;
}

function drawRow(row: Row, { review, colours, closed, viewed, level, onClose, onViewed }: Drawing): ReactNode {
  switch (row.kind) {
    case "file":
      return (
        <FileHead file={row.file} review={review} closed={closed.has(row.file.index)} viewed={viewed.has(row.file.path)} level={level} onClose={onClose} onViewed={onViewed} />
      );
    case "note":
      return <div className="dfact t2 c2">{noteText(row.file, row.note)}</div>;
    case "hunk":
      return (
        <div className={`dhunk${row.hunk === row.file.patch?.hunks[0] ? " dhunk--first" : ""}`}>
          <span className="mono trunc">
            @@ {row.hunk.oldStart},{row.hunk.oldCount} → {row.hunk.newStart},{row.hunk.newCount} @@ {row.hunk.section}
          </span>
        </div>
      );
    case "line":
      return <UnifiedLine path={row.file.path} hunk={row.hunk} line={row.line} mate={row.mate} colours={colours} />;
    case "pair":
      return <SplitLine path={row.file.path} hunk={row.hunk} old={row.old} fresh={row.new} alike={row.alike} colours={colours} />;
  }
}

/** One bar that moves the code of every row sideways by a style property: no row draws again for it. */
function useSideways(box: React.RefObject<HTMLDivElement | null>, widest: number, layout: Layout, wrap: boolean) {
  const frame = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ seen: 0, char: 7.2 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const probe = document.createElement("span");
      probe.className = "diff dprobe";
      probe.textContent = "0".repeat(100);
      element.append(probe);
      const char = probe.getBoundingClientRect().width / 100 || 7.2;
      probe.remove();
      setSize({ seen: element.clientWidth, char });
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const gutter = layout === "split" ? 54 : 92;
  const seen = (layout === "split" ? size.seen / 2 : size.seen) - gutter;
  const wanted = (Math.min(widest, 4_060) + 2) * size.char;
  const needed = !wrap && wanted > seen && seen > 0;
  useLayoutEffect(() => {
    if (!needed) frame.current?.style.setProperty("--dx", "0px");
    else if (bar.current) frame.current?.style.setProperty("--dx", `${-bar.current.scrollLeft}px`);
  }, [needed]);
  useEffect(() => {
    const element = box.current;
    if (!element || !needed) return;
    const move = (by: number) => {
      if (bar.current) bar.current.scrollLeft += by;
    };
    const wheel = (event: WheelEvent) => {
      const by = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (by === 0 || (!event.shiftKey && Math.abs(event.deltaX) < Math.abs(event.deltaY))) return;
      event.preventDefault();
      move(by);
    };
    const key = (event: KeyboardEvent) => {
      if (event.target !== element || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        event.preventDefault();
        move(event.key === "ArrowRight" ? 48 : -48);
      }
    };
    let touch: { x: number; y: number } | undefined;
    const start = (event: TouchEvent) => {
      const first = event.touches[0];
      touch = first && event.touches.length === 1 ? { x: first.clientX, y: first.clientY } : undefined;
    };
    const drag = (event: TouchEvent) => {
      const first = event.touches[0];
      if (!touch || !first) return;
      const [dx, dy] = [touch.x - first.clientX, touch.y - first.clientY];
      if (Math.abs(dx) > Math.abs(dy)) {
        event.preventDefault();
        move(dx);
      }
      touch = { x: first.clientX, y: first.clientY };
    };
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("keydown", key);
    element.addEventListener("touchstart", start, { passive: true });
    element.addEventListener("touchmove", drag, { passive: false });
    return () => {
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("keydown", key);
      element.removeEventListener("touchstart", start);
      element.removeEventListener("touchmove", drag);
    };
  }, [box, needed]);
  return {
    frame,
    bar: needed ? (
      <div
        ref={bar}
        className="dside"
        aria-hidden="true"
        onScroll={(event) => frame.current?.style.setProperty("--dx", `${-event.currentTarget.scrollLeft}px`)}
      >
        <div style={{ width: layout === "split" ? size.seen + (wanted - seen) : gutter + wanted, height: 1 }} />
      </div>
    ) : null,
  };
}

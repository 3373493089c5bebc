// The tree of changed files, with a filter and how far the reader got.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useEffect, useMemo, useRef, useState } from "react";
import { Icon, Meter } from "../components";
import { Delta } from "./Delta";
import type { Review, ReviewFile } from "./files";
import { treeRows } from "./tree";
import { useMedia } from "./useMedia";
import { words } from "./words";

export function FileTree({
  review,
  current,
  viewed,
  onOpen,
  filterRef,
}: {
  review: Review;
  current: number;
  viewed: ReadonlySet<string>;
  onOpen: (file: ReviewFile) => void;
  filterRef?: Ref<HTMLInputElement>;
}) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState("");
  const rows = useMemo(() => treeRows(review.files, closed, filter), [review, closed, filter]);
  const box = useRef<HTMLDivElement>(null);
  const height = useMedia("(max-width: 600px)") ? 44 : 24;
  // oxlint-disable-next-line react/incompatible-library -- nothing of it is memoised
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => height, overscan: 20 });
  const at = rows.findIndex((row) => row.kind === "file" && row.file.index === current);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  const seen = review.files.filter((file) => viewed.has(file.path)).length;
  const toggle = (path: string) =>
    setClosed((before) => {
      const next = new Set(before);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  return (
    <div className="tree rtree">
      <label className="input rtree__filter">
        <Icon name="search" size="s" />
        <span className="unseen">{words.filterFiles}</span>
        <input
          ref={filterRef}
          type="search"
          placeholder={words.filterFiles}
          value={filter}
          spellCheck={false}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              if (filter !== "") setFilter("");
              else event.currentTarget.blur();
              event.stopPropagation();
            } else if (event.key === "Enter") {
              const first = rows.find((row) => row.kind === "file");
              if (first?.kind === "file") onOpen(first.file);
            }
          }}
        />
        <kbd className="k">/</kbd>
      </label>
      <div ref={box} className="scroll rtree__list">
        {rows.length === 0 ? <p className="t2 c3 rtree__none">{words.noFileMatches}</p> : null}
        <ul style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const pad = { paddingLeft: 8 + row.depth * 14 };
            return (
              <li key={item.key} className="virtual__row" style={{ transform: `translateY(${item.start}px)` }}>
                {row.kind === "folder" ? (
                  <button type="button" className="nav" style={pad} aria-expanded={row.open} onClick={() => toggle(row.path)}>
                    <Icon name={row.open ? "folder" : "right"} />
                    <span className="grow trunc c2">{row.label}</span>
                  </button>
                ) : (
                  <button
                    type="button"
                    className={`nav${row.file.index === current ? " on" : ""}`}
                    style={pad}
                    title={row.file.path}
                    aria-current={row.file.index === current ? "location" : undefined}
                    onClick={() => onOpen(row.file)}
                  >
                    <Icon name="file" />
                    <span className={`grow trunc${row.file.status === "deleted" ? " rtree__gone" : ""}`}>{row.label}</span>
                    {row.file.risky ? (
                      <span className="st s-needs" title={words.riskyFile(row.file.risky)}>
                        <Icon name="alert" size="s" />
                        <span className="unseen">{words.riskyFile(row.file.risky)}</span>
                      </span>
                    ) : null}
                    <Delta additions={row.file.additions} deletions={row.file.deletions} />
                    {viewed.has(row.file.path) ? (
                      <span className="st s-passed rtree__seen">
                        <Icon name="check" size="s" />
                        <span className="unseen">{words.viewed}</span>
                      </span>
                    ) : null}
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      </div>
      <div className="rtree__foot">
        <div className="h t2">
          <span>{words.viewedOf(seen, review.files.length)}</span>
          <span className="push c3 num">{review.files.length > 0 ? Math.round((seen / review.files.length) * 100) : 0} %</span>
        </div>
        <Meter part={review.files.length > 0 ? seen / review.files.length : 0} label={words.viewedOf(seen, review.files.length)} />
      </div>
    </div>
  );
}

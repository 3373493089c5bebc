// A list that draws only what can be seen. For rows of one known height, or of heights that are measured.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useRef } from "react";

export function VirtualList<T>({
  items,
  itemKey,
  row,
  children,
  label,
  measured,
  className,
  overscan = 12,
}: {
  items: readonly T[];
  itemKey: (item: T, index: number) => string;
  /** Height of a row, or a good guess when `measured`. */
  row: number;
  children: (item: T, index: number) => ReactNode;
  label: string;
  measured?: boolean;
  className?: string;
  overscan?: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  // The same function while the rows are the same: with another one the list measures itself from its beginning.
  const keyOf = useRef(itemKey);
  keyOf.current = itemKey;
  const keyAt = useCallback(
    (index: number) => {
      const item = items[index];
      return item === undefined ? index : keyOf.current(item, index);
    },
    [items],
  );
  const list = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => row,
    overscan,
    getItemKey: keyAt,
  });
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key
    <div ref={box} className={`scroll ${className ?? ""}`} tabIndex={0} role="region" aria-label={label}>
      <div role="list" style={{ height: list.getTotalSize(), position: "relative" }}>
        {list.getVirtualItems().map((place) => {
          const item = items[place.index];
          if (item === undefined) return null;
          return (
            <div
              key={place.key}
              role="listitem"
              data-index={place.index}
              aria-setsize={items.length}
              aria-posinset={place.index + 1}
              ref={measured ? list.measureElement : undefined}
              className="virtual__row"
              style={{ transform: `translateY(${place.start}px)`, ...(measured ? {} : { height: row }) }}
            >
              {children(item, place.index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

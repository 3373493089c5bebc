// Search in what is loaded of the conversation, and in more of it on request.

import { useEffect, useMemo, useRef } from "react";
import { Button, Icon, IconButton } from "../components";
import { type Item, itemText } from "../model";
import { words } from "./words";

export function matches(items: readonly Item[], query: string): string[] {
  const needle = query.trim().toLowerCase();
  if (needle === "") return [];
  return items.filter((item) => itemText(item).toLowerCase().includes(needle)).map((item) => item.key);
}

export function SearchStrip({
  items,
  query,
  onQuery,
  at,
  onAt,
  older,
  onOlder,
  onClose,
}: {
  items: readonly Item[];
  query: string;
  onQuery: (query: string) => void;
  /** Key of the row it stands on. */
  at: string | undefined;
  onAt: (key: string) => void;
  older: boolean;
  onOlder: () => void;
  onClose: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  const keys = useMemo(() => matches(items, query), [items, query]);
  const place = at ? keys.indexOf(at) : -1;
  useEffect(() => field.current?.focus(), []);
  const go = (step: number) => {
    if (keys.length === 0) return;
    const from = place < 0 ? (step > 0 ? -1 : 0) : place;
    const next = keys[(from + step + keys.length) % keys.length];
    if (next) onAt(next);
  };
  return (
    <search className="find">
      <Icon name="search" />
      <input
        ref={field}
        className="find__field"
        aria-label={words.search}
        placeholder={words.search}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            // The newest first, as one reads upwards.
            go(event.shiftKey ? 1 : -1);
          } else if (event.key === "Escape") {
            onClose();
          }
        }}
      />
      <span className="t2 c3 num" role="status">
        {query.trim() === "" ? "" : keys.length === 0 ? words.notFound : words.matchOf(place < 0 ? "–" : String(place + 1), keys.length)}
      </span>
      {older && query.trim() !== "" ? (
        <Button small look="ghost" onClick={onOlder}>
          {words.furtherBack}
        </Button>
      ) : null}
      <IconButton small icon="up" label={words.earlierMatch} onClick={() => go(-1)} />
      <IconButton small icon="down" label={words.laterMatch} onClick={() => go(1)} />
      <IconButton small icon="x" label={words.closeSearch} onClick={onClose} />
    </search>
  );
}

// Finding text in what a terminal has shown.

import type { SearchAddon } from "@xterm/addon-search";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../components";
import { words } from "./words";

export function FindBar({ search, onClose }: { search: SearchAddon; onClose: () => void }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    return () => search.clearDecorations();
  }, [search]);
  const look = (back: boolean, what = text, incremental = false) => {
    if (what === "") return setFound(true);
    setFound(back ? search.findPrevious(what) : search.findNext(what, { incremental }));
  };
  return (
    <div className="tm__find" role="search">
      <input
        ref={field}
        className="input"
        aria-label={words.findPlaceholder}
        placeholder={words.findPlaceholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          look(false, event.target.value, true);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") look(event.shiftKey);
          else if (event.key === "Escape") onClose();
          else return;
          event.preventDefault();
        }}
      />
      <span className="t2 c3" role="status">
        {found ? "" : words.findNone}
      </span>
      <IconButton label={words.findPrevious} icon="up" onClick={() => look(true)} />
      <IconButton label={words.findNext} icon="down" onClick={() => look(false)} />
      <IconButton label={words.findClose} icon="x" onClick={onClose} />
    </div>
  );
}

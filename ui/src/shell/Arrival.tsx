// Coming to another page: the focus goes with it, and its name is said aloud to those who do not see it change.

import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { restOnPage } from "./page-focus";

export function Arrival() {
  // Where the page is drawn, not where it is being loaded.
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const last = useRef<string>(undefined);
  const [title, setTitle] = useState("");
  useEffect(() => {
    const before = last.current;
    last.current = path;
    // A page that was opened anew is announced by the browser.
    if (before === undefined || before === path) return;
    restOnPage();
    setTitle(document.querySelector("#page h1")?.textContent ?? "");
  }, [path]);
  return (
    <div className="unseen" aria-live="polite">
      {title}
    </div>
  );
}

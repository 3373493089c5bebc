// A word in the status bar once a newer version is there; the rest is in the settings. Nothing in a browser.

import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Icon } from "../components";
import { platform } from "../platform";
import { offerOf, type Updates } from "./seen";
import { words } from "./words";

/** The shell itself looks every few hours; this only reads what it knows. Milliseconds. */
const EVERY = 60_000;

export function UpdateMark({ updates = platform.updates }: { updates?: Updates }) {
  const [version, setVersion] = useState<string>();
  useEffect(() => {
    if (!updates) return undefined;
    const look = () => {
      if (document.visibilityState !== "visible") return;
      updates.seen().then(
        (seen) => setVersion(offerOf(seen.state)?.version),
        // A shell without an updater has nothing to tell.
        () => setVersion(undefined),
      );
    };
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }, [updates]);
  if (!version) return null;
  return (
    <Link to="/settings" hash="updates" className="status__link" data-testid="status-update">
      <Icon name="refresh" />
      {words.available(version)}
    </Link>
  );
}

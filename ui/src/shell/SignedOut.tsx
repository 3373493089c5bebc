// This browser holds no valid cookie. Says what to do, because nothing on this page can do it.

import { useState } from "react";
import { useCrew } from "../app";
import { Button, CommandBox, CopyButton } from "../components";
import { Logo } from "./Logo";

export function SignedOut() {
  const crew = useCrew();
  const [why] = useState(() => {
    const kept = sessionStorage.getItem("pilothouse.signin");
    sessionStorage.removeItem("pilothouse.signin");
    return kept;
  });
  return (
    <main className="alone">
      <div className="alone__box" data-testid="signed-out">
        <div className="h">
          <Logo size={32} />
          <h1 className="t5">Not signed in on this browser</h1>
        </div>
        {why ? (
          <p className="s-failed" role="alert">
            {why}
          </p>
        ) : null}
        <p className="c2">
          Pilothouse answers only to browsers you have let in, also on this machine. Run this in a terminal; it opens a link that works
          once:
        </p>
        <div className="h">
          <div className="grow">
            <CommandBox argv="pilothouse open" />
          </div>
          <CopyButton text="pilothouse open" icon />
        </div>
        <p className="c2">Or use the link the server printed when it started. A link that was used already is worth nothing to anybody.</p>
        <div className="h">
          <Button icon="refresh" onClick={() => crew.retryNow()}>
            Try again
          </Button>
        </div>
      </div>
    </main>
  );
}

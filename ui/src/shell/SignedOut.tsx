// This browser holds no valid cookie. Says what to do, because nothing on this page can do it.

import { useState } from "react";
import { useCrew } from "../app";
import { Button, CommandBox, CopyButton } from "../components";
import { Logo } from "./Logo";
import { words } from "./words";

/** Kept in place of words: the link this browser came with opens nothing any more. */
export const LINK_USED = "link_used";

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
          <h1 className="t5">{words.signedOutTitle}</h1>
        </div>
        {why ? (
          <p className="s-failed" role="alert">
            {why === LINK_USED ? words.signedOutUsed : why}
          </p>
        ) : null}
        <p className="c2">
          {words.signedOutText}
        </p>
        <div className="h">
          <div className="grow">
            <CommandBox argv="pilothouse open" />
          </div>
          <CopyButton text="pilothouse open" icon />
        </div>
        <p className="c2">{words.signedOutLink}</p>
        <div className="h">
          <Button icon="refresh" onClick={() => crew.retryNow()}>
            {words.tryAgain}
          </Button>
        </div>
      </div>
    </main>
  );
}

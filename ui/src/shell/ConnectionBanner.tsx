// Said over the page when the line is broken for longer than a blink. Reading goes on.

import { useEffect, useState } from "react";
import { useCrew, useModel } from "../app";
import { Banner, Button } from "../components";
import { platform } from "../platform";
import { words } from "./words";

/** Short breaks heal by themselves before anybody would read about them. */
const PATIENCE_MS = 1500;

export function ConnectionBanner() {
  const crew = useCrew();
  const state = useModel((all) => all.connection.state);
  const waiting = useModel((all) => all.outbox.filter((message) => message.state === "waiting").length);
  const down = state === "offline" || state === "connecting";
  const [late, setLate] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (!late) return;
    let gone = false;
    platform.problem?.().then(
      (text) => gone || setProblem(text),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [late]);
  useEffect(() => {
    if (!down) {
      setLate(false);
      setProblem(undefined);
      return;
    }
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [down]);
  if (!down || !late) return null;
  return (
    <Banner
      tone="needs"
      icon="offline"
      action={
        <>
          {platform.startAgain ? (
            <Button
              small
              onClick={() => {
                platform.startAgain?.().catch((thrown: unknown) => setProblem(String(thrown)));
              }}
            >
              {words.startAgain}
            </Button>
          ) : null}
          <Button small onClick={() => crew.retryNow()}>
            {words.tryNow}
          </Button>
        </>
      }
    >
      {problem ?? words.offlineBanner(waiting)}
    </Banner>
  );
}

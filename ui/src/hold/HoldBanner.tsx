// Said over every page while everything is paused, with the way out of it.

import { useAction, useCrew, useMay, useModel } from "../app";
import { Banner, Button, InlineText, Time } from "../components";
import type { Hold } from "../client";
import { isLive } from "../model";
import { holdsOf, saidOf, waitingIn, whoOf } from "./hold";
import { words } from "./words";

export function HoldBanner() {
  const holds = useModel((state) => holdsOf(state.status.value));
  const waiting = useModel((state) => (state.status.value && holdsOf(state.status.value).length > 0 ? waitingIn(state.status.value.queues) : 0));
  return holds.map((hold) => <One key={hold.reason} hold={hold} waiting={waiting} />);
}

function One({ hold, waiting }: { hold: Hold; waiting: number }) {
  const crew = useCrew();
  const live = useModel(isLive);
  const may = useMay("admin");
  const { run, busy, failure } = useAction();
  const resume = () =>
    run(async () => {
      await crew.call("system.resume", { reason: hold.reason });
      await crew.refresh("status");
    });
  return (
    <Banner
      tone="needs"
      icon="pause"
      action={
        may ? (
          <Button small icon="play" busy={busy} disabled={!live} onClick={() => void resume()}>
            {hold.reason === "drain" ? words.callOff : words.resume}
          </Button>
        ) : undefined
      }
    >
      <InlineText text={failure?.message ?? saidOf(hold, waiting)} />{" "}
      <span className="c2 hide-phone">
        {whoOf(hold)}, <Time ts={hold.since} />
      </span>
    </Banner>
  );
}

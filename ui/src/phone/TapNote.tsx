// What became of a tap: kept, asked about again, too late or refused. Never nothing.

import { Button, InlineText, timeOfDay } from "../components";
import type { Tap, Taps } from "./taps";
import { words } from "./words";
import "./phone.css";

export function TapNote({ tap, taps, named }: { tap: Tap; taps: Taps; /** Says which question it was. */ named?: boolean }) {
  const allow = tap.decision === "approve";
  const at = timeOfDay(tap.at);
  const said = {
    waiting: allow ? words.keptAllow : words.keptDeny,
    sending: "",
    old: allow ? words.oldAllow(at) : words.oldDeny(at),
    late: words.late,
    refused: words.refused,
  }[tap.state];
  if (!said) return null;
  return (
    <div className={`tap ${tap.state === "waiting" ? "" : "s-needs"}`} role="status" data-testid="tap" data-state={tap.state}>
      <div className="grow">
        {named ? (
          <div className="medium trunc">
            <InlineText text={tap.summary} />
          </div>
        ) : null}
        <div>
          {said}
          {tap.why ? (
            <>
              {" "}
              <InlineText text={tap.why} />
            </>
          ) : null}
        </div>
      </div>
      {tap.state === "old" ? (
        <Button look="primary" onClick={() => taps.again(tap.key)}>
          {words.send}
        </Button>
      ) : null}
      <Button onClick={() => taps.drop(tap.key)}>{tap.state === "waiting" ? words.takeBack : tap.state === "old" ? words.drop : words.seen}</Button>
    </div>
  );
}

/** Taps that need a look, above the list of questions. */
export function TapNotes({ taps, list }: { taps: Taps; list: readonly Tap[] }) {
  const told = list.filter((tap) => tap.state !== "sending");
  if (told.length === 0) return null;
  return (
    <section aria-label={words.yourTaps} className="taps">
      {told.map((tap) => (
        <TapNote key={tap.key} tap={tap} taps={taps} named />
      ))}
    </section>
  );
}

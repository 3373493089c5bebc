// How the processes of a worker ended, the newest first.

import { durationText, InlineText, State, type StateKind, Time } from "../components";
import type { WorkerEnd } from "../client";
import { words } from "./words";

const KIND: Record<WorkerEnd["kind"], [StateKind, string]> = {
  died: ["failed", words.endDied],
  drained: ["passed", words.endDrained],
  idle: ["passed", words.endIdle],
  stopped: ["waiting", words.endStopped],
};

export function Ends({ ends }: { ends: readonly WorkerEnd[] }) {
  if (ends.length === 0) return <p className="t2 c3 wk__none">{words.endsNone}</p>;
  return (
    <ul className="wk__ends">
      {ends.map((end) => {
        const [kind, said] = KIND[end.kind];
        return (
          <li key={`${end.at} ${end.cause}`}>
            <div className="h">
              <State kind={kind}>{said}</State>
              <span className="push t1 c3 num">{words.lived(durationText(end.livedMs))}</span>
              <Time ts={end.at} className="t1 c3" />
            </div>
            {end.kind === "died" ? (
              <p className="t2 c2 wk__cause">
                <InlineText text={end.cause} />
                {end.inRow > 1 ? ` ${words.inRow(end.inRow)}` : ""}
                {end.againInMs === undefined ? "" : ` ${words.again(durationText(end.againInMs))}`}
              </p>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

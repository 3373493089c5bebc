// One thing that was found, or was not: its state, one line about it, and the one thing that can be done about it.

import type { ReactNode } from "react";
import { Icon, type IconName, InlineText, State, type StateKind } from "../components";
import { words } from "./words";

export function FoundRow({ kind, icon, name, line, more, action }: { kind: StateKind; icon: IconName; name: string; line: ReactNode; more?: ReactNode; action?: ReactNode }) {
  const label = { passed: words.isFound, needs: words.needsYou, failed: words.problem, waiting: words.notThere, running: words.working, landed: words.isFound }[kind];
  return (
    <div className="found">
      <State kind={kind} label={label} />
      <span className="h">
        <Icon name={icon} />
        <span className="medium">{name}</span>
      </span>
      <div className="v found__text">
        <span className="t2 found__line">{typeof line === "string" ? <InlineText text={line} /> : line}</span>
        {more ? <span className="t2 c3 wraps">{typeof more === "string" ? <InlineText text={more} /> : more}</span> : null}
      </div>
      {action ?? null}
    </div>
  );
}

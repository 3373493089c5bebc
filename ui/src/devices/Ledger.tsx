// What was sent to phones and browsers. Closed until somebody wants to know; read when it is opened.

import { useState } from "react";
import { useCall } from "../app";
import { ErrorState, Skeleton } from "../components";
import { SentRows } from "../phone";
import { words } from "./words";

export function Ledger({ everybody }: { everybody: boolean }) {
  const [open, setOpen] = useState(0);
  return (
    // Each opening reads anew: what became of a notification is told by no event.
    <details className="ledger" data-testid="ledger" onToggle={(event) => setOpen((times) => (event.currentTarget.open ? Math.abs(times) + 1 : -Math.abs(times)))}>
      <summary className="label">{words.ledger}</summary>
      <p className="t2 c3">{everybody ? words.ledgerText : words.ledgerOwn}</p>
      {open !== 0 ? <Rows turn={Math.abs(open)} /> : null}
    </details>
  );
}

function Rows({ turn }: { turn: number }) {
  const told = useCall("notifications.list", {}, turn);
  if (!told.value) return told.failure ? <ErrorState title={words.ledgerFailed} error={told.failure} onRetry={told.reload} /> : <Skeleton rows={3} row={44} />;
  return told.value.sent.length > 0 ? <SentRows rows={told.value.sent} /> : <p className="t2 c3">{words.ledgerEmpty}</p>;
}

// In the whole view of a question: to allow for longer than once, with exactly what that would cover.

import { notByEnter } from "../approvals/by-enter";
import { Button, InlineText } from "../components";
import type { Approval, GrantFor } from "../client";
import "./policy.css";
import { words } from "./words";

export function Remember({ approval, busy, disabled, remember }: { approval: Approval; busy: boolean; disabled: boolean; remember: (span: GrantFor) => void }) {
  const { offer } = approval;
  if (!offer || offer.spans.length === 0) return null;
  return (
    <section className="remember" aria-label={words.fromNowOn}>
      <h2 className="label">{words.fromNowOn}</h2>
      <p className="t2 c2">{words.fromNowOnText}</p>
      <p className="remember__covers">
        <InlineText text={offer.covers} />
      </p>
      <div className="h wrap">
        {offer.spans.map((span) => (
          <Button key={span} busy={busy} disabled={disabled} onKeyDown={notByEnter} onClick={() => remember(span)}>
            {words[span]}
          </Button>
        ))}
      </div>
    </section>
  );
}

// What was sent, newest first: what it told, when, what became of it, and the way to what it was about.

import { useNavigate } from "@tanstack/react-router";
import { EmptyState, State, type StateKind, Time, VirtualList } from "../components";
import { type Kind, type Outcome, pageOf, type Sent } from "./seen";
import { words } from "./words";

const ROW = 52;

const KIND: Record<Kind, string> = { needs_you: words.needsYou, finished: words.finished, failed: words.failed, limit: words.limit, worker: words.worker, click: words.click };
const SHAPE: Record<Kind, StateKind> = { needs_you: "needs", finished: "passed", failed: "failed", limit: "waiting", worker: "failed", click: "waiting" };

const OUTCOME: Record<Outcome, string> = {
  shown: words.shown,
  opened: words.opened,
  approved: words.approved,
  denied: words.denied,
  too_late: words.tooLate,
  not_answered: words.notAnswered,
  dismissed: words.dismissed,
  withdrawn: words.withdrawn,
  not_shown: words.notShown,
  quiet: words.mutedByQuiet,
  off: words.mutedByOff,
};

export function SentList({ sent }: { sent: readonly Sent[] }) {
  if (sent.length === 0) {
    return (
      <EmptyState icon="bell" title={words.none}>
        {words.noneText}
      </EmptyState>
    );
  }
  return (
    <div className="sent" style={{ height: `min(${sent.length * ROW + 2}px, 56vh)` }}>
      <VirtualList items={sent} itemKey={(one) => one.key} row={ROW} label={words.sent}>
        {(one) => <Row sent={one} />}
      </VirtualList>
    </div>
  );
}

function Row({ sent }: { sent: Sent }) {
  const page = pageOf(sent);
  const navigate = useNavigate();
  return (
    <div className="sent__row" data-kind={sent.kind} data-outcome={sent.outcome}>
      {/* An app that is newer than the page may have kinds this build has no words for. */}
      <State kind={SHAPE[sent.kind] ?? "waiting"} label={KIND[sent.kind] ?? sent.kind} />
      <div className="sent__what">
        {page ? (
          <a
            href={page}
            className="trunc sent__title"
            title={sent.title}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              void navigate({ href: page });
            }}
          >
            {sent.title}
          </a>
        ) : (
          <span className="trunc" title={sent.title}>
            {sent.title}
          </span>
        )}
        <span className="t2 c3 trunc">{OUTCOME[sent.outcome] ?? sent.outcome}</span>
      </div>
      <span className="t2 c3">
        <Time ts={sent.sentAt} />
      </span>
    </div>
  );
}

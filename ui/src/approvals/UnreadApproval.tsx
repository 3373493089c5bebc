// A question whose record is not here yet: it keeps the room of what it will be, and leads to its own page meanwhile.

import { Link } from "@tanstack/react-router";
import { useCrew, useModel } from "../app";
import { Button, Card, CardFoot, CardHead, InlineText, shortId, Skeleton, State, Time } from "../components";
import { words } from "./words";

/** Rows of facts that most questions have. */
const FACTS = 4;

export function UnreadApproval({ approvalId, summary, ts }: { approvalId: string; summary: string; ts: string }) {
  const crew = useCrew();
  const failure = useModel((state) => state.unreadApprovals.get(approvalId));
  // Those that wait are read together. What is not among them was answered long ago, and becomes a line.
  const answered = useModel((state) => state.approvals.value !== undefined);
  const again = () => crew.needApproval(approvalId);
  if (answered)
    return (
      <div className="line" data-testid="line-approval" data-state={failure ? "unread" : "reading"}>
        <State kind="waiting" />
        <span className="trunc">
          <b className="medium name">{failure ? words.unreadableLine : words.readingLine}</b> <PageLink approvalId={approvalId}>{shortId(approvalId)}</PageLink>{" "}
          <InlineText text={summary} />
        </span>
        <span className="push h">
          {failure ? (
            <Button small onClick={again}>
              {words.again}
            </Button>
          ) : null}
          <Time ts={ts} />
        </span>
      </div>
    );
  return (
    <Card label={words.approval} data-testid="card-unread" data-approval={approvalId}>
      <CardHead icon="needs" title={<InlineText text={summary} />} id={approvalId}>
        <Time ts={ts} />
      </CardHead>
      <div className="card__body approval__body">
        {failure ? (
          <p className="t2 s-failed" role="alert">
            {words.unreadable}: <InlineText text={failure.message} />
          </p>
        ) : (
          <Skeleton rows={FACTS} row={20} />
        )}
      </div>
      <CardFoot>
        {failure ? <Button onClick={again}>{words.again}</Button> : <span className="t2 c2">{words.reading}</span>}
        <PageLink approvalId={approvalId} className="btn btn--ghost">
          {words.open}
        </PageLink>
      </CardFoot>
    </Card>
  );
}

function PageLink({ approvalId, className = "mono", children }: { approvalId: string; className?: string; children: React.ReactNode }) {
  return (
    <Link to="/approvals/$approvalId" params={{ approvalId }} className={className}>
      {children}
    </Link>
  );
}

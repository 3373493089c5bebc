// The question in the conversation. Allowing is offered only while all of what would be done is in the card.

import { Link } from "@tanstack/react-router";
import { memo, useEffect, useRef, useState } from "react";
import { keysOf, useCrew, useMay, useModel, useNarrow, useShortcut } from "../app";
import { Button, Card, CardFoot, CardHead, InlineText, Kbd, shortId, State, Time } from "../components";
import type { Approval } from "../client";
import { Lacking } from "../devices/Lacking";
import { askedOf } from "../model";
import { TapNote } from "../phone/TapNote";
import { outcome, useAnswer } from "./answer";
import { ApprovalFacts } from "./ApprovalFacts";
import { notByEnter } from "./by-enter";
import { armed, useChordPlace } from "./chords";
import { fitsCard, readPayload, reviewOf } from "./payload";
import { UnreadApproval } from "./UnreadApproval";
import { words } from "./words";

export const ApprovalCard = memo(function ApprovalCard({ approvalId, summary, ts }: { approvalId: string; summary: string; ts: string }) {
  const crew = useCrew();
  const approval = useModel((state) => state.approvals.value?.find((one) => one.id === approvalId));
  const narrow = useNarrow();
  useEffect(() => crew.needApproval(approvalId), [crew, approvalId]);
  if (!approval) return <UnreadApproval approvalId={approvalId} summary={summary} ts={ts} />;
  if (approval.state !== "pending") return <AnsweredLine approval={approval} />;
  return narrow ? <ShortQuestion approval={approval} /> : <Question approval={approval} />;
});

export function AnsweredLine({ approval }: { approval: Approval }) {
  const { kind, text } = outcome(approval);
  return (
    <div className="line" data-testid="line-approval" data-state={approval.state}>
      <State kind={kind} />
      <span className="trunc">
        <b className="medium name">{text}</b>{" "}
        <Link to="/approvals/$approvalId" params={{ approvalId: approval.id }} className="mono">
          {shortId(approval.id)}
        </Link>{" "}
        <InlineText text={askedOf(approval)} />
      </span>
      {approval.decidedAt ? <Time ts={approval.decidedAt} className="push" /> : null}
    </div>
  );
}

/** On the phone the whole question is a page of its own, answered with one thumb. */
function ShortQuestion({ approval }: { approval: Approval }) {
  const may = useMay("approve");
  return (
    <Link to="/approvals/$approvalId" params={{ approvalId: approval.id }} className="approval__short">
      <Card label={words.approval} needs data-testid="card-approval" data-approval={approval.id}>
        <CardHead mark={<State kind="needs" label={words.needsYou} />} title={<InlineText text={askedOf(approval)} />}>
          <span className="t2 s-needs">{may ? words.answer : words.open}</span>
        </CardHead>
      </Card>
    </Link>
  );
}

function Question({ approval }: { approval: Approval }) {
  const box = useRef<HTMLDivElement>(null);
  const visible = useWhollyVisible(box);
  const [focused, setFocused] = useState(false);
  const payload = readPayload(approval);
  const whole = fitsCard(payload);
  const may = useMay("approve");
  const mine = useChordPlace(approval.id, approval.createdAt, visible && whole && may, focused);
  const live = useModel((state) => state.connection.state === "live");
  const { answer, busy, problem, tap, taps } = useAnswer(approval);
  const review = reviewOf(approval);
  const byKey = (decision: "approve" | "deny") => {
    if (!armed(approval.id, Date.now()) || busy || !live) return false;
    answer(decision);
    return true;
  };
  useShortcut("approve", () => byKey("approve"), mine);
  useShortcut("deny", () => byKey("deny"), mine);
  return (
    <div ref={box} onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}>
      <Card label={words.approval} needs data-testid="card-approval" data-approval={approval.id}>
        <CardHead mark={<State kind="needs" label={words.needsYou} />} title={<InlineText text={askedOf(approval)} />} id={approval.id}>
          <span className={`t2 ${approval.risk === "low" ? "c2" : "s-needs"}`}>{words[approval.risk]}</span>
        </CardHead>
        <div className="card__body approval__body">
          <ApprovalFacts approval={approval} />
        </div>
        {problem ? (
          <div className="card__sect t2 s-failed" role="alert">
            <InlineText text={problem} />
          </div>
        ) : null}
        {tap ? <TapNote tap={tap} taps={taps} /> : null}
        <CardFoot>
          {!may ? (
            <Lacking scope="approve" what={words.mayNot} />
          ) : whole ? (
            <AnswerButtons answer={answer} busy={busy} disabled={!live || tap?.state === "waiting"} keys={mine} />
          ) : (
            <span className="t2 c2">{words.longHint}</span>
          )}
          {review ? (
            <Link className="btn btn--ghost" to="/review/$reviewId" params={{ reviewId: review }}>
              {words.open}
            </Link>
          ) : (
            <Link className="btn btn--ghost" to="/approvals/$approvalId" params={{ approvalId: approval.id }}>
              {words.open}
            </Link>
          )}
          <HashMark hash={approval.hash} />
        </CardFoot>
      </Card>
    </div>
  );
}

export function AnswerButtons({
  answer,
  busy,
  disabled,
  keys,
  touch,
}: {
  answer: (decision: "approve" | "deny") => void;
  busy: boolean;
  disabled: boolean;
  /** Shows the chords, because they answer this one. */
  keys: boolean;
  touch?: boolean;
}) {
  const allow = (
    <Button key="allow" look={keys || touch ? "primary" : "plain"} touch={touch} busy={busy} disabled={disabled} title={words.enter} onKeyDown={notByEnter} onClick={() => answer("approve")}>
      {words.allow} {keys ? <Kbd keys={keysOf("approve")} /> : null}
    </Button>
  );
  const deny = (
    <Button key="deny" touch={touch} disabled={disabled || busy} onClick={() => answer("deny")}>
      {words.deny} {keys ? <Kbd keys={keysOf("deny")} /> : null}
    </Button>
  );
  return touch ? [deny, allow] : [allow, deny];
}

function HashMark({ hash }: { hash: string }) {
  return (
    <span className="push mono t1 c3 hide-phone" title={hash}>
      sha256 {hash.slice(0, 8)}…{hash.slice(-2)}
    </span>
  );
}

function useWhollyVisible(box: React.RefObject<HTMLElement | null>): boolean {
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => setVisible((entries.at(-1)?.intersectionRatio ?? 0) > 0.95), { threshold: [0, 0.5, 0.96, 1] });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return visible;
}

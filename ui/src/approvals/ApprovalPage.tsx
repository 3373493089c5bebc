// One question, whole, with its buttons where a thumb reaches them.

import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { PageBar, useCall, useCrew, useMay, useModel, useShortcut } from "../app";
import { Button, EmptyState, ErrorState, Icon, InlineText, shortId, Skeleton, State } from "../components";
import type { Approval } from "../client";
import { Lacking } from "../devices/Lacking";
import { TapNote, TapNotes } from "../phone/TapNote";
import { useTaps } from "../phone/taps-of";
import { words as phoneWords } from "../phone/words";
import { Remember } from "../policy/Remember";
import { outcome, useAnswer } from "./answer";
import { askedOf, pendingApprovals } from "../model";
import { AnswerButtons } from "./ApprovalCard";
import { ApprovalFacts } from "./ApprovalFacts";
import { armed, useChordPlace } from "./chords";
import { reviewOf } from "./payload";
import { words } from "./words";

const ChangeHere = lazy(() => import("../review/ChangeHere"));

export default function ApprovalPage() {
  const { approvalId } = useParams({ strict: false });
  const known = useModel((state) => state.approvals.value?.find((one) => one.id === approvalId));
  const read = useCall("approval.get", known || !approvalId ? undefined : { id: approvalId });
  const approval = known ?? read.value;
  // A page that opens without a line does not know the question yet, and knows what was tapped.
  const { taps, list } = useTaps();
  const made = list.filter((tap) => tap.approvalId === approvalId);
  return (
    <>
      <PageBar title={approval ? askedOf(approval) : words.approval} sub={approvalId ? shortId(approvalId) : undefined}>
        <Link to="/approvals" className="btn btn--ghost">
          <Icon name="left" />
          {words.all}
        </Link>
      </PageBar>
      {approval ? null : <TapNotes taps={taps} list={made} />}
      {approval ? (
        <Whole key={approval.id} approval={approval} />
      ) : read.failure?.code === "not_found" ? (
        <EmptyState icon="shield" title={words.unknownTitle}>
          {words.unknown(approvalId ?? "")}
        </EmptyState>
      ) : read.failure ? (
        <ErrorState title={words.unreadable} error={read.failure} onRetry={read.reload} />
      ) : (
        <Skeleton rows={6} row={40} />
      )}
    </>
  );
}

function Whole({ approval }: { approval: Approval }) {
  const crew = useCrew();
  const live = useModel((state) => state.connection.state === "live");
  const { answer, busy, problem, tap, taps } = useAnswer(approval);
  const pending = approval.state === "pending";
  const may = useMay("approve");
  const others = useModel((state) => pendingApprovals(state).filter((one) => one.id !== approval.id));
  const kept = tap?.state === "waiting" || tap?.state === "sending" || tap?.state === "old";
  const [end, setEnd] = useState<HTMLDivElement | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const seen = useSeen(end);
  const mine = useChordPlace(approval.id, approval.createdAt, pending && seen && may, true);
  const { kind, text } = outcome(approval);
  const review = reviewOf(approval);
  const shows = pending && review !== undefined;
  const [settled, setSettled] = useState(false);
  const onSettled = useCallback(() => setSettled(true), []);
  const byKey = (decision: "approve" | "deny") => {
    if (!armed(approval.id, Date.now()) || busy || !live) return false;
    answer(decision);
    return true;
  };
  useShortcut("approve", () => byKey("approve"), mine);
  useShortcut("deny", () => byKey("deny"), mine);
  useEffect(() => crew.needApproval(approval.id), [crew, approval.id]);
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
      <div ref={scroller} className="scroll approval" tabIndex={0} role="region" aria-label={words.whatIsDone}>
        <div className="approval__inner">
          <div className="h">
            {pending ? <span className={`medium ${approval.risk === "low" ? "c2" : "s-needs"}`}>{words[approval.risk]}</span> : <State kind={kind}>{text}</State>}
          </div>
          {/* The bar may cut the title; here all of it is read. */}
          <p className="medium approval__what">
            <InlineText text={askedOf(approval)} />
          </p>
          <ApprovalFacts approval={approval} />
          {shows ? (
            <Suspense fallback={<Skeleton rows={6} row={20} />}>
              <ChangeHere reviewId={review} onSettled={onSettled} />
            </Suspense>
          ) : null}
          {/* All that would be done stands above; what follows leads on, and seals it. */}
          {shows && !settled ? null : <div ref={setEnd} />}
          {review ? (
            <Link to="/review/$reviewId" params={{ reviewId: review }} className="btn">
              <Icon name="diff" />
              {words.wholeChange}
            </Link>
          ) : null}
          <p className="mono t1 c3 wraps approval__hash" title={approval.hash}>
            sha256 {approval.hash}
          </p>
          {pending && seen && may ? <Remember approval={approval} busy={busy} disabled={!live} remember={(span) => answer("approve", span)} /> : null}
          {problem ? (
            <p className="s-failed" role="alert">
              <InlineText text={problem} />
            </p>
          ) : null}
        </div>
      </div>
      <div className="thumb">
        {tap ? <TapNote tap={tap} taps={taps} /> : null}
        {pending && !may ? (
          <span className="thumb__hint">
            <Lacking scope="approve" what={words.mayNot} />
          </span>
        ) : !pending ? (
          <Onward others={others} />
        ) : kept && tap.state !== "sending" ? (
          // It is answered as far as this device goes; meanwhile there may be others.
          others.length > 0 ? <Onward others={others} /> : null
        ) : seen ? (
          <AnswerButtons touch answer={answer} busy={busy} disabled={false} keys={mine} />
        ) : (
          <>
            <Button touch disabled={busy} onClick={() => answer("deny")}>
              {words.deny}
            </Button>
            <Button touch onClick={() => scroller.current?.scrollBy({ top: scroller.current.clientHeight * 0.85 })}>
              {phoneWords.readOn}
            </Button>
            <span className="t2 c2 thumb__hint">{words.scroll}</span>
          </>
        )}
      </div>
    </>
  );
}

/** The question that has waited longest, or back to the list. */
function Onward({ others }: { others: readonly Approval[] }) {
  const navigate = useNavigate();
  const next = others.reduce<Approval | undefined>((oldest, one) => (oldest && oldest.createdAt <= one.createdAt ? oldest : one), undefined);
  return (
    <>
      <Button touch onClick={() => void navigate({ to: "/approvals" })}>
        {words.back}
      </Button>
      {next ? (
        <Button touch look="primary" onClick={() => void navigate({ to: "/approvals/$approvalId", params: { approvalId: next.id } })}>
          {phoneWords.next(others.length)}
        </Button>
      ) : null}
    </>
  );
}

/** True once the end was on screen: then all of it could be read. */
function useSeen(element: HTMLElement | null): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element) return;
    if (typeof IntersectionObserver === "undefined") {
      setSeen(true);
      return;
    }
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return seen;
}

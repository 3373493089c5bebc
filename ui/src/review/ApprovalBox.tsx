// The question of a landing, beside the change it is about. Plain Enter never answers: the buttons and their own
// chord do, and only while everything that would land is on the page.

import { type Ref, useEffect, useRef, useState } from "react";
import { askerName } from "../approvals/answer";
import { notByEnter } from "../approvals/by-enter";
import { useAction, useCrew, useMay, useModel, useShortcut } from "../app";
import { Lacking } from "../devices/Lacking";
import type { Approval, MergeEntry, RiskLevel } from "../client";
import { Button, Change, CopyButton, Facts, Icon, InlineText, Kbd, revealed, shortId, State, Time } from "../components";
import { askedOf, isLive, personName, strategyText, whyOf } from "../model";
import type { Review } from "./files";
import { Payload } from "./Payload";
import { splitRisky } from "./Verified";
import { words } from "./words";

const RISK: Record<RiskLevel, string> = { low: words.low, medium: words.medium, high: words.high };

export interface Answering {
  readonly approve: () => void;
  readonly deny: () => void;
  readonly busy: boolean;
  readonly failure: { code: string; message: string } | undefined;
  /** Why nothing can be answered now. */
  readonly held: string | undefined;
  readonly pending: boolean;
  /** Whether this device may answer at all. */
  readonly may: boolean;
  readonly needsConfirm: boolean;
  readonly confirmed: boolean;
  readonly confirm: (yes: boolean) => void;
}

/** One that has just come up takes no chord, so that no key meant for something else answers it. */
const ARMING_MS = 700;

/**
 * The one way to answer, shared by the box, the foot of the page and the chord. While the question is not on the page
 * (`visible`), asking to approve only shows it.
 */
export function useAnswer(approval: Approval | undefined, review: Review | undefined, visible: boolean, show: () => void): Answering {
  const crew = useCrew();
  const live = useModel(isLive);
  const action = useAction();
  const [confirmedFor, confirm] = useState<string>();
  const pending = approval?.state === "pending";
  const missing = review?.missing ?? 0;
  const confirmed = confirmedFor !== undefined && confirmedFor === approval?.hash;
  const may = useMay("approve");
  const held = !pending ? undefined : !may ? words.mayNot : !live ? words.offline : !review ? words.loading : missing > 0 && !confirmed ? words.showMissing(missing) : undefined;
  const answer = (decision: "approve" | "deny") => {
    if (!approval || !pending || !may) return;
    void action.run(async () => {
      try {
        await crew.answer(approval, decision);
      } catch (thrown) {
        // Somebody else may have been faster, or the result changed: what it is now is what must be shown.
        await crew.refresh("approvals", "merge");
        throw thrown;
      }
    });
  };
  const approve = () => {
    if (!visible) show();
    else if (!held) answer("approve");
  };
  const upSince = useRef(0);
  const hash = approval?.hash;
  useEffect(() => {
    upSince.current = Date.now();
  }, [pending, hash, visible]);
  useShortcut(
    "land",
    () => {
      if (!pending) return false;
      if (!visible || Date.now() - upSince.current >= ARMING_MS) approve();
      return true;
    },
    pending,
  );
  return {
    approve,
    deny: () => answer("deny"),
    busy: action.busy,
    failure: action.failure,
    held,
    pending,
    may,
    needsConfirm: missing > 0,
    confirmed,
    confirm: (yes) => confirm(yes ? approval?.hash : undefined),
  };
}

export function ApprovalBox({
  approval,
  entry,
  review,
  answering,
  ref,
}: {
  approval: Approval;
  entry: MergeEntry | undefined;
  review: Review | undefined;
  answering: Answering;
  ref?: Ref<HTMLElement>;
}) {
  const [denying, setDenying] = useState(false);
  if (!answering.pending) return <Decided approval={approval} />;
  return (
    <section ref={ref} className="card card--needs rask" aria-label={words.approvalHead} tabIndex={-1}>
      <div className="card__head">
        <State kind="needs" label="" />
        <h2 className="title trunc rask__title">{words.approvalHead}</h2>
        <span className="mono t1 c3 card__id trunc">{shortId(approval.id)}</span>
      </div>
      <div className="card__body rask__body">
        <p className="medium rask__what">
          <InlineText text={askedOf(approval)} />
        </p>
        <Facts
          rows={[
            [words.why, <InlineText key="why" text={whyOf(approval)} />],
            [
              words.risk,
              <span key="risk" className={approval.risk === "low" ? "" : "s-needs"}>
                {RISK[approval.risk]}
              </span>,
            ],
            [words.change, review ? <Stat key="change" review={review} /> : null],
            [words.target, entry ? <code key="target">{entry.target}</code> : null],
            [words.strategy, entry ? strategyText(entry.strategy) : null],
            [words.askedBy, askerName(approval.askedBy)],
            [words.expires, approval.expiresAt ? <Time key="expires" ts={approval.expiresAt} /> : null],
          ]}
        />
        {entry && entry.risky.length > 0 ? (
          <ul className="list rask__risky">
            {entry.risky.map(revealed).map((text) => {
              const { path, why } = splitRisky(text);
              return (
                <li key={text}>
                  <span className="st s-needs">
                    <Icon name="alert" />
                  </span>
                  <span className="rask__path">
                    <span className="mono">{path}</span> <span className="c3">{why}</span>
                  </span>
                </li>
              );
            })}
          </ul>
        ) : null}
        {/* What the hash was taken of, whole and as the server writes it; what one answers by stands above and beside. */}
        <details className="rask__exact">
          <summary className="t2 c2">{words.payload}</summary>
          <div className="h">
            <span className="label">{words.details}</span>
            <span className="push" />
            <CopyButton icon text={JSON.stringify(approval.details, null, 2)} label={words.payload} />
          </div>
          <Payload value={approval.details} />
          <span className="label">{words.hash}</span>
          <div className="mono t1 rask__hash">{approval.hash}</div>
        </details>
        <p className="t1 c3">{words.bound}</p>
        {answering.needsConfirm ? (
          <label className="h t2">
            <input type="checkbox" className="boxin" checked={answering.confirmed} onChange={(event) => answering.confirm(event.target.checked)} />
            {words.confirmMissing}
          </label>
        ) : null}
        {answering.failure ? (
          <p className="t2 s-failed" role="alert">
            {words.answerFailed}: <InlineText text={answering.failure.message} />
          </p>
        ) : null}
        {answering.held && answering.may ? <p className="t2 s-needs">{answering.held}</p> : null}
      </div>
      <div className="card__foot wrap">
        {!answering.may ? (
          <Lacking scope="approve" what={words.mayNot} />
        ) : denying ? (
          <>
            <span className="t2 c2 grow">{words.denyNote}</span>
            <Button look="danger" busy={answering.busy} onClick={answering.deny}>
              {words.denySure}
            </Button>
            <Button look="ghost" onClick={() => setDenying(false)}>
              {words.cancel}
            </Button>
          </>
        ) : (
          <>
            <Button look="primary" busy={answering.busy} disabled={answering.held !== undefined} onKeyDown={notByEnter} onClick={answering.approve}>
              {words.approveLand} <Kbd keys="mod+shift+l" />
            </Button>
            <Button onClick={() => setDenying(true)} disabled={answering.busy || answering.held === words.offline}>
              {words.deny}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

function Stat({ review }: { review: Review }) {
  return (
    <span className="h h--1">
      <span>{words.filesCount(review.files.length)}</span>
      <Change additions={review.additions} deletions={review.deletions} />
    </span>
  );
}

function Decided({ approval }: { approval: Approval }) {
  const by = personName(approval.decidedBy ?? undefined);
  const at = approval.decidedAt ? <Time ts={approval.decidedAt} className="t1 c3" /> : null;
  switch (approval.state) {
    case "approved":
      return (
        <p className="h t2">
          <State kind="passed">{words.decided(words.approved, by)}</State> {at}
        </p>
      );
    case "denied":
      return (
        <p className="h t2">
          <State kind="failed">{words.decided(words.denied, by)}</State> {at}
        </p>
      );
    case "expired":
      return <p className="t2 c2">{words.expired}</p>;
    case "superseded":
      return <p className="t2 c2">{words.superseded}</p>;
    default:
      return <p className="t2 c2">{words.orphaned}</p>;
  }
}

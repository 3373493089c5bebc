// Every question of every workspace: those that wait, and what became of the others.

import { Link } from "@tanstack/react-router";
import { PageBar, useCrew, useModel } from "../app";
import { EmptyState, ErrorState, InlineText, Skeleton, State, Time } from "../components";
import type { Approval } from "../client";
import { askedOf } from "../model";
import { TapNotes } from "../phone/TapNote";
import { useTaps } from "../phone/taps-of";
import { words as phoneWords } from "../phone/words";
import { askerName, outcome } from "./answer";
import { ApprovalCard } from "./ApprovalCard";
import { gist } from "./payload";
import { words } from "./words";

export default function ApprovalsPage() {
  const crew = useCrew();
  const approvals = useModel((state) => state.approvals);
  const { taps, list: made } = useTaps();
  const list = approvals.value ?? [];
  const pending = list.filter((one) => one.state === "pending").sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const ended = list.filter((one) => one.state !== "pending").sort((a, b) => (b.decidedAt ?? b.createdAt).localeCompare(a.decidedAt ?? a.createdAt));
  return (
    <>
      <PageBar title={words.approvals} sub={approvals.value ? words.nWaiting(pending.length) : undefined} />
      <TapNotes taps={taps} list={made} />
      {approvals.value === undefined ? (
        approvals.failure ? (
          <ErrorState title={words.unreadableList} error={approvals.failure} onRetry={() => void crew.refresh("approvals")} />
        ) : (
          <Skeleton rows={6} row={60} />
        )
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key
        <div className="scroll" tabIndex={0} role="region" aria-label={words.approvals}>
          <div className="approvals">
            {pending.length === 0 ? (
              <EmptyState icon="shield" title={words.noneTitle}>
                {words.noneText}
              </EmptyState>
            ) : (
              <section aria-label={words.waiting}>
                <h2 className="label approvals__label">{words.waiting}</h2>
                <ul className="hide-phone approvals__cards">
                  {pending.map((one) => (
                    <li key={one.id}>
                      <ApprovalCard approvalId={one.id} summary={askedOf(one)} ts={one.createdAt} />
                    </li>
                  ))}
                </ul>
                <ul className="only-phone">
                  {pending.map((one) => (
                    <WaitingRow key={one.id} approval={one} kept={made.some((tap) => tap.approvalId === one.id && tap.state === "waiting")} />
                  ))}
                </ul>
              </section>
            )}
            {ended.length > 0 ? (
              <section aria-label={words.answered}>
                <h2 className="label approvals__label">{words.answered}</h2>
                <ul>
                  {ended.slice(0, 100).map((one) => (
                    <EndedRow key={one.id} approval={one} />
                  ))}
                </ul>
              </section>
            ) : null}
          </div>
        </div>
      )}
    </>
  );
}

function WaitingRow({ approval, kept }: { approval: Approval; kept: boolean }) {
  const workspace = useModel((state) => state.workspaces.value?.find((one) => one.id === approval.workspaceId)?.name);
  return (
    <li>
      <Link to="/approvals/$approvalId" params={{ approvalId: approval.id }} className="prow">
        <State kind="needs" size="l" label={words.needsYou} />
        <span className="v prow__text">
          <span className="h">
            <span className="medium trunc">
              <InlineText text={askedOf(approval)} />
            </span>
            <Time ts={approval.createdAt} relative className="push t2 c3" />
          </span>
          <span className="mono t2 c2 wraps">{gist(approval)}</span>
          <span className="t2 c3">
            {kept ? `${phoneWords.keptShort}. ` : ""}
            {words[approval.risk]}, {askerName(approval.askedBy)}
            {workspace ? ` ${words.in} ${workspace}` : ""}
          </span>
        </span>
      </Link>
    </li>
  );
}

function EndedRow({ approval }: { approval: Approval }) {
  const { kind, text } = outcome(approval);
  return (
    <li>
      <Link to="/approvals/$approvalId" params={{ approvalId: approval.id }} className="prow prow--flat">
        <State kind={kind} />
        <span className="v prow__text">
          <span className="t3 trunc">
            <InlineText text={askedOf(approval)} />
          </span>
          <span className="t2 c3">{text}</span>
        </span>
        <Time ts={approval.decidedAt ?? approval.createdAt} className="t2 c3" />
      </Link>
    </li>
  );
}

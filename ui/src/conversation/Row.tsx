// One row of the conversation, by kind.

import { memo } from "react";
import { ApprovalCard } from "../approvals/ApprovalCard";
import type { Item } from "../model";
import { PublishRow } from "../publish/PublishRow";
import { ChecksCard, DiffCard, LandedLine, StoppedCard } from "./ChangeCards";
import { JobCard } from "./JobCard";
import { MessageRow, ReplyRow } from "./MessageRow";
import { GroupRow, NoticeLine, SuggestionsCard, WaitingCard } from "./OtherRows";
import { PlanCard } from "./PlanCard";

export const Row = memo(function Row({ item }: { item: Item }) {
  switch (item.kind) {
    case "message":
      return <MessageRow item={item} />;
    case "reply":
      return <ReplyRow item={item} />;
    case "plan":
      return <PlanCard item={item} />;
    case "job":
      return <JobCard item={item} />;
    case "diff":
      return <DiffCard item={item} />;
    case "checks":
      return <ChecksCard item={item} />;
    case "approval":
      return <ApprovalCard approvalId={item.approvalId} summary={item.summary} ts={item.ts} />;
    case "landed":
      return <LandedLine item={item} />;
    case "stopped":
      return <StoppedCard item={item} />;
    case "waiting":
      return <WaitingCard item={item} />;
    case "suggestions":
      return <SuggestionsCard item={item} />;
    case "notice":
      return <NoticeLine item={item} />;
    case "publish":
      return <PublishRow item={item} />;
    case "group":
      return <GroupRow item={item} />;
  }
});

/** Likely height of a row before it was drawn; close guesses keep the scroll bar calm. */
export function guessHeight(item: Item | undefined): number {
  switch (item?.kind) {
    case "message":
    case "reply":
      return 46 + 20 * Math.min(30, Math.ceil(item.text.length / 95));
    case "plan":
      return 190;
    case "job":
      return item.phase === "completed" ? 20 : item.phase === "failed" ? 130 : 180;
    case "diff":
      return 70;
    case "checks":
      return 60 + 10 * item.checks.length;
    case "approval":
      return 240;
    case "stopped":
      return 180;
    case "waiting":
      return 220;
    case "publish":
      return item.phase.endsWith("failed") ? 190 : item.prUrl || item.manualUrl ? 170 : 70;
    case "suggestions":
      return 60 + 50 * item.items.length;
    default:
      return 22;
  }
}

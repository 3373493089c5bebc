// The ledger of notifications: what each told, to whom, and what became of it.

import { useNavigate } from "@tanstack/react-router";
import { State, type StateKind, Time } from "../components";
import type { PushOutcome, PushRow } from "../client";
import { locale } from "../words";
import { noticeOf, subjectIn } from "./worker/notice";
import { words } from "./words";
import "./phone.css";

export const OUTCOME: Record<PushOutcome, string> = {
  waiting: words.waiting, sent: words.outSent, shown: words.shown, in_page: words.inPage, opened: words.opened, approved: words.approved, denied: words.deniedOn, too_late: words.tooLate,
  not_answered: words.notAnswered, dismissed: words.dismissed, withdrawn: words.withdrawn, off: words.off, quiet: words.quiet, refused: words.outRefused, gone: words.gone, given_up: words.givenUp,
};
const SHAPE: Partial<Record<PushRow["kind"], StateKind>> = { needs_you: "needs", finished: "passed", failed: "failed", worker: "failed" };

export function SentRows({ rows }: { rows: readonly PushRow[] }) {
  const navigate = useNavigate();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key
    <div className="told" tabIndex={0} role="region" aria-label={words.sent}>
      <ul>
        {rows.map((row) => (
          <li key={row.id} className="told__row" data-outcome={row.outcome} data-told={row.told}>
            <State kind={SHAPE[row.kind] ?? "waiting"} />
            <span className="v">
              <a
                href={row.page}
                className="trunc"
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  void navigate({ href: row.page });
                }}
              >
                {titleOf(row)}
              </a>
              <span className="t2 c3 trunc">
                {row.device}: {OUTCOME[row.outcome] ?? row.outcome}
                {row.why ? ` (${row.why})` : ""}
              </span>
            </span>
            <Time ts={row.madeAt} className="t2 c3" />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** As the notification said it. */
function titleOf(row: PushRow): string {
  const { title } = noticeOf({ ...row, tag: "", detail: "", waiting: 0 }, 1, locale());
  return row.told === "question" || row.told === "landed" ? `${title}: ${subjectIn(locale(), row)}` : title;
}

// The change of a landing where its question is answered: all of it, if it is not longer than somebody reads there.

import { Fragment, useEffect, useMemo } from "react";
import { Change, InlineText, Path, Skeleton } from "../components";
import { coloursOf } from "./colour";
import { noteText } from "./FileHead";
import type { Review } from "./files";
import { UnifiedLine } from "./Line";
import "./review.css";
import { buildRows, type Row } from "./rows";
import { useReview } from "./useReview";
import { words } from "./words";

/** Longer changes are read on their own page, where only what is in sight is drawn. */
const MOST_ROWS = 300;
const NONE_CLOSED: ReadonlySet<number> = new Set();

export default function ChangeHere({ reviewId, onSettled }: { reviewId: string; /** It stands there, or it is clear that it will not. */ onSettled: () => void }) {
  const { review, failure, unknown } = useReview(reviewId);
  const list = useMemo(() => (review && review.missing === 0 ? buildRows(review, { layout: "unified", ignoreSpace: false, closed: NONE_CLOSED }) : undefined), [review]);
  const settled = review !== undefined || failure !== undefined || unknown;
  useEffect(() => {
    if (settled) onSettled();
  }, [settled, onSettled]);
  if (!review)
    return settled ? (
      <p className="t2 c2" data-testid="change-here" data-state="unread">
        {words.hereUnread} {failure ? <InlineText text={failure.message} /> : null}
      </p>
    ) : (
      <Skeleton rows={6} row={20} />
    );
  if (!list || list.rows.length > MOST_ROWS)
    return (
      <p className="t2 c2" data-testid="change-here" data-state="long">
        {words.hereLong(review.additions + review.deletions)}
      </p>
    );
  return (
    <section className="dwrap dwrap--unified dwrap--wrap dhere diff" aria-label={words.diffText} data-testid="change-here" data-state="shown">
      {list.rows.map((row, index) => (
        // Rows of one change never move, so their place is their key.
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>{draw(row, review)}</Fragment>
      ))}
    </section>
  );
}

function draw(row: Row, review: Review) {
  switch (row.kind) {
    case "file":
      return (
        <h2 className="h wrap dhere__file">
          <Path path={row.file.path} />
          <Change additions={row.file.additions} deletions={row.file.deletions} />
        </h2>
      );
    case "note":
      return <div className="dfact t2 c2">{noteText(row.file, row.note)}</div>;
    case "hunk":
      return (
        <div className="dhunk">
          <span className="mono trunc">
            @@ {row.hunk.oldStart},{row.hunk.oldCount} → {row.hunk.newStart},{row.hunk.newCount} @@ {row.hunk.section}
          </span>
        </div>
      );
    case "line":
      return <UnifiedLine path={row.file.path} hunk={row.hunk} line={row.line} mate={row.mate} colours={coloursOf(review)} />;
    case "pair":
      // Only beside each other, which is not asked for.
      return null;
  }
}

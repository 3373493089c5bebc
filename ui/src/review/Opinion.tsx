// What a reviewer's model thinks of a change, apart from what was verified and said to be so. Its words are plain text:
// nothing in them becomes a link, a mark-up or a command. Only the place it names beside them can be opened, by who shows
// the opinion, and only in the change itself.

import type { ReactNode } from "react";
import { Icon, type IconName } from "../components";
import type { Review, ReviewVerdict } from "../client";
import { words } from "./opinion-words";
import "./opinion.css";

const SHAPE: Record<ReviewVerdict, IconName> = { good: "ask", concerns: "alert", bad: "alert" };

export function Opinion({
  review,
  place,
}: {
  review: Review;
  /** What opens a place, with its name; nothing leaves the name as text. */
  place?: (place: string) => ReactNode;
}) {
  const { verdict } = review;
  return (
    <section className="opinion" aria-label={words.head} data-testid="opinion">
      <div className="h wrap">
        <h2 className="label">{words.head}</h2>
        <span className="push t1 c3 trunc">{words.by(review.model)}</span>
      </div>
      <p className="t1 c3">{words.notProof}</p>
      <p className="h t2">
        <Icon name={verdict ? SHAPE[verdict] : "ask"} />
        <span className="medium">{verdict ? words[verdict] : words.none}</span>
      </p>
      {review.problem ? <p className="t2 c2 opinion__text">{review.problem}</p> : null}
      {review.marks.length > 0 ? (
        <dl className="opinion__marks">
          {review.marks.map((mark) => (
            <div key={mark.question} className="opinion__mark">
              <dt className="h t2">
                <span className="grow">{words[mark.question]}</span>
                <span className="mono t1 c2">{words.score(mark.score)}</span>
              </dt>
              <dd className="t2 c2 opinion__text">
                {mark.why}
                {mark.place ? (
                  <span className="opinion__place">{place?.(mark.place) ?? <span className="mono t1 c3">{mark.place}</span>}</span>
                ) : null}
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {review.cut ? <p className="t1 c3">{words.cut}</p> : null}
      {review.ledTo ? <p className="t1 c3 opinion__text">{review.ledTo}</p> : null}
    </section>
  );
}

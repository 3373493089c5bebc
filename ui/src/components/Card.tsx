// A card: head, sections, foot. Named by its label so that it can be found by ear and by test. An article and not a
// landmark, because a conversation holds many of the same kind.

import type { HTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./Icon";
import { shortId } from "./id";
import { InlineText } from "./InlineText";

export function Card({
  label,
  needs,
  className,
  children,
  ...rest
}: HTMLAttributes<HTMLElement> & { label?: string; needs?: boolean }) {
  return (
    <article
      {...rest}
      aria-label={label}
      className={["card", needs && "card--needs", className].filter(Boolean).join(" ")}
    >
      {children}
    </article>
  );
}

export function CardHead({
  icon,
  title,
  id,
  mark,
  children,
}: {
  icon?: IconName;
  title: ReactNode;
  /** Grey mono after the title: a job, entry or approval id. */
  id?: string;
  /** In place of the icon: a state. */
  mark?: ReactNode;
  /** At the right end. */
  children?: ReactNode;
}) {
  return (
    <div className="card__head">
      {mark ?? (icon ? <Icon name={icon} /> : null)}
      <span className="title trunc">{typeof title === "string" ? <InlineText text={title} /> : title}</span>
      {id ? (
        <span className="mono t1 c3 card__id" title={id}>
          {shortId(id)}
        </span>
      ) : null}
      {children ? <span className="push h">{children}</span> : null}
    </div>
  );
}

export function CardSection({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={["card__sect", className].filter(Boolean).join(" ")}>{children}</div>;
}

export function CardFoot({ children }: { children: ReactNode }) {
  return <div className="card__foot">{children}</div>;
}

/** Term and description pairs of a card. Pairs without a value are left out. */
export function Facts({ rows }: { rows: Array<[term: string, value: ReactNode]> }) {
  return (
    <dl className="kv">
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "")
        .map(([term, value]) => (
          <div key={term} className="kv__row">
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

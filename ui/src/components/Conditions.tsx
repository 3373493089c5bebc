// The conditions a list or page can be in besides having content: empty, loading, failed.

import { type ReactNode, useEffect, useState } from "react";
import { Button } from "./Button";
import { CopyButton } from "./Copy";
import { Icon, type IconName } from "./Icon";
import { InlineText } from "./InlineText";
import { State } from "./State";
import { words } from "./words";

export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  /** What will be here, or what to do. */
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <h2 className="medium empty__title">{title}</h2>
      {children ? <div className="t2 empty__text">{children}</div> : null}
      {action}
    </div>
  );
}

/** Cause and next step, with the code for whoever asks for help. */
export function ErrorState({
  title,
  error,
  onRetry,
  action,
}: {
  title: string;
  error: { code?: string; message: string };
  onRetry?: () => void;
  action?: ReactNode;
}) {
  return (
    <div className="empty" role="alert">
      <State kind="failed" size="l" label={words.failed} />
      <h2 className="medium empty__title">{title}</h2>
      <p className="t2 empty__text">
        <InlineText text={error.message} />
      </p>
      <div className="h">
        {onRetry ? (
          <Button onClick={onRetry} icon="refresh">
            {words.tryAgain}
          </Button>
        ) : null}
        {action}
        <CopyButton text={`${title}\n${error.code ?? "unknown"}: ${error.message}`} label={words.copyDetails} />
      </div>
    </div>
  );
}

/** True once `delay` ms have passed: a fast answer shows no skeleton at all. */
export function useLate(delay = 150): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), delay);
    return () => clearTimeout(timer);
  }, [delay]);
  return late;
}

const WIDTHS = [68, 52, 80, 60, 44, 72, 56, 64];

/** Rows that will come. Shown after 150 ms, never before. */
export function Skeleton({ rows = 5, row = 32 }: { rows?: number; row?: number }) {
  const late = useLate();
  return (
    <div className="skeleton" aria-busy="true" aria-label={words.loading} role="status" style={{ minHeight: rows * row }}>
      {late
        ? Array.from({ length: rows }, (_, index) => (
            <div key={`row-${String(index)}`} className="h" style={{ height: row }}>
              <span className="skel skel--dot" />
              <span className="skel" style={{ width: `${WIDTHS[index % WIDTHS.length]}%` }} />
            </div>
          ))
        : null}
    </div>
  );
}

// State is shape first, word second, colour third. A ring turns only while the page hears from the server:
// offline it stands still, because nobody knows whether the work still runs.

import { createContext, type ReactNode, useContext } from "react";
import { Icon, type IconName } from "./Icon";

export type StateKind = "running" | "needs" | "passed" | "failed" | "waiting" | "landed";

const SHAPE: Record<StateKind, IconName> = {
  running: "running",
  needs: "needs",
  passed: "passed",
  failed: "failed",
  waiting: "waiting",
  landed: "landed",
};

/** Whether events arrive. False stops every running ring on the page. */
export const LiveContext = createContext(true);

export function StateIcon({ kind, size }: { kind: StateKind; size?: "s" | "l" }) {
  const live = useContext(LiveContext);
  return <Icon name={SHAPE[kind]} size={size} spin={kind === "running" && live} />;
}

export function State({
  kind,
  children,
  plain,
  size,
  label,
}: {
  kind: StateKind;
  /** The word. Leave it out only where `label` is given. */
  children?: ReactNode;
  /** Normal weight, for longer sentences. */
  plain?: boolean;
  size?: "s" | "l";
  /** Read aloud instead of a visible word. */
  label?: string;
}) {
  const tone = kind === "landed" ? "passed" : kind;
  return (
    <span className={`st s-${tone}${plain ? " st--n" : ""}`}>
      <StateIcon kind={kind} size={size} />
      {children}
      {label ? <span className="unseen">{label}</span> : null}
    </span>
  );
}

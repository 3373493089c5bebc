// The small marks of a row: tag, count, meter, steps, change size, segmented choice, switch, banner.

import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";
import { InlineText } from "./InlineText";
import { StateIcon } from "./State";
import { words } from "./words";

export function Tag({ children }: { children: ReactNode }) {
  return <span className="tag">{children}</span>;
}

/** A number at the end of a row; `needs` when it counts questions to the reader. Nothing for zero. */
export function Count({ value, needs, label }: { value: number; needs?: boolean; label?: string }) {
  if (value <= 0) return null;
  return (
    <span className={`count${needs ? " count--needs" : ""}`}>
      {value > 999 ? "999+" : value}
      {label ? <span className="unseen"> {label}</span> : null}
    </span>
  );
}

/** `part` of 0 to 1. `warn` turns it amber. */
export function Meter({ part, warn, width, label }: { part: number; warn?: boolean; width?: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
  return (
    <div
      className={`meter${warn ? " warn" : ""}`}
      role="meter"
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-label={label}
      style={width ? { width } : undefined}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}

/** Steps of a job: done, the one under way, and what is left. At most 24 marks are drawn. */
export function Steps({ step, steps, failed, done }: { step: number; steps: number; failed?: boolean; done?: boolean }) {
  const shown = Math.min(24, Math.max(1, steps));
  const at = steps > 24 ? Math.ceil((step / steps) * 24) : step;
  return (
    <div className="steps" aria-hidden="true">
      {Array.from({ length: shown }, (_, index) => {
        const n = index + 1;
        const mark = done || n < at ? "d" : n === at ? (failed ? "f" : "r") : "";
        return <i key={n} className={mark} />;
      })}
    </div>
  );
}

/** Added and removed lines, as words for those who cannot see colour. */
export function Change({ additions, deletions }: { additions: number; deletions: number }) {
  return (
    <>
      <span className="plus">
        +{additions}
        <span className="unseen"> {words.added}</span>
      </span>
      <span className="minus">
        −{deletions}
        <span className="unseen"> {words.removed}</span>
      </span>
    </>
  );
}

/** One of a few choices, all visible. */
export function Choice<T extends string>({
  value,
  options,
  onChange,
  label,
}: {
  value: T;
  options: ReadonlyArray<{ value: T; label: string; hint?: string }>;
  onChange: (next: T) => void;
  label: string;
}) {
  return (
    <div className="seg" role="radiogroup" aria-label={label}>
      {options.map((option, index) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          title={option.hint}
          className={option.value === value ? "on" : ""}
          onClick={() => onChange(option.value)}
          onKeyDown={(event) => {
            const move = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 0;
            const next = move ? options[(index + move + options.length) % options.length] : undefined;
            if (!next) return;
            event.preventDefault();
            onChange(next.value);
            (event.currentTarget.parentElement?.children[options.indexOf(next)] as HTMLElement | undefined)?.focus();
          }}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

/** On or off, taking effect at once. */
export function Switch({
  on,
  onChange,
  label,
  disabled,
}: {
  on: boolean;
  onChange: (next: boolean) => void;
  label: string;
  disabled?: boolean;
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      disabled={disabled}
      className={`switch${on ? " on" : ""}`}
      onClick={() => onChange(!on)}
    />
  );
}

/** A strip over a page: something about all of it. Never blocks reading. */
export function Banner({
  tone,
  icon,
  children,
  action,
}: {
  tone: "run" | "needs" | "failed";
  icon?: IconName;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={`banner banner--${tone}`} role="status">
      {icon ? <Icon name={icon} /> : <StateIcon kind={tone === "run" ? "running" : tone} />}
      <span className="grow">{typeof children === "string" ? <InlineText text={children} /> : children}</span>
      {action}
    </div>
  );
}

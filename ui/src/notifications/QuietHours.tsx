// Quiet hours: on or off, from, until. The times stay when they are off.

import { useEffect, useState } from "react";
import { Switch } from "../components";
import type { QuietHours as Hours } from "../client";
import { isTime } from "./seen";
import { words } from "./words";

export function QuietHours({ hours, disabled, onChange }: { hours: Hours; disabled: boolean; onChange: (next: Hours) => void }) {
  return (
    <>
      <Switch on={hours.on} label={words.quiet} disabled={disabled} onChange={(on) => onChange({ ...hours, on })} />
      {hours.on ? (
        <>
          <TimeField label={words.quietFrom} value={hours.from} disabled={disabled} onChange={(from) => onChange({ ...hours, from })} />
          <TimeField label={words.quietUntil} value={hours.until} disabled={disabled} onChange={(until) => onChange({ ...hours, until })} />
          {hours.from === hours.until ? <span className="t2 c3">{words.wholeDay}</span> : null}
        </>
      ) : null}
    </>
  );
}

/** Taken over when it is left or confirmed: a time that is half typed would be another one. */
function TimeField({ label, value, disabled, onChange }: { label: string; value: string; disabled: boolean; onChange: (time: string) => void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const wrong = !isTime(typed);
  const take = () => {
    if (!wrong && typed !== value) onChange(typed);
  };
  return (
    <label className="quiet__time">
      <span className="t2 c2">{label}</span>
      <input
        type="time"
        className={`input num${wrong ? " input--bad" : ""}`}
        aria-label={`${words.quiet}, ${label}`}
        aria-invalid={wrong ? true : undefined}
        required
        title={wrong ? words.notATime : undefined}
        value={typed}
        disabled={disabled}
        onChange={(event) => setTyped(event.target.value.slice(0, 5))}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === "Enter") take();
        }}
      />
    </label>
  );
}

// What a device may do, to be ticked. Only what whoever ticks may do themselves.

import type { Permission } from "../client";
import { EVERYDAY, MANAGING, ticked } from "./scopes";
import { words } from "./words";

export function ScopeTicks({
  chosen,
  onChange,
  mine,
  before = [],
  disabled,
}: {
  chosen: readonly Permission[];
  onChange: (next: Permission[]) => void;
  /** What may be given. */
  mine: ReadonlySet<Permission>;
  /** What the device has already. */
  before?: readonly Permission[];
  disabled?: boolean;
}) {
  const tick = ({ scope, name, hint }: (typeof EVERYDAY)[number]) => {
    const given = mine.has(scope);
    return (
      // The words of the scope are its label.
      // oxlint-disable-next-line jsx-a11y/label-has-associated-control
      <label key={scope} className="tick" title={given ? undefined : words.mayNot}>
        <input
          type="checkbox"
          className="boxin"
          checked={chosen.includes(scope)}
          // Without reading there would be nothing to see.
          disabled={disabled || !given || scope === "read"}
          onChange={(event) => onChange(ticked(chosen, scope, event.target.checked))}
        />
        <span className="v tick__text">
          <span className="t2 medium">{name}</span>
          <span className="t1 c3">{before.includes(scope) ? words.hadBefore : hint}</span>
        </span>
      </label>
    );
  };
  return (
    <div className="ticks">
      <fieldset className="ticks__group">
        <legend className="unseen">{words.may}</legend>
        {EVERYDAY.map(tick)}
      </fieldset>
      {MANAGING.some(({ scope }) => mine.has(scope)) ? (
        <fieldset className="ticks__group ticks__group--more">
          <legend className="label">{words.managing}</legend>
          {MANAGING.map(tick)}
        </fieldset>
      ) : null}
    </div>
  );
}

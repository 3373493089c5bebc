// A labelled text field that says what is wrong with its value.

import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from "react";

export function Field({
  label,
  hint,
  problem,
  mono,
  after,
  ref,
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, "children"> & {
  label: string;
  hint?: ReactNode;
  problem?: string;
  mono?: boolean;
  /** At the end of the line: a button. */
  after?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className="label">
        {label}
      </label>
      <div className="h">
        <input
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          {...rest}
          id={id}
          ref={ref}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem || hint ? `${id}-more` : undefined}
          className={`input grow${problem ? " input--bad" : ""}${mono ? " mono" : ""}`}
        />
        {after}
      </div>
      <div id={`${id}-more`} className={problem ? "t2 s-failed" : "t2 c3"}>
        {problem ?? hint}
      </div>
    </div>
  );
}

// One setting: its name, its control, and where the value comes from.

import type { ReactNode } from "react";

export function Setting({ name, hint, origin, children, htmlFor }: { name: string; hint?: ReactNode; origin?: ReactNode; children: ReactNode; htmlFor?: string }) {
  return (
    <div className="set">
      <div>
        {htmlFor ? <label htmlFor={htmlFor}>{name}</label> : <div>{name}</div>}
        {hint ? <div className="o">{hint}</div> : null}
      </div>
      <div className="set__control">{children}</div>
      <div className="o">{origin}</div>
    </div>
  );
}

export function SectionHead({ title, children, id }: { title: string; children?: ReactNode; id?: string }) {
  return (
    <div className="sethead">
      <h2 className="t4" id={id}>
        {title}
      </h2>
      {children ? <p className="t2 c2">{children}</p> : null}
    </div>
  );
}

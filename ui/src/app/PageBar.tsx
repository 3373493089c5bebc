// The bar over a page: where one is, and what can be done with all of it.

import { type ReactNode, useEffect } from "react";
import { InlineText, plainLine } from "../components";

export function PageBar({ title, sub, before, children }: { title: string; sub?: ReactNode; before?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${plainLine(title)}, Pilothouse`;
  }, [title]);
  return (
    <header className="bar">
      {before}
      <div className="bar__titles">
        <h1 className="strong trunc bar__title">
          <InlineText text={title} />
        </h1>
        {sub ? <span className="c3 t2 trunc">{sub}</span> : null}
      </div>
      <span className="grow" />
      {children}
    </header>
  );
}

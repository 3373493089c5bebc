// Rooms that are not built yet say so: what will be here, and what does the same today.

import type { ReactNode } from "react";
import { PageBar } from "../app";
import { Icon, type IconName } from "../components";
import { words } from "./words";

export function LaterPage({
  title,
  icon,
  lead,
  will,
  today,
}: {
  title: string;
  icon: IconName;
  lead: string;
  will: readonly string[];
  today: ReadonlyArray<{ icon: IconName; text: ReactNode }>;
}) {
  return (
    <>
      <PageBar title={title} sub={words.notYet} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
      <div className="scroll" tabIndex={0} role="region" aria-label={title}>
        <div className="later">
          <div className="h h--3">
            <span className="later__icon c3">
              <Icon name={icon} size="l" />
            </span>
            <h2 className="t4">{lead}</h2>
          </div>
          <section>
            <h3 className="label">{words.will}</h3>
            <ul className="list">
              {will.map((line) => (
                <li key={line}>
                  <Icon name="waiting" />
                  <span>{line}</span>
                </li>
              ))}
            </ul>
          </section>
          <section>
            <h3 className="label">{words.today}</h3>
            <ul className="list">
              {today.map((one, index) => (
                <li key={`${title}-${String(index)}`}>
                  <Icon name={one.icon} />
                  <span>{one.text}</span>
                </li>
              ))}
            </ul>
          </section>
        </div>
      </div>
    </>
  );
}

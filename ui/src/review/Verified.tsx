// One verified, failed or unverified thing, with what its command printed when that is what there is.

import { Icon, type IconName, InlineText } from "../components";
import type { VerifiedLine } from "../client";

const SHAPE: Record<VerifiedLine["result"], readonly [IconName, string]> = {
  passed: ["check", "passed"],
  failed: ["failed", "failed"],
  not_checked: ["waiting", "waiting"],
};

export function VerifiedItem({ line }: { line: VerifiedLine }) {
  const [icon, tone] = SHAPE[line.result];
  const { detail } = line;
  const long = detail !== undefined && (detail.includes("\n") || detail.length > 160);
  return (
    <li>
      <span className={`st s-${tone}`}>
        <Icon name={icon} />
      </span>
      <span className="grow sideline">
        <InlineText text={line.what} />
        {detail && !long ? <span className="c3 t1 sidedetail"><InlineText text={detail} /></span> : null}
        {detail && long ? (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- output scrolls
          <pre className="log checktail" tabIndex={0}>
            {detail}
          </pre>
        ) : null}
      </span>
    </li>
  );
}

/** `path: why` as the queue writes a risky path. */
export function splitRisky(text: string): { path: string; why: string } {
  const at = text.indexOf(": ");
  return at < 0 ? { path: text, why: "" } : { path: text.slice(0, at), why: text.slice(at + 2) };
}

// The checks on the tree that would land of an entry: their groups, how long each may take, how it stands, and why one
// was left out.

import type { CheckVerdict } from "../client";
import { argvText, durationText, Icon, State, StateIcon, type StateKind } from "../components";
import { saidOf } from "../model";
import { type CheckGroup, groupedChecks, type GroupState, limitText } from "./check-groups";
import { words } from "./words";
import "./review.css";

const KIND: Record<GroupState, StateKind> = { passed: "passed", failed: "failed", running: "running", skipped: "waiting", waiting: "waiting" };
const STATE: Record<string, string> = { passed: words.checkPassed, failed: words.checkFailed, running: words.checkRuns, skipped: words.skipped, waiting: words.checkWaits };

export function EntryChecks({ checks }: { checks: readonly CheckVerdict[] }) {
  const groups = groupedChecks(checks);
  if (groups.every((group) => group.name === "")) return <Checks checks={checks} limits="none" />;
  return (
    <div className="v v--3 sidelist" data-testid="check-groups">
      {groups.map((group) => (
        <Group key={group.name} group={group} />
      ))}
    </div>
  );
}

function Group({ group }: { group: CheckGroup }) {
  const name = group.name || words.noGroup;
  return (
    <div className="v v--1" role="group" aria-label={name}>
      <div className="h t2">
        <State kind={KIND[group.state]} size="s" label={STATE[group.state] ?? ""} />
        <span className="medium grow trunc">{name}</span>
        {group.state === "skipped" ? <span className="t1 c3">{words.skipped}</span> : null}
        {group.limitS === undefined ? null : <span className="t1 c3 num">{words.atMost(limitText(group.limitS))}</span>}
      </div>
      <Checks checks={group.checks} limits={group.limitS === undefined ? "each" : "none"} />
    </div>
  );
}

/** `each`: every row says its limit; else it is said when one points at the row. */
function Checks({ checks, limits }: { checks: readonly CheckVerdict[]; limits: "each" | "none" }) {
  return (
    <div className="v v--1 sidelist">
      {checks.map((check) => (
        <div key={check.name}>
          <CheckRow check={check} limit={limits === "each"} />
          {check.state === "skipped" && check.reason ? <p className="t1 c3 sideline">{saidOf(check)}</p> : null}
          {check.state === "failed" && check.tail ? (
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- output scrolls
            <pre className="log checktail" tabIndex={0}>
              {check.tail}
            </pre>
          ) : null}
        </div>
      ))}
    </div>
  );
}

const VERDICT: Record<string, StateKind> = { passed: "passed", failed: "failed", running: "running" };

function CheckRow({ check, limit }: { check: CheckVerdict; limit: boolean }) {
  const kind = VERDICT[check.state] ?? "waiting";
  const skipped = check.state === "skipped";
  const note = skipped ? (saidOf(check) ?? "") : check.reused ? words.reused : check.flakyRetry ? words.flaky : "";
  const atMost = check.timeoutS === undefined ? "" : words.atMost(limitText(check.timeoutS));
  const came = skipped ? words.skipped : check.reused ? words.reusedShort : check.durationMs === null ? "" : durationText(check.durationMs);
  return (
    <div className="h t2 checkrow" title={[argvText(check.run), note, atMost].filter(Boolean).join(", ")}>
      <span className={`st s-${kind === "landed" ? "passed" : kind}`}>
        {kind === "passed" ? <Icon name="check" size="s" /> : <StateIcon kind={kind} size="s" />}
        <span className="unseen">{STATE[check.state] ?? check.state}</span>
      </span>
      <span className="mono grow trunc">{check.run.length > 0 ? argvText(check.run) : check.name}</span>
      {check.flakyRetry ? <Icon name="refresh" size="s" /> : null}
      <span className="c3 num t1">{[came, limit ? atMost : ""].filter(Boolean).join(", ")}</span>
    </div>
  );
}

// Below the profile in the settings: the rules in force and where each stands, why something would be asked, and what
// is remembered.

import { useCall } from "../app";
import { Banner, ErrorState, InlineText, Skeleton, Tag } from "../components";
import type { PolicyShown, StandingRule, Workspace } from "../client";
import { SectionHead } from "../settings/Row";
import { words as settingsWords } from "../settings/words";
import { EffectMark } from "./EffectMark";
import { GrantList } from "./GrantList";
import { Why } from "./Why";
import "./policy.css";
import { words } from "./words";

export function PolicySection({ workspace, live }: { workspace: Workspace; live: boolean }) {
  // A change of the profile is a change of what is shown here.
  const shown = useCall("policy.show", { id: workspace.id }, PROFILES.indexOf(workspace.profile));
  return (
    <>
      <div className="setnext">
        <GrantList workspaceId={workspace.id} live={live} />
      </div>
      <div className="setnext">
        <Why workspaceId={workspace.id} live={live} />
      </div>
      <div className="setnext">
        <SectionHead title={words.rules}>{words.rulesText}</SectionHead>
        {shown.value ? <Book shown={shown.value} /> : shown.failure ? <ErrorState title={words.loadFailed} error={shown.failure} onRetry={shown.reload} /> : <Skeleton rows={4} row={44} />}
      </div>
    </>
  );
}

const PROFILES = ["careful", "balanced", "autopilot"] as const;

function Book({ shown }: { shown: PolicyShown }) {
  return (
    <>
      {shown.tightenedBy ? (
        <Banner tone="needs" icon="shield">
          {words.tightened(settingsWords[shown.profile], shown.tightenedBy)}
        </Banner>
      ) : null}
      {shown.files
        .filter((file) => file.problem)
        .map((file) => (
          <Banner key={file.path} tone="failed" icon="alert">
            <span className="medium">
              <InlineText text={file.problem ?? ""} />
            </span>{" "}
            {words.unreadable}
          </Banner>
        ))}
      {shown.rules.length === 0 ? <p className="t2 c3">{words.noRules}</p> : null}
      <ol className="list policy__rules">
        {shown.rules.map((one) => (
          <RuleLine key={`${one.file}:${one.line}`} one={one} />
        ))}
      </ol>
      <p className="t2 c3 setnote">
        {words.filesHead}:{" "}
        {shown.files.map((file, index) => (
          <span key={file.path}>
            {index > 0 ? ", " : ""}
            <span className="mono wraps">{file.path}</span>
            {file.found ? "" : ` (${words.notThere})`}
          </span>
        ))}
      </p>
      <h3 className="label policy__label">{words.profileSays}</h3>
      <ul className="list policy__lines">
        {shown.lines.map((line) => (
          <li key={line.id} className="policy__line">
            <EffectMark effect={line.effect} />
            <span className="mono t2 c2">{line.id}</span>
            <span className="t2">{line.says}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function RuleLine({ one }: { one: StandingRule }) {
  return (
    <li className={`policy__rule${one.counts ? "" : " policy__rule--off"}`} data-testid="policy-rule">
      <EffectMark effect={one.rule.effect ?? "ask"} />
      <span className="v v--1">
        <span>
          <span className="medium">{one.rule.id || words.noId}</span> <span className="c3 t2">{one.source === "user" ? words.mine : words.repository}</span> {one.counts ? null : <Tag>{words.notUsed}</Tag>}
        </span>
        <span className="t2">
          <InlineText text={one.says} />
        </span>
        <span className="mono t1 c3 wraps">
          {one.file}:{one.line}
        </span>
        {one.problems.map((problem) => (
          <span key={problem} className="t2 s-needs">
            {problem}
          </span>
        ))}
      </span>
    </li>
  );
}

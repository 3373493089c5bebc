// What a workspace is called and where it lives.

import { useId, useState } from "react";
import { Banner, Button, CopyButton, InlineText, Switch } from "../components";
import type { ConfigShown, Workspace } from "../client";
import { takenOrigin, workspaceOrigin } from "./origins";
import { SectionHead, Setting } from "./Row";
import { useWorkspaceUpdate } from "./useWorkspaceUpdate";
import { words } from "./words";

export function nameProblem(name: string): string | undefined {
  const trimmed = name.trim();
  if (trimmed === "") return words.nameEmpty;
  return trimmed.length > 80 ? words.nameLong : undefined;
}

export function General({ workspace, live, config }: { workspace: Workspace; live: boolean; config: ConfigShown | undefined }) {
  const id = useId();
  const { update, busy, failure } = useWorkspaceUpdate(workspace);
  const [name, setName] = useState(workspace.name);
  const problem = nameProblem(name);
  const changed = name.trim() !== workspace.name;
  return (
    <section>
      <SectionHead title={words.general} />
      {workspace.warnings.length > 0 ? (
        <div className="setwarn">
          <h3 className="label">{words.warningsHead}</h3>
          <ul className="list">
            {workspace.warnings.map((warning) => (
              <li key={warning}><InlineText text={warning} /></li>
            ))}
          </ul>
        </div>
      ) : null}
      {failure ? <Banner tone="failed">{`${words.saveFailed}: ${failure.message}`}</Banner> : null}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (changed && !problem && live) void update({ name: name.trim() });
        }}
      >
        <Setting name={words.name} hint={words.nameHint} htmlFor={id} origin={changed ? words.originUnsaved : workspaceOrigin(workspace, "name")}>
          <div className="v v--1 grow">
            <div className="h">
              <input
                id={id}
                className={`input grow${problem ? " input--bad" : ""}`}
                value={name}
                aria-invalid={problem ? true : undefined}
                aria-describedby={problem ? `${id}-p` : undefined}
                onChange={(event) => setName(event.target.value)}
              />
              {changed ? (
                <Button type="submit" look="primary" busy={busy} disabled={problem !== undefined || !live}>
                  {words.save}
                </Button>
              ) : null}
            </div>
            {problem ? (
              <span id={`${id}-p`} className="t1 s-failed">
                <InlineText text={problem} />
              </span>
            ) : null}
          </div>
        </Setting>
      </form>
      <Setting name={words.folder}>
        <span className="mono t2 trunc" title={workspace.repoRoot}>
          {workspace.repoRoot}
        </span>
        <CopyButton icon text={workspace.repoRoot} />
      </Setting>
      <Setting name={words.base} hint={words.baseHint}>
        <code>{workspace.baseBranch}</code>
      </Setting>
      <Setting name={words.integration} hint={words.integrationHint}>
        <code>{workspace.integrationBranch}</code>
      </Setting>
      <Setting name={words.mergeEnabled} hint={words.mergeEnabledHint} origin={takenOrigin(workspace, "mergeEnabled", config)}>
        <Switch on={workspace.mergeEnabled} label={words.mergeEnabled} disabled={busy || !live} onChange={(on) => void update({ mergeEnabled: on })} />
      </Setting>
    </section>
  );
}

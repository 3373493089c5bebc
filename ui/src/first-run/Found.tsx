// What was found in the repository and on this machine, each with the one thing that can be done about it.

import { useState } from "react";
import { useAction, useCall, useCrew, useModel } from "../app";
import { argvText, Button, Skeleton } from "../components";
import type { CliFound, RepositoryFacts, Workspace } from "../client";
import { confinedWord } from "../model";
import { agentText } from "./agents";
import { ChecksEditor } from "./ChecksEditor";
import { FoundRow } from "./FoundRow";
import { ModelRows } from "./ModelRows";
import { words } from "./words";

/** `onChecksUsed` when the checks were accepted or changed: they are being tried then. */
export function Found({ workspace, onChecksUsed }: { workspace: Workspace; onChecksUsed: () => void }) {
  const facts = useCall("workspace.facts", { id: workspace.id });
  const providers = useCall("config.providers", {});
  return (
    <div className="card">
      {facts.value ? <GitRow facts={facts.value} /> : facts.failure ? <FoundRow kind="failed" icon="branch" name="Git" line={facts.failure.message} /> : <Skeleton rows={1} row={52} />}
      <ChecksRow workspace={workspace} onUsed={onChecksUsed} />
      {providers.value ? (
        <ModelRows providers={providers.value.providers} />
      ) : providers.failure ? (
        <FoundRow kind="needs" icon="chip" name={words.models} line={words.modelsFailed} more={providers.failure.message} action={<Button onClick={providers.reload}>{words.tryAgain}</Button>} />
      ) : (
        <Skeleton rows={1} row={52} />
      )}
      {providers.value ? <AgentsRow clis={providers.value.clis} /> : null}
      <SandboxRow workspace={workspace} />
    </div>
  );
}

function GitRow({ facts }: { facts: RepositoryFacts }) {
  const head = facts.commits[0];
  const odd = [facts.detached ? words.detached : "", facts.shallow ? words.shallow : "", facts.empty ? words.noCommits : "", facts.state === "clean" ? "" : words.middleOf(facts.state)].filter(Boolean);
  const dirty = words.dirty(facts.dirtyTotal);
  const languages = facts.languages.slice(0, 4).map((one) => one.language).join(", ");
  return (
    <FoundRow
      kind={facts.blockers.length > 0 ? "needs" : "passed"}
      icon="branch"
      name="Git"
      line={[facts.branch ? words.onBranch(facts.branch) : "", dirty, languages].filter(Boolean).join(", ") + (odd.length > 0 ? `; ${odd.join(", ")}` : "")}
      more={facts.blockers.length > 0 ? facts.blockers.join(" ") : head ? `${head.commit.slice(0, 7)} ${head.summary}` : undefined}
    />
  );
}

const ORIGIN = { repository: words.originRepository, user: words.originUser, detected: words.originDetected, none: "" } as const;

function ChecksRow({ workspace, onUsed }: { workspace: Workspace; onUsed: () => void }) {
  const crew = useCrew();
  const [editing, setEditing] = useState(false);
  const { run, busy, failure } = useAction();
  const plan = workspace.checks;
  const save = async (change: Parameters<typeof crew.call<"workspace.update">>[1]) => {
    const done = await run(async () => {
      await crew.call("workspace.update", change);
      await crew.refresh("workspaces");
    });
    if (!done) return;
    setEditing(false);
    onUsed();
    void crew.dryRun(workspace.id).start();
  };
  const none = plan.checks.length === 0;
  return (
    <>
      <FoundRow
        kind={none ? "needs" : plan.confirmed ? "passed" : "needs"}
        icon="shield"
        name={words.checks}
        line={none ? words.noChecks : <span className="mono">{plan.checks.map((check) => argvText(check.run)).join("; ")}</span>}
        more={
          failure?.message ??
          (none
            ? words.sayChecks
            : `${ORIGIN[plan.origin]}. ${plan.confirmed ? words.confirmed : words.confirmThem}${plan.warnings.length > 0 ? ` ${plan.warnings.join(" ")}` : ""}`)
        }
        action={
          editing ? null : (
            <span className="h">
              <Button onClick={() => setEditing(true)}>{none ? words.addChecks : words.edit}</Button>
              {!none && !plan.confirmed ? (
                <Button look="primary" busy={busy} data-testid="confirm-checks" onClick={() => void save({ id: workspace.id, trusted: true })}>
                  {words.confirm}
                </Button>
              ) : null}
            </span>
          )
        }
      />
      {editing ? (
        <div className="card__sect">
          <ChecksEditor checks={plan.checks} busy={busy} onCancel={() => setEditing(false)} onSave={(checks) => void save({ id: workspace.id, checks })} />
        </div>
      ) : null}
    </>
  );
}

/** Agents of other makers on this machine: said, so that nobody wonders, and left alone. */
function AgentsRow({ clis }: { clis: readonly CliFound[] }) {
  const found = clis.map(agentText).join(", ");
  return <FoundRow kind={found ? "passed" : "waiting"} icon="helm" name={words.agents} line={found || words.noAgents} more={words.agentsMore} />;
}

function SandboxRow({ workspace }: { workspace: Workspace }) {
  const crew = useCrew();
  const status = useModel((state) => state.status.value);
  const { run, busy, failure } = useAction();
  if (!status) return null;
  if (status.isolation && !status.isolationProblem) {
    const { backend, fs, net } = status.isolation;
    return <FoundRow kind="passed" icon="box" name={words.sandbox} line={words.runIn(confinedWord("backend", backend))} more={words.filesNet(confinedWord("fs", fs), confinedWord("net", net))} />;
  }
  return (
    <FoundRow
      kind={workspace.allowHost ? "needs" : "failed"}
      icon="box"
      name={words.sandbox}
      line={workspace.allowHost ? words.hostAllowed : words.nothingRuns}
      more={failure?.message ?? status.isolationProblem ?? undefined}
      action={
        <Button
          busy={busy}
          onClick={() =>
            void run(async () => {
              await crew.call("workspace.update", { id: workspace.id, allowHost: !workspace.allowHost });
              await crew.refresh("workspaces");
            })
          }
        >
          {workspace.allowHost ? words.takeBack : words.runWithout}
        </Button>
      }
    />
  );
}

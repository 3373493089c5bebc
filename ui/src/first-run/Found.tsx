// What was found in the repository and on this machine, each with the one thing that can be done about it.

import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useAction, useCall, useCrew, useModel } from "../app";
import { argvText, Button, Icon, type IconName, Skeleton, State, type StateKind } from "../components";
import type { ProviderFound, RepositoryFacts, Workspace } from "../client";
import { ChecksEditor } from "./ChecksEditor";
import { words } from "./words";

export function Found({ workspace }: { workspace: Workspace }) {
  const facts = useCall("workspace.facts", { id: workspace.id });
  const providers = useCall("config.providers", {});
  return (
    <div className="card">
      {facts.value ? <GitRow facts={facts.value} /> : facts.failure ? <FoundRow kind="failed" icon="branch" name="Git" line={facts.failure.message} /> : <Skeleton rows={1} row={52} />}
      <ChecksRow workspace={workspace} />
      {providers.value ? (
        <ModelRows providers={providers.value.providers} />
      ) : providers.failure ? (
        <FoundRow kind="needs" icon="chip" name="Models" line="The search for models did not finish" more={providers.failure.message} action={<Button onClick={providers.reload}>Try again</Button>} />
      ) : (
        <Skeleton rows={1} row={52} />
      )}
      <SandboxRow workspace={workspace} />
    </div>
  );
}

function FoundRow({ kind, icon, name, line, more, action }: { kind: StateKind; icon: IconName; name: string; line: ReactNode; more?: ReactNode; action?: ReactNode }) {
  const label = { passed: "Found", needs: "Needs you", failed: "Problem", waiting: "Not there", running: "Working", landed: "Found" }[kind];
  return (
    <div className="found">
      <State kind={kind} label={label} />
      <span className="h">
        <Icon name={icon} />
        <span className="medium">{name}</span>
      </span>
      <div className="v found__text">
        <span className="t2 found__line">{line}</span>
        {more ? <span className="t2 c3 wraps">{more}</span> : null}
      </div>
      {action ?? null}
    </div>
  );
}

function GitRow({ facts }: { facts: RepositoryFacts }) {
  const head = facts.commits[0];
  const odd = [facts.detached ? "detached HEAD" : "", facts.shallow ? "shallow clone" : "", facts.empty ? "no commits yet" : "", facts.state === "clean" ? "" : `in the middle of a ${facts.state}`].filter(Boolean);
  const dirty = facts.dirtyTotal === 0 ? "nothing uncommitted" : `${facts.dirtyTotal} uncommitted ${facts.dirtyTotal === 1 ? "file" : "files"} that will be left alone`;
  const languages = facts.languages.slice(0, 4).map((one) => one.language).join(", ");
  return (
    <FoundRow
      kind={facts.blockers.length > 0 ? "needs" : "passed"}
      icon="branch"
      name="Git"
      line={[facts.branch ? `on ${facts.branch}` : "", dirty, languages].filter(Boolean).join(", ") + (odd.length > 0 ? `; ${odd.join(", ")}` : "")}
      more={facts.blockers.length > 0 ? facts.blockers.join(" ") : head ? `${head.commit.slice(0, 7)} ${head.summary}` : undefined}
    />
  );
}

const ORIGIN = { repository: "From the repository’s own file", user: "Your own", detected: "Found from the files of the repository", none: "" } as const;

function ChecksRow({ workspace }: { workspace: Workspace }) {
  const crew = useCrew();
  const [editing, setEditing] = useState(false);
  const { run, busy, failure } = useAction();
  const plan = workspace.checks;
  const save = async (change: Parameters<typeof crew.call<"workspace.update">>[1]) => {
    const done = await run(async () => {
      await crew.call("workspace.update", change);
      await crew.refresh("workspaces");
    });
    if (done) setEditing(false);
  };
  const none = plan.checks.length === 0;
  return (
    <>
      <FoundRow
        kind={none ? "needs" : plan.confirmed ? "passed" : "needs"}
        icon="shield"
        name="Checks"
        line={none ? "No checks were found, so nothing can land" : <span className="mono">{plan.checks.map((check) => argvText(check.run)).join("; ")}</span>}
        more={
          failure?.message ??
          (none
            ? "Say which commands prove that a change is good. They run on exactly the tree that would land."
            : `${ORIGIN[plan.origin]}. ${plan.confirmed ? "Confirmed." : "They run code of this repository, in the sandbox. Confirm that they may."}${plan.warnings.length > 0 ? ` ${plan.warnings.join(" ")}` : ""}`)
        }
        action={
          editing ? null : (
            <span className="h">
              <Button onClick={() => setEditing(true)}>{none ? "Add checks" : words.edit}</Button>
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

function ModelRows({ providers }: { providers: readonly ProviderFound[] }) {
  const crew = useCrew();
  const chosen = useCall("config.models", {});
  const { run, busy, failure } = useAction();
  const [using, setUsing] = useState<string>();
  const there = providers.filter((one) => one.state !== "absent");
  const planner = chosen.value?.models.find((model) => model.role === "remotebuddy");
  const use = (provider: ProviderFound) => {
    const { endpoint, dialect, keyEnv } = provider;
    const model = provider.models[0];
    if (!endpoint || !dialect || !model) return;
    setUsing(provider.id);
    void run(async () => {
      for (const role of ["localbuddy", "remotebuddy", "workers"] as const) {
        await crew.call("config.set_model", { role, dialect, endpoint, model, ...(keyEnv ? { keyEnv } : {}) });
      }
      chosen.reload();
      await crew.refresh("status");
    });
  };
  if (there.length === 0) {
    return (
      <FoundRow
        kind="waiting"
        icon="chip"
        name="Models"
        line="None was found on this machine"
        more="Not needed to begin: fixed steps such as replace, format and test work without one. Start Ollama, LM Studio or llama-server, or name a key in the settings, for everything else."
        action={
          <Link to="/settings" className="btn">
            Settings
          </Link>
        }
      />
    );
  }
  return there.map((provider) => {
    const inUse = planner !== undefined && planner.endpoint === provider.endpoint;
    const ready = provider.state === "ready" && provider.endpoint && provider.dialect && provider.models.length > 0;
    return (
      <FoundRow
        key={provider.id}
        kind={inUse ? "passed" : provider.state === "failing" ? "failed" : "waiting"}
        icon={provider.keyEnv ? "key" : "chip"}
        name={provider.name}
        line={provider.detail}
        more={
          using === provider.id && failure
            ? failure.message
            : inUse
              ? `In use: ${planner.model}`
              : provider.models.length > 0
                ? `${provider.models.slice(0, 3).join(", ")}${provider.models.length > 3 ? ` and ${provider.models.length - 3} more` : ""}. Not used until you say so.`
                : undefined
        }
        action={
          inUse ? null : ready ? (
            <Button busy={busy && using === provider.id} onClick={() => use(provider)}>
              {provider.keyEnv ? "Use this key" : "Use it"}
            </Button>
          ) : (
            <Link to="/settings" className="btn">
              Set up
            </Link>
          )
        }
      />
    );
  });
}

function SandboxRow({ workspace }: { workspace: Workspace }) {
  const crew = useCrew();
  const status = useModel((state) => state.status.value);
  const { run, busy, failure } = useAction();
  if (!status) return null;
  if (status.isolation && !status.isolationProblem) {
    const { backend, fs, net } = status.isolation;
    return <FoundRow kind="passed" icon="box" name="Sandbox" line={`Jobs and checks run in ${backend}`} more={`Files: ${fs}. Network: ${net}.`} />;
  }
  return (
    <FoundRow
      kind={workspace.allowHost ? "needs" : "failed"}
      icon="box"
      name="Sandbox"
      line={workspace.allowHost ? "None. You allowed plain processes for this repository" : "None, so nothing of this repository is run"}
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
          {workspace.allowHost ? "Take that back" : "Run without one"}
        </Button>
      }
    />
  );
}

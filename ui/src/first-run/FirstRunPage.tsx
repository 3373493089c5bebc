// Set-up: a repository, what was found, and the first message. Works with nothing installed but git.

import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { useAction, useCrew, useModel } from "../app";
import { Button, Field, Icon, InlineText } from "../components";
import type { Workspace } from "../client";
import { platform } from "../platform";
import { Logo } from "../shell/Logo";
import { sessionIdFor } from "../shell/NewSession";
import { DryRunCard, useDryRun } from "./DryRunCard";
import { Found } from "./Found";
import { words } from "./words";

/** Which step of the page each mark of the stepper belongs to; trying the checks happens beside what was found. */
const STEPS = [
  { name: words.choose, of: 0 },
  { name: words.found, of: 1 },
  { name: words.dryRun, of: "beside" },
  { name: words.message, of: 2 },
] as const;

export default function FirstRunPage() {
  const asked = useSearch({ strict: false }) as { workspace?: string };
  const workspaces = useModel((state) => state.workspaces.value);
  const [chosen, setChosen] = useState(asked.workspace);
  const [step, setStep] = useState(asked.workspace ? 1 : 0);
  const workspace = workspaces?.find((one) => one.id === chosen);
  const [skipped, setSkipped] = useState(false);
  useEffect(() => {
    document.title = `${words.title}, Pilothouse`;
  }, []);
  const at = step > 0 && !workspace && workspaces ? 0 : step;
  return (
    <div className="fr">
      <header className="bar">
        <Logo />
        <span className="strong">Pilothouse</span>
        <span className="push h">
          <Link to={workspaces && workspaces.length > 0 ? "/" : "/queue"} className="btn btn--ghost">
            {workspaces && workspaces.length > 0 ? words.skip : words.lookAround}
          </Link>
        </span>
      </header>
      <div className="fr__scroll">
        <div className="frgrid">
          <nav aria-label={words.title}>
            <ol className="stepper">
              {STEPS.map(({ name, of }, index) =>
                of === "beside" ? (
                  <BesideStep key={name} name={name} number={index + 1} workspaceId={workspace?.id} />
                ) : (
                  <li key={name} className={of === at ? "on" : of < at ? "done" : ""} aria-current={of === at ? "step" : undefined}>
                    <span className="n">{of < at ? <Icon name="check" size="s" /> : index + 1}</span>
                    {name}
                  </li>
                ),
              )}
            </ol>
            <p className="t2 c3 fr__note">{words.privacy}</p>
          </nav>
          <main id="page">
            {at === 0 ? (
              <ChooseRepository
                known={workspaces ?? []}
                onChosen={(id) => {
                  setChosen(id);
                  setStep(1);
                }}
              />
            ) : null}
            {at === 1 && workspace ? <FoundStep workspace={workspace} onChecksUsed={() => setSkipped(false)} onBack={() => setStep(0)} onNext={() => setStep(2)} /> : null}
            {at === 2 && workspace ? <FirstMessage workspace={workspace} onBack={() => setStep(1)} /> : null}
          </main>
          {at > 0 && workspace && !skipped && canTry(workspace) ? (
            <aside className="fr__aside" aria-label={words.dryRun}>
              <DryRunCard workspace={workspace} onSkip={() => setSkipped(true)} />
            </aside>
          ) : null}
        </div>
      </div>
    </div>
  );
}

/** Checks nobody accepted are not run, not even to try them. */
function canTry(workspace: Workspace): boolean {
  return workspace.checks.confirmed && workspace.checks.checks.length > 0;
}

/** Done only when the checks passed: what was skipped has no tick. */
function BesideStep({ name, number, workspaceId }: { name: string; number: number; workspaceId: string | undefined }) {
  return workspaceId === undefined ? (
    <li>
      <span className="n">{number}</span>
      {name}
    </li>
  ) : (
    <TriedStep name={name} number={number} workspaceId={workspaceId} />
  );
}

function TriedStep({ name, number, workspaceId }: { name: string; number: number; workspaceId: string }) {
  const { run } = useDryRun(workspaceId);
  return (
    <li className={run?.state === "passed" ? "done" : run ? "on2" : ""}>
      <span className="n">{run?.state === "passed" ? <Icon name="check" size="s" /> : number}</span>
      {name}
    </li>
  );
}

function ChooseRepository({ known, onChosen }: { known: readonly Workspace[]; onChosen: (id: string) => void }) {
  const crew = useCrew();
  const [path, setPath] = useState("");
  const { run, busy, failure, clear } = useAction();
  const add = async (folder: string) => {
    const workspace = await crew.call("workspace.add", { path: folder, trust: false });
    await crew.refresh("workspaces", "sessions");
    onChosen(workspace.id);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const folder = path.trim().replace(/^["']|["']$/g, "");
    if (folder !== "") void run(() => add(folder));
  };
  const pick = () =>
    run(async () => {
      const folder = await platform.pickFolder?.();
      if (!folder) return;
      setPath(folder);
      await add(folder);
    });
  return (
    <>
      <h1 className="t5">{words.choose}</h1>
      <p className="c2 fr__lead">{words.beside}</p>
      <form onSubmit={submit} className="v v--3">
        <Field
          label={words.path}
          mono
          value={path}
          placeholder="/home/me/src/project"
          onChange={(event) => {
            setPath(event.target.value);
            clear();
          }}
          problem={failure?.message}
          hint={words.pathHint}
          after={platform.pickFolder ? <Button icon="folder" disabled={busy} onClick={() => void pick()}>{words.pick}</Button> : null}
        />
        <div className="h">
          <span className="t2 c2">{words.onlyGit}</span>
          <Button className="push" look="primary" type="submit" busy={busy} disabled={path.trim() === ""}>
            {words.add}
          </Button>
        </div>
      </form>
      {known.length > 0 ? (
        <section className="fr__known">
          <h2 className="label">{words.already}</h2>
          <ul className="card">
            {known.map((workspace) => (
              <li key={workspace.id}>
                <button type="button" className="mi" onClick={() => onChosen(workspace.id)}>
                  <Icon name="folder" />
                  <span className="medium">{workspace.name}</span>
                  <span className="mono t2 c3 trunc">{workspace.repoRoot}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}

function FoundStep({ workspace, onChecksUsed, onBack, onNext }: { workspace: Workspace; onChecksUsed: () => void; onBack: () => void; onNext: () => void }) {
  return (
    <>
      <h1 className="t5">{words.foundIn(workspace.name)}</h1>
      <p className="c2 fr__lead">
        <span className="mono t2">{workspace.repoRoot}</span>, {words.landingOn} <span className="mono t2">{workspace.integrationBranch}</span>, {words.besideBranch}{" "}
        <span className="mono t2">{workspace.baseBranch}</span>
      </p>
      <Found workspace={workspace} onChecksUsed={onChecksUsed} />
      {workspace.warnings.length > 0 ? (
        <ul className="list fr__warnings">
          {workspace.warnings.map((warning) => (
            <li key={warning} className="s-needs">
              <Icon name="alert" />
              <span><InlineText text={warning} /></span>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="h fr__foot">
        <span className="t2 c2">{words.onlyGit}</span>
        <Button className="push" onClick={onBack}>
          {words.back}
        </Button>
        <Button look="primary" onClick={onNext}>
          {words.next}
        </Button>
      </div>
    </>
  );
}

function FirstMessage({ workspace, onBack }: { workspace: Workspace; onBack: () => void }) {
  const crew = useCrew();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const { run, busy, failure } = useAction();
  const sessions = useModel((state) => state.sessions.value) ?? [];
  const modelReady = useModel((state) => state.status.value?.modelReady ?? false);
  const begin = (message: string) =>
    run(async () => {
      const there = sessions.find((session) => session.workspaceId === workspace.id);
      const sessionId = there?.sessionId ?? (await crew.call("session.create", { sessionId: sessionIdFor(workspace.name, "first"), workspaceId: workspace.id })).sessionId;
      await crew.refresh("sessions");
      if (message.trim() !== "") crew.send(sessionId, message.trim());
      await navigate({ to: "/w/$workspace/s/$session", params: { workspace: workspace.id, session: sessionId } });
    });
  const ideas = ["/status", ...(workspace.checks.testRunner ? ["/test"] : []), "/append README.md "];
  return (
    <>
      <h1 className="t5">{words.say}</h1>
      <p className="c2 fr__lead">
        {modelReady ? words.ownWords : words.noModel}
      </p>
      <form
        className="v v--3"
        onSubmit={(event) => {
          event.preventDefault();
          void begin(text);
        }}
      >
        <textarea className="input fr__message" aria-label={words.message} rows={4} value={text} onChange={(event) => setText(event.target.value)} placeholder={words.placeholder} />
        <div className="h wrap">
          {ideas.map((idea) => (
            <Button key={idea} onClick={() => setText(idea)}>
              <span className="mono">{idea.trim()}</span>
            </Button>
          ))}
        </div>
        {failure ? (
          <p className="s-failed" role="alert">
            <InlineText text={failure.message} />
          </p>
        ) : null}
        <div className="h">
          <Button look="ghost" onClick={() => void begin("")}>
            {words.justOpen}
          </Button>
          <Button className="push" onClick={onBack}>
            {words.back}
          </Button>
          <Button look="primary" type="submit" busy={busy} disabled={text.trim() === ""}>
            {words.begin}
          </Button>
        </div>
      </form>
    </>
  );
}

// The checks of a workspace, validated while they are typed; how a change lands; and whether the repository's own
// commands count.

import { useId, useMemo, useRef, useState } from "react";
import { argvText, argvTyped, Banner, Button, ConfirmDialog, Icon, IconButton, Switch } from "../components";
import type { CheckPlan, ChecksOrigin, ConfigShown, Strategy, Workspace } from "../client";
import { CheckMore, GroupFields } from "./CheckMore";
import { type CheckRow, checksOf, type GroupRow, groupsOf, groupsToSend, isSound, problemsOf, rowsOf, sameChecks, sameGroups, timeoutProblem } from "./check-rows";
import { takenOrigin, workspaceOrigin } from "./origins";
import { SectionHead, Setting } from "./Row";
import { useWorkspaceUpdate } from "./useWorkspaceUpdate";
import { words } from "./words";

const FROM: Record<ChecksOrigin, string> = { repository: words.fromRepository, user: words.fromUser, detected: words.fromDetected, none: words.fromNone };

const STRATEGIES: readonly { id: Strategy; name: string; hint: string }[] = [
  { id: "cherry_pick", name: words.cherryPick, hint: words.cherryPickHint },
  { id: "no_ff", name: words.noFf, hint: words.noFfHint },
  { id: "ff_only", name: words.ffOnly, hint: words.ffOnlyHint },
  { id: "squash", name: words.squash, hint: words.squashHint },
];

export function Checks({ workspace, live, config }: { workspace: Workspace; live: boolean; config: ConfigShown | undefined }) {
  const { update, busy, failure } = useWorkspaceUpdate(workspace);
  const id = useId();
  const [trusting, setTrusting] = useState(false);
  const strategy = STRATEGIES.find((one) => one.id === workspace.strategy);
  return (
    <section>
      <SectionHead title={words.checksHead}>{words.checksText}</SectionHead>
      {failure ? <Banner tone="failed">{`${words.saveFailed}: ${failure.message}`}</Banner> : null}
      {workspace.checks.warnings.map((warning) => (
        <Banner key={warning} tone="needs" icon="alert">
          {warning}
        </Banner>
      ))}
      <Editor
        key={JSON.stringify([workspace.checks.checks, workspace.checks.groups])}
        plan={workspace.checks}
        busy={busy}
        live={live}
        onSave={(rows, groups) => void update({ checks: checksOf(rows), checkGroups: groupsToSend(groups) })}
        onTrust={() => setTrusting(true)}
      />
      <h2 className="t4 setnext">{words.checks}</h2>
      <Setting name={words.strategy} hint={strategy?.hint} origin={takenOrigin(workspace, "strategy", config)} htmlFor={id}>
        <select id={id} className="input grow" value={workspace.strategy} disabled={busy || !live} onChange={(event) => void update({ strategy: event.target.value as Strategy })}>
          {STRATEGIES.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </Setting>
      <Setting name={words.paused} hint={words.pausedHint} origin={workspaceOrigin(workspace, "mergePaused")}>
        <Switch on={workspace.mergePaused} label={words.paused} disabled={busy || !live} onChange={(on) => void update({ mergePaused: on })} />
      </Setting>
      <Trust workspace={workspace} busy={busy} live={live} asking={trusting} setAsking={setTrusting} onChange={(trusted) => update({ trusted })} />
      <Commands plan={workspace.checks} />
    </section>
  );
}

function Editor({
  plan,
  busy,
  live,
  onSave,
  onTrust,
}: {
  plan: CheckPlan;
  busy: boolean;
  live: boolean;
  onSave: (rows: readonly CheckRow[], groups: readonly GroupRow[]) => void;
  onTrust: () => void;
}) {
  const [rows, setRows] = useState<readonly CheckRow[]>(() => rowsOf(plan.checks, argvTyped));
  const nextKey = useRef(rows.length);
  const problems = useMemo(() => problemsOf(rows), [rows]);
  const [typed, setTyped] = useState<ReadonlyMap<string, GroupRow>>(new Map());
  const [open, setOpen] = useState<number | null>(null);
  const known = plan.groups ?? {};
  const groups = groupsOf(rows, known, typed);
  const sound = isSound(problems) && groups.every((group) => group.timeout.trim() === "" || timeoutProblem(group.timeout) === null);
  const changed = !sound || !sameChecks(checksOf(rows), plan.checks) || !sameGroups(groupsToSend(groups), named(known, groups));
  const set = (key: number, part: Partial<CheckRow>) => setRows((all) => all.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const add = () => {
    nextKey.current += 1;
    setRows((all) => [...all, { key: nextKey.current, name: "", command: "", timeout: "600", group: "", paths: "", skipUntouched: false }]);
  };
  const up = (index: number) =>
    setRows((all) => {
      const next = [...all];
      const [row] = next.splice(index, 1);
      if (row) next.splice(index - 1, 0, row);
      return next;
    });
  return (
    <form
      className="ckedit"
      aria-label={words.checksHead}
      onSubmit={(event) => {
        event.preventDefault();
        if (sound && changed && live) onSave(rows, groups);
      }}
    >
      <p className="t2 c3 ckedit__from">
        {words.checksFrom}: {FROM[plan.origin]}
      </p>
      {!plan.confirmed && plan.checks.length > 0 ? (
        <Banner
          tone="needs"
          action={
            plan.origin === "repository" ? (
              <Button small busy={busy} disabled={!live} onClick={onTrust}>
                {words.trust}…
              </Button>
            ) : (
              <Button small busy={busy} disabled={!live || changed} onClick={() => onSave(rows, groups)}>
                {words.confirm}
              </Button>
            )
          }
        >
          {plan.origin === "repository" ? words.untrusted : words.unconfirmed}
        </Banner>
      ) : null}
      {rows.length === 0 ? (
        <Banner tone="needs" icon="alert">
          {words.noChecks}
        </Banner>
      ) : (
        <div className="ckedit__head label" aria-hidden="true">
          <span>{words.checkName}</span>
          <span>{words.checkCommand}</span>
          <span>{words.checkTimeout}</span>
        </div>
      )}
      <ul>
        {rows.map((row, index) => {
          const problem = problems[index];
          const say = problem ? [problem.name, problem.command, problem.timeout].filter(Boolean).join(" ") : "";
          const bad = (text: string | null | undefined) => (text ? " input--bad" : "");
          return (
            <li key={row.key} className="ckedit__row">
              <input className={`input${bad(problem?.name)}`} aria-label={words.checkName} aria-invalid={problem?.name ? true : undefined} value={row.name} placeholder="tests" onChange={(event) => set(row.key, { name: event.target.value })} />
              <input
                className={`input mono${bad(problem?.command)}`}
                aria-label={words.checkCommand}
                aria-invalid={problem?.command ? true : undefined}
                value={row.command}
                placeholder="cargo test --workspace"
                spellCheck={false}
                autoCapitalize="off"
                onChange={(event) => set(row.key, { command: event.target.value })}
              />
              <input className={`input num${bad(problem?.timeout)}`} aria-label={words.checkTimeout} aria-invalid={problem?.timeout ? true : undefined} inputMode="numeric" value={row.timeout} onChange={(event) => set(row.key, { timeout: event.target.value })} />
              <span className="h h--1 ckedit__do">
                <IconButton small label={words.checkMore(row.name)} icon={open === row.key ? "down" : "right"} aria-expanded={open === row.key} onClick={() => setOpen(open === row.key ? null : row.key)} />
                <IconButton small label={words.moveUp(row.name)} icon="up" disabled={index === 0} onClick={() => up(index)} />
                <IconButton small label={words.removeCheck(row.name)} icon="x" onClick={() => setRows((all) => all.filter((each) => each.key !== row.key))} />
              </span>
              {say ? (
                <p className="t1 s-failed ckedit__say" role="status">
                  {say}
                </p>
              ) : problem?.hint ? (
                <p className="t1 c3 ckedit__say">{problem.hint}</p>
              ) : null}
              {open === row.key ? <CheckMore row={row} group={groups.find((group) => group.name === row.group.trim())} change={(part) => set(row.key, part)} /> : null}
            </li>
          );
        })}
      </ul>
      {groups.length > 0 ? (
        <details className="ckgroups">
          <summary className="t3 medium">{words.groupsHead}</summary>
          <p className="t2 c3">{words.groupsText}</p>
          {groups.map((group) => (
            <GroupFields key={group.name} group={group} change={(next) => setTyped((all) => new Map(all).set(next.name, next))} />
          ))}
        </details>
      ) : null}
      <div className="h ckedit__foot">
        <Button icon="plus" onClick={add}>
          {words.addCheck}
        </Button>
        {changed ? (
          <>
            <span className="push t2 c3">{live ? words.unsaved : words.offlineNote}</span>
            <Button
              onClick={() => {
                setRows(rowsOf(plan.checks, argvTyped));
                setTyped(new Map());
              }}
            >
              {words.undo}
            </Button>
            <Button type="submit" look="primary" busy={busy} disabled={!sound || !live}>
              {words.saveChecks}
            </Button>
          </>
        ) : null}
      </div>
    </form>
  );
}

/** Of the stored groups those that are shown: what nobody names any more is not kept. */
function named(known: NonNullable<CheckPlan["groups"]>, shown: readonly GroupRow[]): NonNullable<CheckPlan["groups"]> {
  return Object.fromEntries(Object.entries(known).filter(([name]) => shown.some((group) => group.name === name)));
}

function Trust({
  workspace,
  busy,
  live,
  asking,
  setAsking,
  onChange,
}: {
  workspace: Workspace;
  busy: boolean;
  live: boolean;
  asking: boolean;
  setAsking: (asking: boolean) => void;
  onChange: (trusted: boolean) => Promise<boolean>;
}) {
  const { checks } = workspace;
  const commands = [...(checks.origin === "repository" ? checks.checks.map((check) => check.run) : []), ...checks.setup.map((step) => step.run), ...Object.values(checks.recipes).map((recipe) => recipe.run)];
  return (
    <>
      <Setting name={words.trust} hint={words.trustHint} origin={workspaceOrigin(workspace, "trusted")}>
        <Switch on={workspace.trusted} label={words.trust} disabled={busy || !live} onChange={(on) => (on ? setAsking(true) : void onChange(false))} />
      </Setting>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={words.trustTitle(workspace.name)}
        text={words.trustText}
        width={560}
        yes={words.trustSure}
        busy={busy}
        onYes={() => void onChange(true).then(() => setAsking(false))}
      >
        {commands.length === 0 ? (
          <p className="t2 c3">{words.trustNothing}</p>
        ) : (
          <ul className="v v--1">
            {commands.map((argv) => (
              <li key={argv.join("\u0000")} className="cmd">
                {argvText(argv)}
              </li>
            ))}
          </ul>
        )}
      </ConfirmDialog>
    </>
  );
}

/** Set-up steps and recipes: read here, written in the repository. */
function Commands({ plan }: { plan: CheckPlan }) {
  const recipes = Object.entries(plan.recipes);
  return (
    <>
      {plan.setup.length > 0 ? (
        <div className="setlist">
          <h3 className="label">{words.setupHead}</h3>
          <p className="t2 c3">{words.setupText}</p>
          <ul>
            {plan.setup.map((step) => (
              <li key={step.run.join(" ")} className="h t2 setlist__row">
                <Icon name="box" size="s" />
                <span className="mono grow trunc" title={argvText(step.run)}>
                  {argvText(step.run)}
                </span>
                <span className="t1 c3">{step.network.length > 0 ? words.network(step.network.join(", ")) : words.noNetwork}</span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {recipes.length > 0 ? (
        <div className="setlist">
          <h3 className="label">{words.recipesHead}</h3>
          <ul>
            {recipes.map(([name, recipe]) => (
              <li key={name} className="h t2 setlist__row">
                <span className="medium setlist__name">{name}</span>
                <span className="mono grow trunc" title={argvText(recipe.run)}>
                  {argvText(recipe.run)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </>
  );
}

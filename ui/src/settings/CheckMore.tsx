// What of a check is rarely changed: its group, the files it reads, whether it may be left out; and its groups.

import { useId } from "react";
import { Switch } from "../components";
import { type CheckRow, type GroupRow, skipProblem, timeoutProblem } from "./check-rows";
import { words } from "./words";

const USUAL = ["format", "lint", "build", "test", "e2e"];

export function CheckMore({ row, group, change }: { row: CheckRow; group: GroupRow | undefined; change: (part: Partial<CheckRow>) => void }) {
  const id = useId();
  const problem = skipProblem({ ...row, skipUntouched: row.skipUntouched || (group?.skipUntouched ?? false) }, group);
  return (
    <div className="ckmore">
      <label className="v v--1" htmlFor={`${id}g`}>
        <span className="label">{words.checkGroup}</span>
        <input id={`${id}g`} className="input" list={`${id}l`} value={row.group} maxLength={64} spellCheck={false} autoCapitalize="off" onChange={(event) => change({ group: event.target.value })} />
        <datalist id={`${id}l`}>
          {USUAL.map((name) => (
            <option key={name} value={name} aria-label={name} />
          ))}
        </datalist>
        <span className="t1 c3">{words.checkGroupHint}</span>
      </label>
      <Globs label={words.checkPaths} hint={words.checkPathsHint} value={row.paths} onChange={(paths) => change({ paths })} />
      <Skip on={row.skipUntouched} problem={problem} onChange={(skipUntouched) => change({ skipUntouched })} />
    </div>
  );
}

export function GroupFields({ group, change }: { group: GroupRow; change: (group: GroupRow) => void }) {
  const id = useId();
  const problem = group.timeout.trim() === "" ? null : timeoutProblem(group.timeout);
  return (
    <fieldset className="ckgroup">
      <legend className="t3 medium">{group.name}</legend>
      <div className="ckmore">
        <label className="v v--1" htmlFor={id}>
          <span className="label">{words.groupTimeout}</span>
          <input id={id} className={`input num${problem ? " input--bad" : ""}`} inputMode="numeric" value={group.timeout} aria-invalid={problem ? true : undefined} onChange={(event) => change({ ...group, timeout: event.target.value })} />
          {problem ? <span className="t1 s-failed">{problem}</span> : null}
        </label>
        <Globs label={words.checkPaths} hint={words.checkPathsHint} value={group.paths} onChange={(paths) => change({ ...group, paths })} />
        <Globs label={words.groupAlways} hint={words.checkPathsHint} value={group.always} onChange={(always) => change({ ...group, always })} />
        <Skip on={group.skipUntouched} problem={null} onChange={(skipUntouched) => change({ ...group, skipUntouched })} />
      </div>
    </fieldset>
  );
}

function Globs({ label, hint, value, onChange }: { label: string; hint: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <label className="v v--1" htmlFor={id}>
      <span className="label">{label}</span>
      <textarea id={id} className="input mono" rows={2} value={value} spellCheck={false} autoCapitalize="off" onChange={(event) => onChange(event.target.value)} />
      <span className="t1 c3">{hint}</span>
    </label>
  );
}

function Skip({ on, problem, onChange }: { on: boolean; problem: string | null; onChange: (on: boolean) => void }) {
  return (
    <div className="v v--1 ckmore__skip">
      <span className="h">
        <Switch on={on} label={words.checkSkip} onChange={onChange} />
        <span className="t2">{words.checkSkip}</span>
      </span>
      <span className={`t1 ${problem ? "s-failed" : "c3"}`}>{problem ?? words.checkSkipHint}</span>
    </div>
  );
}

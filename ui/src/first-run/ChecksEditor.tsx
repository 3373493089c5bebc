// The commands that prove a tree, written by the owner.

import { useId, useState } from "react";
import { argvTyped, Button, Field, IconButton } from "../components";
import type { Check } from "../client";
import { parseArgv, shellOnly } from "./argv";
import { words } from "./words";

interface Line {
  id: number;
  name: string;
  command: string;
  /** Empty: it keeps its place. */
  group: string;
  before: Check | undefined;
}

const TIMEOUT_S = 900;
/** In the order in which they run. */
const GROUPS: ReadonlyArray<readonly [group: string, word: string]> = [
  ["format", words.groupFormat],
  ["lint", words.groupLint],
  ["types", words.groupTypes],
  ["build", words.groupBuild],
  ["test", words.groupTest],
  ["e2e", words.groupEndToEnd],
];

export function ChecksEditor({ checks, busy, onSave, onCancel }: { checks: readonly Check[]; busy: boolean; onSave: (checks: Check[]) => void; onCancel: () => void }) {
  const [lines, setLines] = useState<Line[]>(() =>
    (checks.length > 0 ? checks : [undefined]).map((check, id) => ({ id, name: check?.name ?? "", command: check ? argvTyped(check.run) : "", group: check?.group ?? "", before: check })),
  );
  const change = (id: number, part: Partial<Line>) => setLines((all) => all.map((line) => (line.id === id ? { ...line, ...part } : line)));
  const filled = lines.filter((line) => line.command.trim() !== "");
  const names = filled.map((line) => line.name.trim() || (parseArgv(line.command)?.slice(0, 2).join(" ") ?? ""));
  const broken = filled.some((line) => parseArgv(line.command) === undefined || shellOnly(line.command));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const save = () => {
    onSave(
      filled.map((line, index): Check => {
        const { group: _, ...kept } = line.before ?? { timeoutS: TIMEOUT_S };
        return { ...kept, name: names[index] ?? line.command, run: parseArgv(line.command) ?? [], ...(line.group === "" ? {} : { group: line.group }) };
      }),
    );
  };
  return (
    <form
      className="v v--3 editor"
      onSubmit={(event) => {
        event.preventDefault();
        if (!broken && !twice && filled.length > 0) save();
      }}
    >
      {lines.map((line) => (
        <div key={line.id} className="editor__line">
          <Field label={words.name} value={line.name} placeholder="tests" onChange={(event) => change(line.id, { name: event.target.value })} problem={twice !== undefined && line.name.trim() === twice ? words.nameTwice : undefined} />
          <GroupField value={line.group} onChange={(group) => change(line.id, { group })} />
          <Field
            label={words.command}
            mono
            value={line.command}
            placeholder="cargo test --workspace"
            onChange={(event) => change(line.id, { command: event.target.value })}
            problem={line.command.trim() === "" ? undefined : parseArgv(line.command) === undefined ? words.openQuote : shellOnly(line.command)}
            after={<IconButton icon="x" label={words.remove} onClick={() => setLines((all) => all.filter((one) => one.id !== line.id))} />}
          />
        </div>
      ))}
      <div className="h">
        <Button icon="plus" onClick={() => setLines((all) => [...all, { id: Math.max(-1, ...all.map((one) => one.id)) + 1, name: "", command: "", group: "", before: undefined }])}>
          {words.another}
        </Button>
        <Button className="push" onClick={onCancel}>
          {words.cancel}
        </Button>
        <Button look="primary" type="submit" busy={busy} disabled={broken || twice !== undefined || filled.length === 0}>
          {words.confirm}
        </Button>
      </div>
    </form>
  );
}

function GroupField({ value, onChange }: { value: string; onChange: (group: string) => void }) {
  const id = useId();
  const own = value !== "" && !GROUPS.some(([group]) => group === value);
  return (
    <div className="field">
      <label htmlFor={id} className="label">
        {words.group}
      </label>
      <select id={id} className="input" title={words.groupHint} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{words.noGroup}</option>
        {GROUPS.map(([group, word]) => (
          <option key={group} value={group}>
            {word}
          </option>
        ))}
        {own ? <option value={value}>{value}</option> : null}
      </select>
    </div>
  );
}

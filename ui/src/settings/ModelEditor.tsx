// The model of one role: typed, tried, saved.

import { useId, useState } from "react";
import { useAction, useClient } from "../app";
import { Button, durationText, Field, InlineText, State } from "../components";
import type { Dialect, KeychainShown, ProbeReport, ProviderFound, SavedKey } from "../client";
import { KeyField } from "./ModelKey";
import { keyProblem } from "./model-key";
import { type FieldSay, type ModelForm, sayForm, settingOf } from "./model-form";
import { words } from "./words";

const DIALECTS: readonly { id: Dialect; name: string }[] = [
  { id: "openai_chat", name: words.openaiChat },
  { id: "openai_responses", name: words.openaiResponses },
  { id: "anthropic_messages", name: words.anthropic },
];

export function ModelEditor({
  start,
  providers,
  chain,
  savedKey,
  live,
  onSave,
  onCancel,
}: {
  start: ModelForm;
  providers: readonly ProviderFound[];
  /** Where a key would be kept. */
  chain: KeychainShown | undefined;
  savedKey: SavedKey | undefined;
  live: boolean;
  /** A typed key goes beside the form, so that it is never part of what is shown or compared. */
  onSave: (form: ModelForm, key: string) => Promise<void>;
  onCancel: () => void;
}) {
  const call = useClient();
  const [form, setForm] = useState(start);
  const [typedKey, setTypedKey] = useState("");
  const [report, setReport] = useState<{ of: string; report: ProbeReport }>();
  const probing = useAction();
  const saving = useAction();
  const id = useId();
  const says = sayForm(form);
  const key = JSON.stringify(settingOf(form));
  const fromVariable = form.keyEnv.trim() !== "";
  const newKey = fromVariable || keyProblem(typedKey) ? "" : typedKey.trim();
  const sound = says.sound && (fromVariable || keyProblem(typedKey) === null);
  const tried = report?.of === key ? report.report : undefined;
  const untouched = (value: string, say: FieldSay): FieldSay => (value === "" ? { ...say, problem: null } : say);
  const set = (part: Partial<ModelForm>) => setForm((before) => ({ ...before, ...part }));
  const offered = providers.find((one) => one.endpoint && form.endpoint.startsWith(one.endpoint.replace(/\/+$/, "")))?.models ?? [];
  const probe = () =>
    probing.run(async () => {
      const answer = await call("config.probe", { setting: settingOf(form), ...(newKey ? { key: newKey } : {}) });
      setReport({ of: key, report: answer });
    });
  return (
    <form
      className="meditor"
      onSubmit={(event) => {
        event.preventDefault();
        if (sound && live) void saving.run(() => onSave(form, newKey));
      }}
    >
      <div className="field">
        <label className="label" htmlFor={`${id}-d`}>
          {words.provider}
        </label>
        <select id={`${id}-d`} className="input" value={form.dialect} onChange={(event) => set({ dialect: event.target.value as Dialect })}>
          {DIALECTS.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
      <Said label={words.endpoint} value={form.endpoint} mono say={untouched(form.endpoint, says.endpoint)} placeholder="http://127.0.0.1:11434/v1" onChange={(endpoint) => set({ endpoint })} />
      <Said label={words.model} value={form.model} mono say={untouched(form.model, says.model)} placeholder="qwen3-coder:30b" list={offered.length > 0 ? `${id}-m` : undefined} onChange={(model) => set({ model })} />
      {offered.length > 0 ? (
        <datalist id={`${id}-m`}>
          {offered.map((model) => (
            <option key={model} value={model}>
              {model}
            </option>
          ))}
        </datalist>
      ) : null}
      <KeyField value={typedKey} chain={chain} saved={savedKey?.state === "ready"} fromVariable={fromVariable} onChange={setTypedKey} />
      <Said label={`${words.keyEnv}, ${words.optional}`} value={form.keyEnv} mono say={says.keyEnv} hint={words.keyEnvHint} placeholder="OPENAI_API_KEY" onChange={(keyEnv) => set({ keyEnv })} />
      <Said label={`${words.contextWindow}, ${words.optional}`} value={form.contextWindow} say={says.contextWindow} hint={words.contextHint} placeholder="65536" onChange={(contextWindow) => set({ contextWindow })} />
      <div className="meditor__probe" aria-live="polite">
        {tried ? (
          <>
            <State kind={tried.ok ? "passed" : "failed"}>{tried.ok ? words.probeOk : words.probeFailed}</State>
            <ul>
              {tried.steps.map((step) => (
                <li key={step.name} className="h t2">
                  <State kind={step.ok ? "passed" : "failed"} size="s" label={step.ok ? words.stateReady : words.stateFailing} />
                  <span className="medium">{step.name}</span>
                  <span className="c2 grow meditor__detail"><InlineText text={step.detail} /></span>
                  <span className="c3 t1 num">{durationText(step.durationMs)}</span>
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {probing.failure ? <p className="t2 s-failed"><InlineText text={probing.failure.message} /></p> : null}
        {saving.failure ? (
          <p className="t2 s-failed">
            {words.saveFailed}: <InlineText text={saving.failure.message} />
          </p>
        ) : null}
      </div>
      <div className="h">
        <Button busy={probing.busy} disabled={!sound || !live} onClick={() => void probe()}>
          {probing.busy ? words.probing : words.probe}
        </Button>
        <span className="push" />
        <Button onClick={onCancel}>{words.cancel}</Button>
        <Button type="submit" look="primary" busy={saving.busy} disabled={!sound || !live}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}

function Said({
  label,
  value,
  say,
  hint,
  mono,
  placeholder,
  list,
  onChange,
}: {
  label: string;
  value: string;
  say: FieldSay;
  hint?: string;
  mono?: boolean;
  placeholder: string;
  list?: string | undefined;
  onChange: (value: string) => void;
}) {
  const repair = say.repair;
  return (
    <Field
      label={label}
      value={value}
      mono={mono ?? false}
      placeholder={placeholder}
      {...(list ? { list } : {})}
      {...(say.problem ? { problem: say.problem } : {})}
      hint={say.hint ?? hint}
      onChange={(event) => onChange(event.target.value)}
      after={
        repair ? (
          <Button small onClick={() => onChange(repair)}>
            {words.use(repair)}
          </Button>
        ) : undefined
      }
    />
  );
}

// The models found on this machine, and any other one by its address: one for all roles to begin with, with its key
// where it takes one. The form is that of the settings.

import { Fragment, useState } from "react";
import { useAction, useCall, useCrew, useModel } from "../app";
import { Button } from "../components";
import type { ModelSetting, ProviderFound, Role, SavedKey } from "../client";
import { isLive } from "../model";
import { ModelEditor } from "../settings/ModelEditor";
import { emptyForm, formFor, formOf, isLoopback, type ModelForm, settingOf } from "../settings/model-form";
import { sayKey } from "../settings/model-key";
import { providerText } from "../settings/provider-text";
import { FoundRow } from "./FoundRow";
import { words } from "./words";
import "../settings/settings.css";

const ROLES: readonly Role[] = ["localbuddy", "remotebuddy", "workers"];
/** Whose model stands for all of them here. */
const FIRST: Role = "remotebuddy";

/** A service elsewhere that was given neither a key nor the name of a variable with one most likely wants one. */
export function wantsKey(setting: ModelSetting, saved: SavedKey | undefined): boolean {
  if (setting.keyEnv || (saved && saved.state === "ready")) return false;
  try {
    return !isLoopback(new URL(setting.endpoint).hostname);
  } catch {
    return false;
  }
}

export function ModelRows({ providers }: { providers: readonly ProviderFound[] }) {
  const crew = useCrew();
  const live = useModel(isLive);
  const chosen = useCall("config.models", {});
  const keys = useCall("config.keys", {});
  const { run, busy, failure } = useAction();
  const [using, setUsing] = useState<string>();
  const [editing, setEditing] = useState<{ at: string; form: ModelForm }>();
  const there = providers.filter((one) => one.state !== "absent");
  const planner = chosen.value?.models.find((model) => model.role === FIRST);
  const savedKey = keys.value?.keys.find((one) => one.role === FIRST);
  const elsewhere = planner && !there.some((one) => one.endpoint === planner.endpoint) ? planner : undefined;
  const settle = async () => {
    chosen.reload();
    keys.reload();
    await crew.refresh("status");
  };
  const use = (provider: ProviderFound) => {
    setUsing(provider.id);
    void run(async () => {
      for (const role of ROLES) await crew.call("config.set_model", settingOf(formFor(role, provider)));
      await settle();
    });
  };
  const save = async (form: ModelForm, key: string) => {
    for (const role of ROLES) {
      const setting = settingOf({ ...form, role });
      await crew.call("config.set_model", setting);
      if (key !== "") await crew.call("config.set_key", { role, endpoint: setting.endpoint, key });
    }
    setEditing(undefined);
    await settle();
  };
  const edit = (at: string, form: ModelForm) => setEditing({ at, form });
  const editor = (at: string) =>
    editing?.at === at ? (
      <div className="card__sect">
        <p className="t2 c2">{words.forAll}</p>
        <ModelEditor start={editing.form} providers={providers} chain={keys.value?.keychain} savedKey={savedKey} live={live} onSave={save} onCancel={() => setEditing(undefined)} />
      </div>
    ) : null;
  const lacksKey = (setting: ModelSetting) => keys.value !== undefined && wantsKey(setting, savedKey);
  /** What is said of the model in use, and of its key. */
  const inUseText = (setting: ModelSetting) =>
    [words.inUse(setting.model), savedKey ? sayKey(savedKey, keys.value?.keychain.name ?? "")[1] : lacksKey(setting) ? words.noKey : ""].filter(Boolean).join(". ");
  const keyButton = (at: string, setting: ModelSetting) =>
    editing?.at === at ? null : (
      <Button disabled={!live} look={lacksKey(setting) ? "primary" : "plain"} onClick={() => edit(at, formOf(setting))}>
        {lacksKey(setting) ? words.saveKey : words.edit}
      </Button>
    );
  return (
    <>
      {elsewhere ? (
        <>
          <FoundRow kind={lacksKey(elsewhere) ? "needs" : "passed"} icon="chip" name={words.models} line={<span className="mono">{elsewhere.endpoint}</span>} more={inUseText(elsewhere)} action={keyButton("chosen", elsewhere)} />
          {editor("chosen")}
        </>
      ) : null}
      {there.map((provider) => {
        const inUse = planner !== undefined && planner.endpoint === provider.endpoint;
        const ready = provider.state === "ready" && provider.endpoint && provider.dialect && provider.models.length > 0;
        return (
          <Fragment key={provider.id}>
            <FoundRow
              kind={inUse ? "passed" : provider.state === "failing" ? "failed" : "waiting"}
              icon={provider.keyEnv ? "key" : "chip"}
              name={provider.name}
              line={providerText(provider)}
              more={
                using === provider.id && failure
                  ? failure.message
                  : inUse
                    ? inUseText(planner)
                    : provider.models.length > 0
                      ? words.notUsed(provider.models.slice(0, 3).join(", "), Math.max(0, provider.models.length - 3))
                      : undefined
              }
              action={
                inUse ? (
                  keyButton(provider.id, planner)
                ) : ready ? (
                  <Button busy={busy && using === provider.id} onClick={() => use(provider)}>
                    {provider.keyEnv ? words.useKey : words.useIt}
                  </Button>
                ) : editing?.at === provider.id ? null : (
                  <Button disabled={!live} aria-label={`${words.setUp}: ${provider.name}`} onClick={() => edit(provider.id, formFor(FIRST, provider))}>
                    {words.setUp}
                  </Button>
                )
              }
            />
            {editor(provider.id)}
          </Fragment>
        );
      })}
      {elsewhere || (!chosen.value && !chosen.failure) ? null : (
        <>
          <FoundRow
            kind="waiting"
            icon={there.length === 0 ? "chip" : "plus"}
            name={there.length === 0 ? words.models : words.otherModel}
            line={there.length === 0 ? words.noModels : words.otherModelLine}
            more={there.length === 0 ? words.noModelsMore : undefined}
            action={
              editing?.at === "other" ? null : (
                <Button disabled={!live} onClick={() => edit("other", emptyForm(FIRST))}>
                  {words.connect}
                </Button>
              )
            }
          />
          {editor("other")}
        </>
      )}
    </>
  );
}

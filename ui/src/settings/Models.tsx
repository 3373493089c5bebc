// Models found on this machine, and which one each role uses.

import { type ReactNode, useState } from "react";
import { useAction, useCall, useClient, useCrew } from "../app";
import { Banner, Button, ConfirmDialog, ErrorState, Facts, InlineText, Menu, plainLine, Skeleton, State, type StateKind } from "../components";
import type { CliFound, KeychainShown, ModelSetting, ProviderFound, Role, SavedKey } from "../client";
import { agentName } from "../first-run/agents";
import { ModelEditor } from "./ModelEditor";
import { SavedKeyLine } from "./ModelKey";
import { emptyForm, formFor, formOf, type ModelForm, settingOf } from "./model-form";
import { originText } from "./origins";
import { providerText } from "./provider-text";
import { SectionHead } from "./Row";
import { words } from "./words";

const ROLES: readonly { id: Role; name: string; hint: string }[] = [
  { id: "localbuddy", name: words.localbuddy, hint: words.localbuddyHint },
  { id: "remotebuddy", name: words.remotebuddy, hint: words.remotebuddyHint },
  { id: "workers", name: words.workersRole, hint: words.workersHint },
  { id: "reviewer", name: words.reviewerRole, hint: words.reviewerHint },
];

const STATE: Record<string, [StateKind, string]> = {
  ready: ["passed", words.stateReady],
  absent: ["waiting", words.stateAbsent],
  found_not_ready: ["waiting", words.stateNotReady],
  failing: ["failed", words.stateFailing],
};

export function Models({ live }: { live: boolean }) {
  const call = useClient();
  const crew = useCrew();
  const providers = useCall("config.providers", {});
  const models = useCall("config.models", {});
  const keys = useCall("config.keys", {});
  const action = useAction();
  const [editing, setEditing] = useState<ModelForm>();
  const [forgetting, setForgetting] = useState<Role>();
  const settle = async () => {
    models.reload();
    keys.reload();
    await crew.refresh("status");
  };
  const save = async (form: ModelForm, key: string) => {
    const setting = settingOf(form);
    await call("config.set_model", setting);
    if (key !== "") await call("config.set_key", { role: setting.role, endpoint: setting.endpoint, key });
    setEditing(undefined);
    await settle();
  };
  const useForAll = (provider: ProviderFound) =>
    action.run(async () => {
      // Nobody is asked for an opinion unless that was wished for.
      for (const role of ROLES.filter((one) => one.id !== "reviewer")) await call("config.set_model", settingOf(formFor(role.id, provider)));
      await settle();
    });
  const found = providers.value?.providers ?? [];
  return (
    <section>
      <SectionHead title={words.models}>{words.modelsText}</SectionHead>
      {action.failure ? <Banner tone="failed">{`${words.saveFailed}: ${action.failure.message}`}</Banner> : null}
      {providers.failure && !providers.value ? (
        <ErrorState title={words.loadFailed} error={providers.failure} onRetry={providers.reload} />
      ) : !providers.value ? (
        <>
          <p className="unseen">{words.looking}</p>
          <Skeleton rows={4} />
        </>
      ) : (
        <Found providers={found} busy={action.busy || providers.loading} live={live} needed={(models.value?.models.length ?? 0) === 0} onAgain={providers.reload} onChoose={(role, provider) => setEditing(formFor(role, provider))} onAll={(provider) => void useForAll(provider)} />
      )}
      <div className="roles">
        {ROLES.map((role) => {
          const setting = models.value?.models.find((one) => one.role === role.id);
          return (
            <RoleRow
              key={role.id}
              role={role}
              setting={setting}
              providers={found}
              chain={keys.value?.keychain}
              savedKey={keys.value?.keys.find((one) => one.role === role.id)}
              onForgotten={keys.reload}
              loading={models.value === undefined && models.failure === undefined}
              live={live}
              editing={editing?.role === role.id ? editing : undefined}
              onEdit={() => setEditing(setting ? formOf(setting) : (firstReady(found, role.id) ?? emptyForm(role.id)))}
              onCancel={() => setEditing(undefined)}
              onSave={save}
              onForget={() => setForgetting(role.id)}
            />
          );
        })}
      </div>
      {providers.value && providers.value.clis.length > 0 ? <Agents clis={providers.value.clis} /> : null}
      {models.failure && !models.value ? <ErrorState title={words.loadFailed} error={models.failure} onRetry={models.reload} /> : null}
      <ConfirmDialog
        open={forgetting !== undefined}
        onClose={() => setForgetting(undefined)}
        title={words.forgetTitle(ROLES.find((role) => role.id === forgetting)?.name ?? "")}
        text={words.forgetText}
        yes={words.forget}
        danger
        busy={action.busy}
        onYes={() => {
          if (!forgetting) return;
          void action.run(async () => {
            await call("config.forget_model", { role: forgetting });
            setForgetting(undefined);
            await settle();
          });
        }}
      />
    </section>
  );
}

/** Other makers' agents found on this machine. Nothing here can be changed. */
function Agents({ clis }: { clis: readonly CliFound[] }) {
  return (
    <section className="agents">
      <h3 className="label">{words.agents}</h3>
      <p className="t2 c3">{words.agentsText}</p>
      <Facts
        rows={clis.map((cli): [string, ReactNode] => [
          agentName(cli.name),
          <span key={cli.name} className="h wrap">
            <span>{cli.version ?? words.noVersion}</span>
            {cli.loggedIn === undefined ? null : <span>{cli.loggedIn ? words.loggedIn : words.notLoggedIn}</span>}
            <span className="mono t1 c3">{cli.path}</span>
          </span>,
        ])}
      />
    </section>
  );
}

function firstReady(providers: readonly ProviderFound[], role: Role): ModelForm | undefined {
  const ready = providers.find((provider) => provider.state === "ready" && provider.endpoint);
  return ready ? formFor(role, ready) : undefined;
}

function Found({
  providers,
  needed,
  busy,
  live,
  onAgain,
  onChoose,
  onAll,
}: {
  providers: readonly ProviderFound[];
  /** No role has a model yet. */
  needed: boolean;
  busy: boolean;
  live: boolean;
  onAgain: () => void;
  onChoose: (role: Role, provider: ProviderFound) => void;
  onAll: (provider: ProviderFound) => void;
}) {
  const any = providers.some((provider) => provider.state !== "absent");
  return (
    <>
      {!any && needed ? (
        <Banner tone="needs" icon="info">
          <span className="medium">{words.noneFound}.</span> {words.noneFoundText}
        </Banner>
      ) : null}
      <table className="tbl found__tbl">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">{words.found}</span>
            </th>
            <th scope="col">{words.found}</th>
            <th scope="col" className="hide-phone">
              {words.where}
            </th>
            <th scope="col">{words.offers}</th>
            <th scope="col" className="r">
              <Button small look="ghost" icon="refresh" busy={busy} disabled={!live} onClick={onAgain}>
                {words.again}
              </Button>
            </th>
          </tr>
        </thead>
        <tbody>
          {providers.map((provider) => {
            const [kind, say] = STATE[provider.state] ?? ["waiting", provider.state];
            const offers = [provider.models.length > 0 ? words.nModels(provider.models.length) : "", providerText(provider)].filter(Boolean).join(", ");
            const usable = provider.state === "ready" || (provider.state === "found_not_ready" && (provider.endpoint !== undefined || provider.keyEnv !== undefined));
            return (
              <tr key={provider.id}>
                <td className="fit">
                  <State kind={kind} label={say} />
                </td>
                <td className="fit medium">{provider.name}</td>
                <td className="mono t1 c2 hide-phone" title={provider.endpoint ?? provider.keyEnv ?? ""}>
                  {provider.keyEnv ?? provider.endpoint?.replace(/^https?:\/\//, "") ?? ""}
                </td>
                <td className="c2" title={[plainLine(offers), ...provider.models].join("\n")}>
                  <InlineText text={offers} />
                </td>
                <td className="fit">
                  {usable ? (
                    <Menu
                      trigger={
                        <Button small disabled={!live}>
                          {provider.keyEnv ? words.useKey : words.choose}
                        </Button>
                      }
                      items={[
                        ...ROLES.map((role) => ({ label: words.useFor(role.name), onSelect: () => onChoose(role.id, provider) })),
                        ...(provider.models.length > 0 && provider.endpoint ? ["separator" as const, { label: words.useForAll, onSelect: () => onAll(provider) }] : []),
                      ]}
                    />
                  ) : provider.state === "failing" ? (
                    <Button small disabled={!live} onClick={onAgain}>
                      {words.again}
                    </Button>
                  ) : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

function RoleRow({
  role,
  setting,
  providers,
  chain,
  savedKey,
  loading,
  live,
  editing,
  onEdit,
  onCancel,
  onSave,
  onForget,
  onForgotten,
}: {
  role: (typeof ROLES)[number];
  setting: ModelSetting | undefined;
  providers: readonly ProviderFound[];
  chain: KeychainShown | undefined;
  savedKey: SavedKey | undefined;
  loading: boolean;
  live: boolean;
  editing: ModelForm | undefined;
  onEdit: () => void;
  onCancel: () => void;
  onSave: (form: ModelForm, key: string) => Promise<void>;
  onForget: () => void;
  /** Of its key alone. */
  onForgotten: () => void;
}) {
  const provider = setting ? providers.find((one) => one.endpoint && setting.endpoint.startsWith(one.endpoint.replace(/\/+$/, ""))) : undefined;
  return (
    <div className={`role${editing ? " role--open" : ""}`}>
      <div className="set">
        <div>
          <h3 className="role__name">{role.name}</h3>
          <div className="o">{role.hint}</div>
        </div>
        <div className="set__control">
          {setting ? (
            <span className="grow role__what">
              <span className="trunc medium" title={setting.model}>
                {provider ? `${provider.name}, ${setting.model}` : setting.model}
              </span>
              <span className="mono t1 c3 trunc" title={setting.endpoint}>
                {setting.endpoint}
              </span>
            </span>
          ) : (
            <span className="grow t2 c3">{loading ? "" : words.notSet}</span>
          )}
          {editing ? null : (
            <Button disabled={!live} onClick={onEdit} aria-label={`${setting ? words.edit : words.set}: ${role.name}`}>
              {setting ? words.edit : words.set}
            </Button>
          )}
          {setting && !editing ? (
            <Button look="ghost" disabled={!live} onClick={onForget} aria-label={`${words.forget}: ${role.name}`}>
              {words.forget}
            </Button>
          ) : null}
        </div>
        <div className="o">{editing ? words.originUnsaved : setting?.origin ? originText(setting.origin, words) : setting ? words.originUser : words.originNone}</div>
      </div>
      {savedKey ? <SavedKeyLine saved={savedKey} chainName={chain?.name ?? ""} role={role.name} live={live} onForgotten={onForgotten} /> : null}
      {editing ? <ModelEditor key={`${editing.role}${editing.endpoint}${editing.model}`} start={editing} providers={providers} chain={chain} savedKey={savedKey} live={live} onSave={onSave} onCancel={onCancel} /> : null}
    </div>
  );
}

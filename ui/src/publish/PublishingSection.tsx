// The publishing section of the settings: a token per host, own hosts, protected branches, publishing after landing.

import { type FormEvent, useState } from "react";
import { useAction, useCall, useClient, useModel } from "../app";
import { Banner, Button, ErrorState, Field, IconButton, InlineText, Skeleton, State, Switch } from "../components";
import type { PublishHost, PublishingShown, SetPublishing } from "../client";
import { originText } from "../settings/origins";
import { SectionHead, Setting } from "../settings/Row";
import { words as settingsWords } from "../settings/words";
import { apiProblem, hostProblem, patternProblem, tokenProblem, usualApi } from "./settings-form";
import { words } from "./settings-words";
import "./publish.css";

const isFixed = (origin: string) => /^(environment|flag)\b/.test(origin);

export function PublishingSection({ live }: { live: boolean }) {
  const changes = useModel((state) => state.configChanges);
  const chosen = useCall("config.publishing", {}, changes);
  return (
    <section>
      <SectionHead title={words.title}>{words.text}</SectionHead>
      {chosen.value ? (
        <Chosen read={chosen.value} live={live} onChanged={chosen.reload} />
      ) : chosen.failure ? (
        <ErrorState title={words.loadFailed} error={chosen.failure} onRetry={chosen.reload} />
      ) : (
        <Skeleton rows={7} row={44} />
      )}
    </section>
  );
}

function Chosen({ read, live, onChanged }: { read: PublishingShown; live: boolean; onChanged: () => void }) {
  const call = useClient();
  const { run, busy, failure } = useAction();
  const [taken, setTaken] = useState<{ over: PublishingShown; now: PublishingShown }>();
  const shown = taken?.over === read ? taken.now : read;
  const off = busy || !live;
  const save = (change: SetPublishing) =>
    run(async () => {
      const now = await call("config.set_publishing", change);
      setTaken({ over: read, now });
      onChanged();
    });
  return (
    <>
      {failure ? <Banner tone="failed">{`${words.notSaved}: ${failure.message}`}</Banner> : null}
      <Tokens live={live} />
      <div className="setnext">
        <SectionHead title={words.hosts}>{words.hostsText}</SectionHead>
        <Listed list={shown.githubHosts} off={off || isFixed(shown.githubHostsOrigin)} remove={(host) => void save({ githubHosts: shown.githubHosts.filter((one) => one !== host) })} />
        {isFixed(shown.githubHostsOrigin) ? null : <AddHost listed={shown.githubHosts} off={off} add={(host) => save({ githubHosts: [...shown.githubHosts, host] })} />}
        <Origin origin={shown.githubHostsOrigin} />
      </div>
      <div className="setnext">
        <SectionHead title={words.protected}>{words.protectedText}</SectionHead>
        <Listed list={shown.protected} off={off || isFixed(shown.protectedOrigin)} remove={(glob) => void save({ protected: shown.protected.filter((one) => one !== glob) })} />
        {isFixed(shown.protectedOrigin) ? null : <AddPattern listed={shown.protected} off={off} add={(glob) => save({ protected: [...shown.protected, glob] })} />}
        <Origin origin={shown.protectedOrigin} />
      </div>
      <div className="setnext">
        <SectionHead title={words.after}>{words.afterText}</SectionHead>
        <Setting name={words.push} origin={originText(shown.pushOrigin, settingsWords)}>
          <Switch label={words.push} on={shown.push || shown.openPr} disabled={off || shown.openPr || isFixed(shown.pushOrigin)} onChange={(push) => void save({ push })} />
        </Setting>
        <Setting name={words.openPr} hint={words.openPrHint} origin={originText(shown.openPrOrigin, settingsWords)}>
          <Switch label={words.openPr} on={shown.openPr} disabled={off || isFixed(shown.openPrOrigin)} onChange={(openPr) => void save({ openPr })} />
        </Setting>
      </div>
    </>
  );
}

function Origin({ origin }: { origin: string }) {
  return <p className="t1 c3 setnote">{originText(origin, settingsWords)}</p>;
}

function Tokens({ live }: { live: boolean }) {
  const hosts = useCall("publish.hosts", {}, useModel((state) => state.configChanges));
  return (
    <div>
      <SectionHead title={words.tokens}>{words.tokensText}</SectionHead>
      {hosts.value ? (
        <>
          {hosts.value.warnings.map((warning) => (
            <Banner key={warning} tone="needs" icon="alert">
              {warning}
            </Banner>
          ))}
          {hosts.value.hosts.map((host) => (
            <TokenOf key={host.host} host={host} live={live} onChanged={hosts.reload} />
          ))}
        </>
      ) : hosts.failure ? (
        <ErrorState title={words.loadFailed} error={hosts.failure} onRetry={hosts.reload} />
      ) : (
        <Skeleton rows={2} row={44} />
      )}
    </div>
  );
}

const SOURCE: Record<PublishHost["source"], readonly ["passed" | "waiting", string]> = {
  keychain: ["passed", words.sourceKeychain],
  variable: ["passed", words.sourceVariable],
  gh: ["passed", words.sourceGh],
  none: ["waiting", words.sourceNone],
};

function TokenOf({ host, live, onChanged }: { host: PublishHost; live: boolean; onChanged: () => void }) {
  const call = useClient();
  const { run, busy, failure } = useAction();
  const [typed, type] = useState("");
  const problem = tokenProblem(typed);
  const [kind, source] = SOURCE[host.source];
  const place = host.place ? { system: words.placeSystem, file: words.placeFile, run: words.placeRun }[host.place] : undefined;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (problem || typed.trim() === "") return;
    const done = await run(() => call("publish.set_token", { host: host.host, token: typed.trim() }));
    if (done) {
      type("");
      onChanged();
    }
  };
  return (
    <div className="pubhost" role="group" aria-label={host.host}>
      <div className="h wrap">
        <span className="mono medium">{host.host}</span>
        <State kind={kind} size="s">
          {place ?? source}
        </State>
        <span className="t1 c3 mono wraps grow">{host.api}</span>
        {host.source === "keychain" ? (
          <Button
            small
            look="ghost"
            busy={busy}
            disabled={!live}
            aria-label={words.forgetOf(host.host)}
            onClick={() =>
              void run(async () => {
                await call("publish.forget_token", { host: host.host });
                onChanged();
              })
            }
          >
            {words.forget}
          </Button>
        ) : null}
      </div>
      {host.detail ? (
        <p className="t2 c3 wraps">
          <InlineText text={host.detail} />
        </p>
      ) : null}
      <form className="pubhost__set" onSubmit={(event) => void save(event)}>
        <Field
          label={words.token(host.host)}
          type="password"
          autoComplete="new-password"
          mono
          value={typed}
          placeholder={host.source === "keychain" ? words.tokenKept : words.tokenPlaceholder}
          {...(problem ? { problem } : failure ? { problem: `${words.notSaved}: ${failure.message}` } : {})}
          hint={words.tokenHint}
          onChange={(event) => type(event.target.value)}
          after={
            <Button type="submit" busy={busy} disabled={!live || problem !== undefined || typed.trim() === ""}>
              {words.save}
            </Button>
          }
        />
      </form>
    </div>
  );
}

function Listed({ list, off, remove }: { list: readonly string[]; off: boolean; remove: (one: string) => void }) {
  if (list.length === 0) return <p className="t2 c3">{words.none}</p>;
  return (
    <ul className="list">
      {list.map((one) => (
        <li key={one} className="h publisted">
          <span className="mono grow wraps">{one}</span>
          <IconButton icon="x" label={words.remove(one)} disabled={off} onClick={() => remove(one)} />
        </li>
      ))}
    </ul>
  );
}

function AddHost({ listed, off, add }: { listed: readonly string[]; off: boolean; add: (host: string) => Promise<boolean> }) {
  const [host, setHost] = useState("");
  const [api, setApi] = useState<string>();
  const address = api ?? usualApi(host);
  const problem = hostProblem(host, listed);
  const wrongApi = apiProblem(address);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (problem || wrongApi || host.trim() === "") return;
    if (await add(`${host.trim()}=${address.trim().replace(/\/+$/, "")}`)) {
      setHost("");
      setApi(undefined);
    }
  };
  return (
    <form className="pubadd" onSubmit={(event) => void submit(event)}>
      <Field label={words.host} mono value={host} placeholder="git.example.com" {...(problem ? { problem } : {})} onChange={(event) => setHost(event.target.value)} />
      <Field
        label={words.api}
        mono
        value={address}
        {...(wrongApi ? { problem: wrongApi } : {})}
        hint={words.apiHint}
        onChange={(event) => setApi(event.target.value)}
        after={
          <Button type="submit" disabled={off || problem !== undefined || wrongApi !== undefined || host.trim() === ""}>
            {words.add}
          </Button>
        }
      />
    </form>
  );
}

function AddPattern({ listed, off, add }: { listed: readonly string[]; off: boolean; add: (glob: string) => Promise<boolean> }) {
  const [typed, type] = useState("");
  const problem = patternProblem(typed, listed);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (problem || typed.trim() === "") return;
    if (await add(typed.trim())) type("");
  };
  return (
    <form className="pubadd pubadd--one" onSubmit={(event) => void submit(event)}>
      <Field
        label={words.pattern}
        mono
        value={typed}
        placeholder="release/*"
        {...(problem ? { problem } : {})}
        onChange={(event) => type(event.target.value)}
        after={
          <Button type="submit" disabled={off || problem !== undefined || typed.trim() === ""}>
            {words.add}
          </Button>
        }
      />
    </form>
  );
}

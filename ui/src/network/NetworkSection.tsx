// The network section of the settings: package registries to tick, own hosts, and whether anybody is asked.

import { type FormEvent, useState } from "react";
import { useAction, useCall, useClient } from "../app";
import { Banner, Button, ErrorState, Field, IconButton, Skeleton } from "../components";
import type { NetworkReach, NetworkShown, SetNetwork } from "../client";
import { originText } from "../settings/origins";
import { SectionHead } from "../settings/Row";
import { words as settingsWords } from "../settings/words";
import { hostProblem } from "./hosts";
import "./network.css";
import { words } from "./words";

const REACHES: readonly { id: NetworkReach; name: string; hint: string }[] = [
  { id: "ask", name: words.ask, hint: words.askHint },
  { id: "listed", name: words.listed, hint: words.listedHint },
  { id: "off", name: words.off, hint: words.offHint },
];

const isFixed = (origin: string) => /^(environment|flag)\b/.test(origin);

export function NetworkSection({ live }: { live: boolean }) {
  const network = useCall("config.network", {});
  return (
    <section>
      <SectionHead title={words.title}>{words.text}</SectionHead>
      {network.value ? (
        <Chosen read={network.value} live={live} />
      ) : network.failure ? (
        <ErrorState title={words.loadFailed} error={network.failure} onRetry={network.reload} />
      ) : (
        <Skeleton rows={6} row={44} />
      )}
    </section>
  );
}

function Chosen({ read, live }: { read: NetworkShown; live: boolean }) {
  const call = useClient();
  const { run, busy, failure } = useAction();
  const [taken, setTaken] = useState<{ over: NetworkShown; now: NetworkShown }>();
  const shown = taken?.over === read ? taken.now : read;
  const save = (change: SetNetwork) =>
    run(async () => {
      const now = await call("config.set_network", change);
      setTaken({ over: read, now });
    });
  const ticked = shown.presets.filter((preset) => preset.on).map((preset) => preset.name);
  const list = (names: readonly string[], hosts: readonly string[]) => save({ allow: [...names, ...hosts] });
  const tick = (name: string, on: boolean) => list(on ? [...ticked, name] : ticked.filter((one) => one !== name), shown.hosts);
  const [reachFixed, listFixed] = [isFixed(shown.jobsOrigin), isFixed(shown.allowOrigin)];
  return (
    <>
      {failure ? <Banner tone="failed">{`${words.notSaved}: ${failure.message}`}</Banner> : null}
      <fieldset className="choices" disabled={busy || !live || reachFixed}>
        <legend className="label">{words.mode}</legend>
        {REACHES.map((reach) => (
          // The words of the choice are its label.
          // oxlint-disable-next-line jsx-a11y/label-has-associated-control
          <label key={reach.id} className={`choice${reach.id === shown.jobs ? " on" : ""}`}>
            <input type="radio" className="radioin" name="reach" value={reach.id} checked={reach.id === shown.jobs} onChange={() => void save({ jobs: reach.id })} />
            <span className="v v--1">
              <span className="medium">{reach.name}</span>
              <span className="t2 c2">{reach.hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Origin origin={shown.jobsOrigin} fixed={reachFixed} />
      <div className="setnext">
        <SectionHead title={words.presets}>{words.presetsText}</SectionHead>
        <fieldset className="network__presets" disabled={busy || !live || listFixed}>
          <legend className="unseen">{words.presets}</legend>
          {shown.presets.map((preset) => (
            // The name and its hosts are its label.
            // oxlint-disable-next-line jsx-a11y/label-has-associated-control
            <label key={preset.name} className="network__preset">
              <input type="checkbox" className="boxin" checked={preset.on} onChange={(event) => void tick(preset.name, event.target.checked)} />
              <span className="v v--1">
                <span className="medium">{preset.name}</span>
                <span className="mono t1 c3">{preset.hosts.join(", ")}</span>
              </span>
            </label>
          ))}
        </fieldset>
      </div>
      <div className="setnext">
        <SectionHead title={words.own}>{words.ownText}</SectionHead>
        {shown.hosts.length === 0 ? <p className="t2 c3">{words.none}</p> : null}
        <ul className="list">
          {shown.hosts.map((host) => (
            <li key={host} className="network__host">
              <span className="mono grow wraps">{host}</span>
              <IconButton icon="x" label={words.remove(host)} disabled={busy || !live || listFixed} onClick={() => void list(ticked, shown.hosts.filter((one) => one !== host))} />
            </li>
          ))}
        </ul>
        {listFixed ? null : <AddHost listed={shown.hosts} disabled={busy || !live} add={(host) => list(ticked, [...shown.hosts, host])} />}
        <Origin origin={shown.allowOrigin} fixed={listFixed} />
      </div>
      <p className="t2 c3 setnote">{words.effective}</p>
    </>
  );
}

function AddHost({ listed, disabled, add }: { listed: readonly string[]; disabled: boolean; add: (host: string) => Promise<boolean> }) {
  const [typed, type] = useState("");
  const problem = hostProblem(typed, listed);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (problem || typed.trim() === "") return;
    if (await add(typed.trim().toLowerCase())) type("");
  };
  return (
    <form className="network__add" onSubmit={(event) => void submit(event)}>
      <Field
        label={words.addHost}
        problem={problem}
        mono
        value={typed}
        onChange={(event) => type(event.target.value)}
        after={
          <Button type="submit" disabled={disabled || problem !== undefined || typed.trim() === ""}>
            {words.add}
          </Button>
        }
      />
    </form>
  );
}

function Origin({ origin, fixed }: { origin: string; fixed: boolean }) {
  return (
    <p className="t1 c3 setnote">
      {originText(origin, settingsWords)}
      {fixed ? `. ${words.fixed}` : ""}
    </p>
  );
}

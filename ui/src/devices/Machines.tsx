// Other machines that lend themselves: what they offer, and what they are let do of it.

import { useAction, useClient } from "../app";
import { type Called } from "../app";
import type { Node, Nodes, NodeService } from "../client";
import { Button, clockText, durationText, ErrorState, Icon, InlineText, Skeleton, State } from "../components";
import { words } from "./words";

const SERVICES: readonly { service: NodeService; name: string }[] = [
  { service: "terminals", name: words.serviceTerminals },
  { service: "recipes", name: words.serviceRecipes },
  { service: "workers", name: words.serviceWorkers },
];

/** A clock that is off by more is told, here and by `pilothouse node list`; nothing is decided by it. */
const CLOCK_MS = 60_000;

export function Machines({ machines, mayManage, live, onPair }: { machines: Called<Nodes>; mayManage: boolean; live: boolean; onPair: (() => void) | undefined }) {
  const nodes = machines.value?.nodes;
  return (
    <section className="machines" aria-labelledby="machines-title">
      <div className="h machines__head">
        <h2 className="label grow" id="machines-title">
          {words.machines}
        </h2>
        {onPair ? (
          <Button small icon="plus" disabled={!live} onClick={onPair}>
            {words.pairMachine}
          </Button>
        ) : null}
      </div>
      {nodes ? (
        nodes.length > 0 ? (
          <ul>
            {nodes.map((one) => (
              <Machine key={one.id} one={one} mayManage={mayManage} live={live} onChanged={machines.reload} />
            ))}
          </ul>
        ) : (
          <p className="t2 c3">{words.noMachines}</p>
        )
      ) : machines.failure ? (
        <ErrorState title={words.machinesFailed} error={machines.failure} onRetry={machines.reload} />
      ) : (
        <Skeleton rows={2} row={44} />
      )}
    </section>
  );
}

function Machine({ one, mayManage, live, onChanged }: { one: Node; mayManage: boolean; live: boolean; onChanged: () => void }) {
  const call = useClient();
  const action = useAction();
  const allow = (service: NodeService, on: boolean) =>
    void action.run(async () => {
      const services = on ? [...one.allowed, service] : one.allowed.filter((other) => other !== service);
      await call("node.allow", { id: one.id, services });
      onChanged();
    });
  const off = Math.abs(one.clockAheadMs) > CLOCK_MS ? words.clock(durationText(Math.abs(one.clockAheadMs))) : "";
  return (
    <li className="machine" data-machine={one.name}>
      <span className="c3">
        <Icon name="node" />
      </span>
      <div className="v machine__name">
        <span className="medium trunc" title={one.name}>
          {one.name}
        </span>
        <span className="t1 c3 wraps">{[one.hostname, one.os, `Pilothouse ${one.version}`, off].filter(Boolean).join(", ")}</span>
      </div>
      <fieldset className="machine__may" disabled={action.busy || !live || !mayManage}>
        <legend className="unseen">{words.allowOf(one.name)}</legend>
        {SERVICES.map(({ service, name }) => {
          const offer = one.offers.find((offered) => offered.service === service);
          const allowed = one.allowed.includes(service);
          return (
            // The name of the service is its label.
            // oxlint-disable-next-line jsx-a11y/label-has-associated-control
            <label key={service} className="h machine__one" title={offer ? offer.features.join(", ") : words.notOffered}>
              <input type="checkbox" className="boxin" checked={allowed} disabled={!offer && !allowed} onChange={(event) => allow(service, event.target.checked)} />
              <span className={offer ? "t2" : "t2 c3"}>{name}</span>
            </label>
          );
        })}
      </fieldset>
      <div className="v machine__state">
        {one.online ? <State kind={live ? "passed" : "waiting"}>{live ? words.online : words.wasOnline}</State> : <State kind="failed">{words.offlineSince(clockText(one.since))}</State>}
        <span className="t1 c3">{one.online ? words.load(one.terminals, one.jobs) : ""}</span>
      </div>
      {action.failure ? (
        <p className="t2 s-failed machine__wrong" role="alert">
          {words.notSaved}: <InlineText text={action.failure.message} />
        </p>
      ) : null}
    </li>
  );
}

// A device that has claimed a link, or asks for more: the number to compare, what it may do, yes or no.

import { useEffect, useRef, useState } from "react";
import { keysOf, useAction, useClient, useShortcut } from "../app";
import { notByEnter } from "../approvals/by-enter";
import type { DeviceShown, PairingShown, Permission } from "../client";
import { Button, InlineText, Kbd, State } from "../components";
import { Code } from "./Code";
import { ScopeTicks } from "./ScopeTicks";
import { grantable } from "./scopes";
import { words } from "./words";

/** A number that has just come up cannot be agreed to by a key meant for something else. */
const ARMING_MS = 700;

export function Answer({
  pairing,
  offered,
  before,
  again,
  me,
  live,
  onApproved,
  onDenied,
}: {
  /** Missing until the list tells of it; then nobody has claimed the link yet. */
  pairing: PairingShown | undefined;
  offered: readonly Permission[];
  /** The device as it is, when it asks for more. */
  before: DeviceShown | undefined;
  /** It gets another key in place of the one it had. */
  again: boolean;
  me: DeviceShown | undefined;
  live: boolean;
  onApproved: (device: DeviceShown) => void;
  onDenied: () => void;
}) {
  const call = useClient();
  const action = useAction();
  const [chosen, choose] = useState<readonly Permission[]>(offered);
  const claimed = pairing?.state === "claimed" ? pairing : undefined;
  const machine = offered.includes("node");
  const armedAt = useRef<number>(undefined);
  const number = claimed?.code;
  useEffect(() => {
    armedAt.current = number ? performance.now() : undefined;
  }, [number]);
  const approve = () => {
    if (!claimed) return;
    void action.run(async () => onApproved(await call("pairing.approve", { id: claimed.id, ...(machine ? {} : { scopes: [...chosen] }) })));
  };
  const deny = () => {
    if (!claimed) return;
    void action.run(async () => {
      await call("pairing.deny", { id: claimed.id });
      onDenied();
    });
  };
  const byKey = (deed: () => void) => () => {
    if (!claimed) return false;
    if (armedAt.current !== undefined && performance.now() - armedAt.current >= ARMING_MS) deed();
    return true;
  };
  useShortcut("approve", byKey(approve), claimed !== undefined);
  useShortcut("deny", byKey(deny), claimed !== undefined);
  const from = claimed ? words.from(claimed.login ?? claimed.platform ?? "", claimed.from ?? "") : "";
  return (
    <>
      <div className="pd__ask">
        <div className="pd__code" role="status">
          {claimed ? (
            <>
              <span className="t2 medium wraps">
                {claimed.name ?? words.unnamed} <span className="c3 pd__from">{from.replace(/, $/, "")}</span>
              </span>
              {claimed.code ? <Code code={claimed.code} /> : null}
              <span className="t1 c3">{claimed.code ? words.sameNumber : null}</span>
              {claimed.keyed || before ? null : <span className="t1 s-needs">{words.noKey}</span>}
            </>
          ) : (
            <State kind="running" plain>
              {words.waitingFor}
            </State>
          )}
        </div>
        {machine ? (
          <p className="t2 c2 ticks">{words.machineMay}</p>
        ) : (
          <ScopeTicks chosen={chosen} onChange={choose} mine={grantable(me)} before={before?.scopes ?? []} disabled={action.busy || !live} />
        )}
      </div>
      {action.failure ? (
        <p className="pd__failure t2 s-failed" role="alert">
          {words.answerFailed}: <InlineText text={action.failure.message} />
        </p>
      ) : null}
      <footer className="dialog__foot pd__foot">
        <span className="t1 c3">{again ? words.footAgain : before ? words.footUpgrade : machine ? words.footMachine : words.footRole}</span>
        <Button className="push" disabled={!claimed || !live} onClick={deny}>
          {words.reject}
        </Button>
        <Button look="primary" disabled={!claimed || !live} busy={action.busy} onClick={approve} onKeyDown={notByEnter}>
          {words.approve} <Kbd keys={keysOf("approve")} />
        </Button>
      </footer>
    </>
  );
}

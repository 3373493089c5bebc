// The link to show: as a picture, and which way it leads here.

import type { Listening, Pairing, PairingShown, ReachableAddress } from "../client";
import { Button, CommandBox, CopyButton, Facts, Icon, State } from "../components";
import { Qr } from "./Qr";
import { letsNobodyIn, opensToInternet, tailnetText } from "./reach";
import { words } from "./words";

export function Invite({
  link,
  pairing,
  listening,
  busy,
  onAddress,
  onNew,
}: {
  link: Pairing;
  pairing: PairingShown | undefined;
  listening: Listening | undefined;
  busy: boolean;
  onAddress: (url: string) => void;
  onNew: () => void;
}) {
  const chosen = link.addresses.find((one) => link.url.startsWith(`${one.url}/pair#`));
  const onlyHere = link.addresses.every((one) => one.listener === "loopback");
  const machine = link.role === "node";
  const command = `pilothouse node --hub '${link.url}'`;
  const used = pairing !== undefined && pairing.state !== "open";
  return (
    <div className="pd">
      <div className="pd__l">
        <div className={used ? "qr__used" : undefined}>{machine ? <CommandBox argv={command} /> : <Qr text={link.url} />}</div>
        {used ? (
          <State kind="passed" plain>
            {words.claimed}
          </State>
        ) : (
          <p className="t2 c2">{machine ? words.runThere : words.scan}</p>
        )}
        <p className="t1 c3">{words.noLog}</p>
        <div className="h wrap">
          <CopyButton text={machine ? command : link.url} label={machine ? words.copyCommand : words.copyLink} />
          <Button small busy={busy} onClick={onNew}>
            {words.newCode}
          </Button>
        </div>
      </div>
      <div className="pd__r">
        <fieldset className="tiers" disabled={busy || used}>
          <legend className="label">{words.how}</legend>
          {link.addresses.map((one) => (
            <Way key={one.url} one={one} own={one.listener === "address" && link.fingerprint !== undefined} machine={machine} on={one === chosen} onChoose={() => onAddress(one.url)} />
          ))}
        </fieldset>
        {onlyHere ? (
          <p className="t2 pd__only">
            <State kind="needs">{words.onlyHere}</State> {words.onlyHereText}
          </p>
        ) : null}
        {chosen ? (
          <Facts
            rows={[
              [words.reachable, <span key="at">{machine ? words.reachableMachine : words.reachableAt} <span className="mono wraps">{chosen.url}</span></span>],
              [words.toWhom, whoText(chosen, listening)],
              [words.not, machine ? words.notMachine : words.notReachable],
            ]}
          />
        ) : null}
        {link.fingerprint && chosen?.listener === "address" ? (
          <p className="t1 c3">
            {words.selfSigned} <span className="mono wraps">{link.fingerprint}</span>
          </p>
        ) : null}
      </div>
    </div>
  );
}

function Way({ one, own, machine, on, onChoose }: { one: ReachableAddress; own: boolean; machine: boolean; on: boolean; onChoose: () => void }) {
  const secure = one.tier === "secure";
  return (
    // What the way gives is its label.
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control
    <label className={`tier${on ? " on" : ""}`}>
      <input type="radio" className="radioin" name="pair-address" checked={on} onChange={onChoose} />
      <span className="v tier__text">
        <span className="t2 medium">
          {machine ? (secure ? words.secureWay : words.plainWay) : secure ? words.secure : words.plain} <span className="c3 tier__over">{overText(one)}</span>
        </span>
        {machine ? (
          <span className="t1 c2 wraps">{one.url}</span>
        ) : (
          <>
            <span className="t1 c2 tier__gets">
              <span className={secure && !own ? "s-passed" : "s-waiting"}>
                <Icon name="check" size="s" />
              </span>
              {own ? words.ownGets : secure ? words.secureGets : words.plainGets}
            </span>
            <span className="t1 c2">{secure ? words.secureKey : words.plainKey}</span>
          </>
        )}
      </span>
    </label>
  );
}

function overText(one: ReachableAddress): string {
  const over: Record<ReachableAddress["listener"], string> = {
    loopback: words.overLoopback,
    tailnet: words.overTailnet,
    serve: words.overServe,
    address: words.overAddress,
  };
  return over[one.listener];
}

function whoText(one: ReachableAddress, listening: Listening | undefined): string {
  if (one.listener === "loopback") return words.toMachine;
  if (one.listener === "address") return listening && opensToInternet(listening) ? words.toInternet : words.toNetwork;
  // Whoever may pair devices need not be told where the server answers, and whom it lets in.
  if (!listening) return words.toTailnetUnknown;
  return letsNobodyIn(listening) ? tailnetText(listening) : words.oncePaired(tailnetText(listening));
}

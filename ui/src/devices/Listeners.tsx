// Where the server answers: what is open, for whom, and what switching it would do, said before it is done.

import { useState } from "react";
import { type Called, useAction, useClient } from "../app";
import type { ListenerKind, ListenerShown, Listening, SetListening } from "../client";
import { ConfirmDialog, CopyButton, ErrorState, Facts, Icon, InlineText, Skeleton, State, Switch } from "../components";
import { originText } from "../settings/origins";
import { words as settingsWords } from "../settings/words";
import { AddressDialog } from "./AddressDialog";
import { AllowList } from "./AllowList";
import { words } from "./listen-words";
import { opensToInternet, reachText } from "./reach";

export const LISTENER_NAMES: Record<ListenerKind, string> = {
  loopback: words.loopback,
  serve: words.serve,
  tailnet: words.tailnet,
  address: words.address,
};

const ORDER: readonly ListenerKind[] = ["loopback", "serve", "tailnet", "address"];

/** What a start fixed, a page cannot change. */
const isFixed = (origin: string) => /^(environment|flag)\b/.test(origin);

export function Listeners({ listening, live }: { listening: Called<Listening>; live: boolean }) {
  return (
    <aside className="dv__side" aria-labelledby="listen-title">
      <h2 className="label" id="listen-title">
        {words.title}
      </h2>
      {listening.value ? (
        <Shown value={listening.value} reload={listening.reload} live={live} />
      ) : listening.failure ? (
        <ErrorState title={words.failed} error={listening.failure} onRetry={listening.reload} />
      ) : (
        <Skeleton rows={4} row={40} />
      )}
    </aside>
  );
}

function Shown({ value, reload, live }: { value: Listening; reload: () => void; live: boolean }) {
  const call = useClient();
  const action = useAction();
  const [taken, setTaken] = useState<{ over: Listening; now: Listening }>();
  const shown = taken?.over === value ? taken.now : value;
  const [asking, setAsking] = useState<{ kind: ListenerKind; on: boolean }>();
  const save = (change: SetListening) =>
    action.run(async () => {
      const now = await call("listen.set", change);
      setTaken({ over: value, now });
      reload();
    });
  const rows = ORDER.flatMap((kind) => shown.listeners.find((one) => one.kind === kind) ?? []);
  const asked = asking ? rows.find((one) => one.kind === asking.kind) : undefined;
  const ownAddress = rows.some((one) => one.kind === "address" && one.chosen);
  const isOpen = opensToInternet(shown);
  const trouble = { missing: words.tailscaleMissing, denied: words.tailscaleDenied, stopped: words.tailscaleStopped, running: undefined }[shown.tailscale.state];
  const change = (kind: ListenerKind, on: boolean): SetListening => (kind === "serve" ? { serve: on } : kind === "tailnet" ? { tailnet: on } : { address: "" });
  return (
    <>
      {action.failure ? (
        <p className="t2 s-failed" role="alert">
          {words.notSwitched}: <InlineText text={action.failure.message} />
        </p>
      ) : null}
      <ul>
        {rows.map((one) => (
          <Row key={one.kind} one={one} disabled={!live || action.busy || isFixed(one.origin)} onSwitch={(on) => setAsking({ kind: one.kind, on })} />
        ))}
        <li className="lst" data-listener="internet">
          <span className="c3">
            <Icon name="minus" />
          </span>
          <div className="grow v lst__text">
            <span className="t2 medium">{words.internet}</span>
            <span className="t1 c3">{words.internetText}</span>
            {ownAddress ? <span className={`t1 ${isOpen ? "s-needs" : "c3"}`}>{isOpen ? words.internetPublic : words.internetAddress}</span> : null}
          </div>
          <span className={`t1 ${isOpen ? "s-needs" : "c3"}`}>{isOpen ? words.possible : words.notByItself}</span>
        </li>
      </ul>
      {trouble ? (
        <p className="t1 c3 dv__note">
          <InlineText text={shown.tailscale.why && shown.tailscale.state !== "missing" ? `${trouble} ${shown.tailscale.why}` : trouble} />
        </p>
      ) : null}
      <p className="t1 c3 dv__note">{words.note}</p>
      {shown.tailscale.state !== "missing" || shown.allow.length > 0 ? (
        <AllowList shown={shown} fixed={isFixed(shown.allowOrigin)} disabled={!live || action.busy} onChange={(allow) => save({ allow })} />
      ) : null}
      {asked && asking?.kind === "address" && asking.on ? (
        <AddressDialog
          busy={action.busy}
          failure={action.failure}
          onClose={() => setAsking(undefined)}
          onAddress={(address) =>
            void save({ address }).then((ok) => {
              if (ok) setAsking(undefined);
            })
          }
        />
      ) : (
        <ConfirmDialog
          open={asked !== undefined}
          onClose={() => setAsking(undefined)}
          title={asked ? (asking?.on ? words.onTitle(LISTENER_NAMES[asked.kind]) : words.offTitle(LISTENER_NAMES[asked.kind])) : ""}
          text={asking?.on ? (asked?.tier === "secure" ? words.secureNote : words.plainNote) : words.offText}
          yes={asking?.on ? words.on : words.turnOff}
          no={words.cancel}
          busy={action.busy}
          width={520}
          onYes={() => {
            if (asking) void save(change(asking.kind, asking.on)).then(() => setAsking(undefined));
          }}
        >
          {asked && asking?.on ? <Becomes one={asked} listening={shown} /> : null}
        </ConfirmDialog>
      )}
    </>
  );
}

function Becomes({ one, listening }: { one: ListenerShown; listening: Listening }) {
  return (
    <>
      <Facts
        rows={[
          [words.becomes, words.what],
          [words.at, <span key="at" className="mono wraps">{one.urls.length > 0 ? one.urls.join(", ") : words.nowhere}</span>],
          [words.by, reachText(one, listening)],
          [words.stays, words.staysShut],
        ]}
      />
      {one.kind === "serve" ? (
        <p className="t2 c2">
          <InlineText text={words.runs} />
        </p>
      ) : null}
    </>
  );
}

function Row({ one, disabled, onSwitch }: { one: ListenerShown; disabled: boolean; onSwitch: (on: boolean) => void }) {
  const kind = one.state === "open" ? "passed" : one.state === "waiting" ? "needs" : "waiting";
  const word = { open: words.open, waiting: words.waits, off: words.off }[one.state];
  const name = LISTENER_NAMES[one.kind];
  const at = one.urls.map((url) => url.replace(/^https?:\/\//, "")).join(", ");
  return (
    <li className="lst" data-listener={one.kind} data-state={one.state}>
      <State kind={kind} label={word} />
      <div className="grow v lst__text">
        <span className="t2 medium">{name}</span>
        {at ? <span className="t1 c3 wraps">{one.state === "off" ? words.offAt(at) : at}</span> : null}
        {one.why ? (
          <span className={`t1 ${one.state === "waiting" ? "s-needs" : "c3"} wraps`}>
            <InlineText text={one.why} />
          </span>
        ) : null}
        {one.fingerprint && one.state === "open" ? (
          <span className="t1 c3 h h--1 lst__print">
            {words.fingerprint} <span className="mono trunc">{one.fingerprint}</span>
            <CopyButton text={one.fingerprint} icon />
          </span>
        ) : null}
        {one.done.length > 0 ? (
          <details className="t1 c3">
            <summary>{words.said}</summary>
            {one.done.map((line) => (
              <span key={line} className="mono wraps lst__said">
                {line}
              </span>
            ))}
          </details>
        ) : null}
        {isFixed(one.origin) ? <span className="t1 c3">{words.fixed(originText(one.origin, settingsWords))}</span> : null}
      </div>
      {one.kind === "loopback" ? <span className="t1 c3">{words.always}</span> : <Switch on={one.chosen} label={name} disabled={disabled} onChange={onSwitch} />}
    </li>
  );
}

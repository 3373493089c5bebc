// Who is let in: one row each, with what it may do and when it was last heard.

import { type ReactNode, useState } from "react";
import { useAction, useClient } from "../app";
import type { DeviceShown } from "../client";
import { Button, clockText, ConfirmDialog, FailureDialog, Icon, IconButton, Menu, type MenuItem, State, Tag, Time } from "../components";
import { deviceName } from "../model";
import { device } from "../pair/this-device";
import { NameDialog } from "./NameDialog";
import { kindIcon, roleText, scopesText } from "./scopes";
import { words } from "./words";

export interface DeviceDeeds {
  /** Missing where whoever looks may not. */
  onAskMore?: (() => void) | undefined;
  onPairAgain: (device: DeviceShown) => void;
}

export function DeviceTable({ devices, owner, mayPair, live, onAskMore, onPairAgain }: { devices: readonly DeviceShown[]; owner: boolean; mayPair: boolean; live: boolean } & DeviceDeeds) {
  const call = useClient();
  const action = useAction();
  const [naming, setNaming] = useState<DeviceShown>();
  const [shutting, setShutting] = useState<DeviceShown>();
  const [keying, setKeying] = useState(false);
  const [keyed, setKeyed] = useState(false);
  const inside = devices.filter((one) => !one.revokedAt);
  const out = devices.filter((one) => one.revokedAt);
  const deedsOf = (one: DeviceShown): ReactNode => {
    if (!mayPair && !one.current) return null;
    const items: MenuItem[] = [{ label: words.rename, icon: "pencil", disabled: !live, onSelect: () => setNaming(one) }];
    if (one.current && onAskMore) items.push({ label: words.askMore, icon: "plus", disabled: !live, onSelect: onAskMore });
    // Only the browser itself has the key that has to sign for the new one.
    if (one.current && one.keyed) items.push({ label: words.newKey, icon: "refresh", disabled: !live, onSelect: () => setKeying(true) });
    // A key is lost with its browser; the device keeps its row and what it may.
    if (mayPair && !one.current) items.push({ label: words.pairAgain, icon: "refresh", disabled: !live, onSelect: () => onPairAgain(one) });
    return (
      <span className="h h--1 dvt__do">
        <Button small disabled={!live} aria-label={words.revokeNamed(deviceName(one.name))} onClick={() => setShutting(one)}>
          {words.revoke}
        </Button>
        <Menu trigger={<IconButton small icon="more" label={words.more(deviceName(one.name))} />} items={items} />
      </span>
    );
  };
  return (
    <>
      <table className="tbl dvt">
        <Heads />
        <tbody>
          {owner ? <OwnerRow /> : null}
          {inside.map((one) => (
            <Row key={one.id} one={one} live={live} deeds={deedsOf(one)} />
          ))}
        </tbody>
      </table>
      {out.length > 0 ? (
        <details className="dvt__out">
          <summary className="t2 c2">{words.revoked(out.length)}</summary>
          <ul className="list">
            {out.map((one) => (
              <li key={one.id} className="t2">
                <span className="c3">
                  <Icon name={kindIcon(one.kind)} />
                </span>
                <span className="wraps">{deviceName(one.name)}</span>
                <span className="c3">{words.revokedAt(clockText(one.revokedAt ?? ""))}</span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      <NameDialog
        name={naming?.name}
        onClose={() => setNaming(undefined)}
        onName={async (name) => {
          if (naming) await action.run(() => call("device.rename", { id: naming.id, name }));
          setNaming(undefined);
        }}
      />
      <ConfirmDialog
        open={shutting !== undefined}
        onClose={() => setShutting(undefined)}
        title={words.revokeTitle(deviceName(shutting?.name ?? ""))}
        text={shutting?.current ? `${words.revokeSelf} ${words.revokeText}` : words.revokeText}
        yes={words.revoke}
        danger
        busy={action.busy}
        onYes={() =>
          void action.run(async () => {
            if (shutting) await call("device.revoke", { id: shutting.id });
          }).then(() => setShutting(undefined))
        }
      />
      <ConfirmDialog
        open={keying}
        onClose={() => setKeying(false)}
        title={words.newKeyTitle}
        text={words.newKeyText}
        yes={words.newKeyYes}
        busy={action.busy}
        onYes={() => void action.run(async () => setKeyed((await device.rotate()).state === "signed_in")).then(() => setKeying(false))}
      />
      <p className="t2 c3 dvt__said" role="status">
        {keyed ? words.newKeyDone : null}
      </p>
      <FailureDialog failure={action.failure} title={words.title} onClear={action.clear} />
    </>
  );
}

function Heads() {
  return (
    <thead>
      <tr>
        <th className="fit">
          <span className="unseen">{words.columnDevice}</span>
        </th>
        <th className="dvt__name">{words.columnDevice}</th>
        <th className="dvt__role">{words.columnRole}</th>
        <th className="dvt__may">{words.columnMay}</th>
        <th className="dvt__seen">{words.columnSeen}</th>
        <th className="dvt__deeds">
          <span className="unseen">{words.columnDo}</span>
        </th>
      </tr>
    </thead>
  );
}

function Row({ one, live, deeds }: { one: DeviceShown; live: boolean; deeds: ReactNode }) {
  const may = scopesText(one.scopes);
  return (
    <tr data-device={one.id} data-connected={one.connected}>
      <td className="fit">
        <span className="c3">
          <Icon name={kindIcon(one.kind)} />
        </span>
      </td>
      <td className="two dvt__name">
        <span className="h h--1">
          <span className="medium trunc" title={deviceName(one.name)}>
            {deviceName(one.name)}
          </span>
          {one.current ? <Tag>{words.thisBrowser}</Tag> : null}
        </span>
        <span className="t1 c3 trunc">{subText(one)}</span>
      </td>
      <td className="dvt__role">{roleText(one.role)}</td>
      <td className="c2 dvt__may" title={may}>
        <span className="dvt__scopes">{may}</span>
      </td>
      <td className="dvt__seen">
        {one.connected ? (
          // Nobody knows who is here while the server is not heard.
          <State kind={live ? "passed" : "waiting"}>{live ? words.hereNow : words.wasHere}</State>
        ) : (
          <span className="c2">
            <Time ts={one.lastSeenAt} />
          </span>
        )}
      </td>
      <td className="dvt__deeds r">{deeds}</td>
    </tr>
  );
}

function subText(one: DeviceShown): string {
  const when = clockText(one.createdAt).replace(/ \d\d:\d\d$/, "");
  const about = [one.platform, one.login].filter(Boolean);
  const how = one.keyed ? words.keyed(when) : one.kind === "browser" && !one.login && !one.platform ? words.linked(when) : words.tokened(when);
  return [...about, how].join(", ");
}

/** The machine itself is no device, but has everything. */
function OwnerRow() {
  return (
    <tr>
      <td className="fit">
        <span className="c3">
          <Icon name="pane" />
        </span>
      </td>
      <td className="two dvt__name">
        <span className="medium trunc">{words.thisMachine}</span>
        <span className="t1 c3 trunc">{words.thisMachineSub}</span>
      </td>
      <td className="dvt__role">{roleText("owner")}</td>
      <td className="c2 dvt__may">
        <span className="dvt__scopes">{words.ownerToken}</span>
      </td>
      <td className="dvt__seen c2" colSpan={2}>
        {words.always}
      </td>
    </tr>
  );
}

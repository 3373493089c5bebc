// Devices: who is let in, where the server answers, which other machines lend themselves, and how one more gets in.

import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { PageBar, useModel } from "../app";
import { Button, EmptyState, ErrorState, Icon, Skeleton } from "../components";
import type { DeviceShown, PairingShown, Permission, StartPairing } from "../client";
import { deviceName, isLive } from "../model";
import { AskMoreDialog } from "./AskMoreDialog";
import { DeviceTable } from "./DeviceTable";
import "./devices.css";
import { Ledger } from "./Ledger";
import { Listeners } from "./Listeners";
import { Machines } from "./Machines";
import { PairPanel } from "./PairPanel";
import { EVERYDAY, kindIcon, scopesText } from "./scopes";
import { useInvitation } from "./useInvitation";
import { useRoom } from "./useRoom";
import { words } from "./words";

export default function DevicesPage() {
  const room = useRoom();
  const live = useModel(isLive);
  const navigate = useNavigate();
  const { hash } = useLocation();
  const invitation = useInvitation();
  const [open, setOpen] = useState<"new" | "node" | { id: string } | { again: DeviceShown }>();
  const [asking, setAsking] = useState(false);
  const [wanted, setWanted] = useState<Permission>();
  const devices = room.devices.value?.devices;
  const inside = devices?.filter((one) => !one.revokedAt) ?? [];
  const others = inside.filter((one) => !one.current);
  const answering = typeof open === "object" && "id" in open ? open.id : undefined;
  const again = typeof open === "object" && "again" in open ? open.again : undefined;
  const waiting = room.pairings.value?.pairings.filter((one) => one.state === "claimed" && one.id !== invitation.shown?.id && one.id !== answering) ?? [];
  const pair = (kind: "new" | "node" | { again: DeviceShown }) => {
    setOpen(kind);
    invitation.start(wishOf(kind));
  };
  const wished = room.mayPair && live && hash === "pair";
  useEffect(() => {
    if (!wished) return;
    // Said once: going back to the page begins nothing.
    void navigate({ to: "/devices", replace: true });
    pair("new");
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- begun by the wish alone
  }, [wished]);
  // From a place where something could not be done.
  const missing = hash.startsWith("ask=") ? EVERYDAY.find(({ scope }) => scope === hash.slice(4))?.scope : undefined;
  const asks = room.me !== undefined && live && missing !== undefined;
  useEffect(() => {
    if (!asks) return;
    void navigate({ to: "/devices", replace: true });
    setWanted(missing);
    setAsking(true);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- begun by the wish alone
  }, [asks]);
  const askMore = () => {
    setWanted(undefined);
    setAsking(true);
  };
  const close = (answered: boolean) => {
    invitation.drop(answered || answering !== undefined);
    setOpen(undefined);
    document.getElementById("pair-one")?.focus();
  };
  const pairing = open !== undefined;
  return (
    <>
      <PageBar title={words.title} sub={devices && room.mayPair ? words.count(inside.length, inside.filter((one) => one.connected).length) : undefined}>
        {room.mayPair ? (
          <Button id="pair-one" icon="plus" className={pairing ? "is-press" : ""} aria-expanded={pairing} disabled={!live} onClick={() => (pairing ? close(false) : pair("new"))}>
            {words.pairOne}
          </Button>
        ) : null}
      </PageBar>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
      <div className="scroll devices" tabIndex={0} role="region" aria-label={words.title}>
        {waiting.map((one) => (
          <Waiting key={one.id} one={one} name={devices?.find((device) => device.id === one.upgradeOf)?.name} onLook={() => setOpen({ id: one.id })} />
        ))}
        {devices ? (
          <>
            <div className={`dv${room.mayManage ? "" : " dv--alone"}`}>
              <div className="dv__list">
                <DeviceTable devices={devices} owner={room.mayPair} mayPair={room.mayPair} live={live} onAskMore={room.me && !room.mayPair ? askMore : undefined} onPairAgain={(one) => pair({ again: one })} />
                {!room.mayPair ? <p className="t2 c3 dv__self">{words.onlySelf}</p> : null}
                {room.mayPair && others.length === 0 && !pairing ? (
                  <EmptyState
                    icon="phone"
                    title={words.empty}
                    action={
                      <Button look="primary" icon="plus" disabled={!live} onClick={() => pair("new")}>
                        {words.pairOne}
                      </Button>
                    }
                  >
                    {words.emptyText}
                  </EmptyState>
                ) : null}
              </div>
              {room.mayManage ? <Listeners listening={room.listening} live={live} /> : null}
            </div>
            {pairing ? (
              <div className="pairing">
                <PairPanel
                  invitation={answering === undefined ? invitation : undefined}
                  wish={open === "new" || open === "node" || again ? wishOf(again ? { again } : open === "node" ? "node" : "new") : {}}
                  answering={answering}
                  room={room}
                  live={live}
                  onClose={close}
                />
              </div>
            ) : null}
            <Machines machines={room.machines} mayManage={room.mayManage} live={live} onPair={room.mayPair && !pairing ? () => pair("node") : undefined} />
            <Ledger everybody={room.mayManage} />
          </>
        ) : room.devices.failure ? (
          <ErrorState title={words.loadFailed} error={room.devices.failure} onRetry={room.devices.reload} />
        ) : (
          <Skeleton rows={5} row={44} />
        )}
      </div>
      {room.me ? <AskMoreDialog open={asking} device={room.me} wanted={wanted} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

/** What is asked of the server for a new device, a machine, or one that has lost its key. */
function wishOf(kind: "new" | "node" | { again: DeviceShown }): StartPairing {
  if (typeof kind === "object") return { upgradeOf: kind.again.id, scopes: kind.again.scopes, ...(kind.again.role === "node" ? { role: "node" } : {}) };
  return kind === "node" ? { role: "node" } : {};
}

/** Somebody at the door whom this page did not call. */
function Waiting({ one, name, onLook }: { one: PairingShown; name: string | undefined; onLook: () => void }) {
  const called = deviceName(name ?? one.name ?? words.unnamed);
  return (
    <div className="banner banner--needs" role="status">
      <Icon name={one.kind ? kindIcon(one.kind) : "phone"} />
      <span className="grow">
        {one.upgradeOf ? words.wantsMore(called) : words.wantsIn(called)}: {scopesText(one.scopes)}
      </span>
      <Button small onClick={onLook}>
        {words.look}
      </Button>
    </div>
  );
}

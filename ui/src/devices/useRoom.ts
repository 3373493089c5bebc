// What the page of devices shows, read again whenever any of it changes.

import { useEffect, useMemo, useState } from "react";
import { type Called, useCall, useModel } from "../app";
import type { Devices, DeviceShown, Listening, Nodes, Pairings, Presence } from "../client";

export interface Room {
  devices: Called<Devices>;
  pairings: Called<Pairings>;
  listening: Called<Listening>;
  machines: Called<Nodes>;
  /** This browser, if it is a device at all: the window of the desktop holds the owner's own token. */
  me: DeviceShown | undefined;
  /** May let others in and shut them out. */
  mayPair: boolean;
  /** May change where the server answers, and what machines do. */
  mayManage: boolean;
}

/** Changes come in swarms: a device that is let in connects, is heard and is listed within a moment. */
const CALM_MS = 120;
/** Whoever comes or goes is told of a little before the list says so. */
const SETTLED_MS = 1_500;

/** A number that is another one some moments after a change, and once more when all has settled. */
function useCalm(changes: number | string): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timers = [CALM_MS, SETTLED_MS].map((ms) => setTimeout(() => setTurn((count) => count + 1), ms));
    return () => timers.forEach(clearTimeout);
  }, [changes]);
  return turn;
}

function withPresence(read: Called<Devices>, presence: Presence | undefined): Called<Devices> {
  if (!read.value || !presence) return read;
  const here = new Set(presence.present.map((one) => one.deviceId));
  return { ...read, value: { devices: read.value.devices.map((one) => (one.connected || !here.has(one.id) ? one : { ...one, connected: true })) } };
}

export function useRoom(): Room {
  // What happened while the line was broken was not heard of.
  const changes = useCalm(useModel((state) => state.deviceChanges + (state.connection.state === "live" ? state.connection.since : 0)));
  const read = useCall("device.list", {}, changes);
  // Whoever asks who is here is told when that changes.
  const presence = useCall("presence.list", {}, changes);
  const devices = useMemo(() => withPresence(read, presence.value), [read, presence.value]);
  const me = devices.value?.devices.find((one) => one.current);
  const known = devices.value !== undefined;
  const mayPair = known && (!me || me.scopes.includes("pair"));
  const mayManage = known && (!me || me.scopes.includes("admin"));
  const pairings = useCall("pairing.list", mayPair ? {} : undefined, changes);
  const listening = useCall("listen.show", mayManage ? {} : undefined, changes);
  // Machines are listed with how much they have to do, and what they do is told as jobs.
  const atWork = useModel((state) => [...state.jobs.values()].filter((one) => one.status === "claimed" && one.workerId?.startsWith("node-")).map((one) => one.id).join());
  const machines = useCall("node.list", known ? {} : undefined, useCalm(`${changes} ${atWork}`));
  return { devices, pairings, listening, machines, me, mayPair, mayManage };
}

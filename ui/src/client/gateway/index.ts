// The WebSocket to the server: calls, events, and the terminals attached through it. Free of React.

import { Gateway, type GatewayParts, type Socket } from "./gateway";

export { type CallsParts, createGatewayCall } from "./calls";
export { type EventsParts, GatewayEvents } from "./events";
export { Gateway, type GatewayParts, type GatewayState, type Socket, type Watcher, type Welcome } from "./gateway";
export { tellOfPresence } from "./presence";
export { type LineParts, TerminalLine } from "./line";

/** With this browser's socket, to the server this page came from; its cookie says who is there. */
export function browserGateway(parts: Partial<GatewayParts> = {}): Gateway {
  return new Gateway({
    onState: () => undefined,
    onNow: () => undefined,
    ...parts,
    open: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/ws`) as Socket,
    now: () => Date.now(),
    random: () => Math.random(),
    later: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
}

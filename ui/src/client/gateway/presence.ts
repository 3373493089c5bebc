// Tells the server whether somebody looks at this page, on every connection anew and whenever it changes.

import type { Gateway } from "./gateway";

/** What it returns is to be called when the page is hidden or shown. */
export function tellOfPresence(gateway: Gateway, visible: () => boolean): () => void {
  const tell = () => {
    // What is lost with the connection is told on the next one.
    if (gateway.live) gateway.call("presence.heartbeat", { visible: visible() }).catch(() => undefined);
  };
  gateway.watch({ onState: ({ state }) => state === "live" && tell() });
  return tell;
}

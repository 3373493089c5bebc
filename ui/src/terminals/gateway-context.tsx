// The page's one connection, as its terminals use it.

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useCrew } from "../app";
import { browserGateway, type Gateway, type GatewayState } from "../client/gateway";

interface Held {
  gateway: Gateway;
  state: GatewayState;
  /** Counts how often lists of terminals have changed. */
  changes: number;
}

const GatewayContext = createContext<Held | undefined>(undefined);

export function GatewayProvider({ children }: { children: ReactNode }) {
  const crew = useCrew();
  const gateway = useMemo(() => crew.gateway ?? browserGateway(), [crew]);
  const [state, setState] = useState<GatewayState>(gateway.state);
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = () => setChanges((count) => count + 1);
    const unwatch = gateway.watch({
      onState: (next) => {
        setState(next);
        // What changed while the line was cut was not heard of.
        if (next.state === "live") changed();
      },
      onNow: (data) => {
        if (typeof data === "object" && data !== null && "type" in data && data.type === "terminals.changed") changed();
      },
      onGap: changed,
    });
    setState(gateway.state);
    gateway.start();
    return unwatch;
  }, [gateway]);
  const held = useMemo(() => ({ gateway, state, changes }), [gateway, state, changes]);
  return <GatewayContext.Provider value={held}>{children}</GatewayContext.Provider>;
}

export function useGateway(): Held {
  const held = useContext(GatewayContext);
  if (!held) throw new Error("this component stands outside of the gateway's provider");
  return held;
}

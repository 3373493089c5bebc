// All terminals of the machine, read again whenever somebody changes one of them.

import { useEffect, useRef, useState } from "react";
import { type Called, useCall } from "../app";
import type { Terminals } from "../client";
import { useGateway } from "./gateway-context";

/** Changes come in swarms: while a terminal is opened, attached and named. */
const CALM_MS = 60;

export function useTerminalList(): Called<Terminals> {
  const { changes } = useGateway();
  const [since, setSince] = useState(changes);
  const latest = useRef(changes);
  latest.current = changes;
  useEffect(() => {
    const timer = setTimeout(() => setSince(latest.current), CALM_MS);
    return () => clearTimeout(timer);
  }, [changes]);
  return useCall("terminals.list", {}, since);
}
